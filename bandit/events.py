"""Events: everything that goes into the engine or comes out of it.

Frozen, tagged and versioned; JSON on the wire, one object per record. Times (`at`, `*_at`) are UTC
seconds since the epoch, durations (`*_s`) are in seconds, amounts (`usd`, `*_usd`) in US dollars.
What is unknown is `None`. Fields, rules and what happens to a bad event: `docs/events.md`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Feature = float | str | tuple[float, ...]
"""A number, a text, or a vector of numbers; `bandit.features.reduced` says what is kept of it."""

Chances = dict[str, float]  # of each class; a class that isn't named has none
MachineMode = Literal["on", "frozen", "off"]  # see `Control`

STOP = "stop"  # the one choice that isn't a pool: ask for no more labels of this task
NO_ASK = 0  # `Reward.ask` of gold on a task without labels; asks are numbered from 1


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """Base of all events, with their version; none has reference cycles, so `gc` skips them."""

    v: int = 1


class Pool(Event, frozen=True, tag="Pool"):
    """A pool of labelers as operations describe it; a later description replaces an earlier."""

    pool: str
    at: float
    usd_per_label: float
    capacity_per_hour: float | None = None
    expected_delay_s: float = 60.0
    ask_timeout_s: float = 900.0
    skills: tuple[str, ...] = ()
    open: bool = True
    gold: bool = False
    asks_per_task: int = 1


class Task(Event, frozen=True, tag="Task"):
    """An item to be labeled with one of `classes`."""

    task: str
    project: str
    at: float
    classes: tuple[str, ...]
    features: dict[str, Feature] = {}
    skills: tuple[str, ...] = ()
    deadline_at: float | None = None
    value_usd: float | None = None
    target_accuracy: float | None = None
    payload: Any = None


class Label(Event, frozen=True, tag="Label"):
    """A labeler's answer to an ask; `usd` is its price where that isn't the pool's."""

    label: str
    task: str
    ask: int
    pool: str
    labeler: str
    answer: str
    at: float
    seconds_spent: float | None = None
    usd: float | None = None


class Decline(Event, frozen=True, tag="Decline"):
    """A pool's refusal of an ask; it is asked again about this task only if no other is left."""

    task: str
    ask: int
    pool: str
    at: float
    why: str = ""


class Gold(Event, frozen=True, tag="Gold"):
    """The true answer of a task; it may come at any time, even before the task."""

    task: str
    answer: str
    at: float
    source: str = "expert"


class Prediction(Event, frozen=True, tag="Prediction"):
    """What the user's own model `source` says of a task, for free, before it is decided about."""

    task: str
    source: str
    chances: Chances
    at: float


class Tick(Event, frozen=True, tag="Tick"):
    """The time, which only ticks change; an operator's tick with `reset` may set it back."""

    at: float
    reset: bool | msgspec.UnsetType = msgspec.UNSET


class Control(Event, frozen=True, tag="Control"):
    """An operator's setting for a project or, without one, for the learning.

    A state, not a command: the newest replaces the one before entirely, so one with only defaults
    ends all settings. For a project: `paused` sends no asks (tasks and labels are still taken in),
    `pool` allows only that pool, `usd_per_hour`, `usd_per_day` (UTC) and `usd_total` limit what
    asks may cost, labels of those in `shadow` are taken and paid, but don't count. `machine` `off`
    stops the machine labeler, `frozen` its learning: if it isn't ready to answer alone by then,
    people are asked about all tasks. For the learning: `frozen` stops it; `snapshot` goes back to
    that one, and with `relearn` learns all later rewards again; `relearn` alone starts empty.
    """

    at: float
    project: str | None = None
    paused: bool = False
    pool: str | None = None
    usd_per_day: float | None = None
    usd_per_hour: float | None = None
    usd_total: float | None = None
    frozen: bool = False
    snapshot: int | None = None
    why: str = ""
    relearn: bool = False
    machine: MachineMode = "on"
    shadow: tuple[str, ...] = ()


class Decision(Event, frozen=True, tag="Decision"):
    """A decision about a task, with its context, the distribution and the propensity.

    `pmf` is the probability of each eligible pool and of `stop`; `propensity` is `pmf[choice]`.
    `features` are the task's and the system's, `signals` those of each pool; `quality` is the
    chance that the pool's next label is right; `posterior` is that of each class given the labels,
    `confidence_error` the standard error of the confidence; `control` is the pin in force. `prior`
    is the machine labeler's, `predictions` the user's models', `values_usd` is what asking each
    pool is worth above stopping now, `in_time` its chance to answer before the deadline. `answers`
    are the labels so far: pool, labeler, answer, and the factor on its odds; `awaited` counts asks
    without one. `budget_price` is a dollar's worth beyond itself; `novelty` the share of features
    that are new. In a live test, the task's `arm` decided, `arm_pmfs` are all arms'; see `brain`.
    """

    task: str
    project: str
    ask: int
    at: float
    choice: str
    pmf: dict[str, float]
    propensity: float
    why: str
    features_version: int
    features: dict[str, Feature]
    signals: dict[str, dict[str, float]]
    quality: dict[str, float]
    usd_per_label: dict[str, float]
    scarcity_usd: dict[str, float]
    worth_usd: float
    usd: float
    posterior: dict[str, float]
    confidence: float
    labels: int
    expires_at: float | None
    policy: str
    arm: str | None
    seed: int
    brain_position: int
    control: str | None = None
    answers: tuple[tuple[str, str, str, float], ...] = ()
    prior: Chances | None = None
    predictions: dict[str, Chances] = {}
    values_usd: dict[str, float] = {}
    budget_price: float = 0.0
    confidence_error: float = 0.0
    delay_usd_per_hour: float = 0.0
    in_time: dict[str, float] = {}
    experiment: str | None = None
    arm_pmfs: dict[str, tuple[float, ...]] = {}
    brain: str | None = None
    novelty: float | None = None
    awaited: int = 0


class Ask(Event, frozen=True, tag="Ask"):
    """A request to a pool to label a task; it shows nothing else of the decision."""

    task: str
    project: str
    ask: int
    at: float
    pool: str
    classes: tuple[str, ...]
    payload: Any
    expires_at: float
    exclude: tuple[str, ...]
    prefer: tuple[str, ...] = ()


class Reward(Event, frozen=True, tag="Reward"):
    """The outcome of an ask, with all that learning needs; its key is (task, ask, revision).

    `basis` says what `target` is: for `gold` the true class, for `consensus` the posterior from the
    task's other labels; for `none` there is nothing to compare with, for `expired` no label came.
    `quality` is the chance under `target` that the label is right, if there is a target.
    `labeler_signals` are the labeler's record then; nothing is learned from `watched`.
    `verdict_confidence`, that of `verdict_answer` before calibration, teaches the calibration; it
    comes with gold, once per task, as does `audit_propensity`: the chance of the audit, 1 if
    escalated. `previous_basis` is of the revision before. With the `machine_labels`-th label of
    a closed task the machine labeler learns: 0 is gold alone, `None` that it doesn't. `shadowed`
    labels teach nothing. `list_usd` is the pool's price if the label had another.
    """

    task: str
    project: str
    ask: int
    revision: int
    at: float
    decided_at: float
    why: str
    classes: tuple[str, ...]
    features_version: int
    features: dict[str, Feature]
    signals: dict[str, float]
    pmf: dict[str, float]
    propensity: float
    pool: str | None
    labeler: str | None
    answer: str | None
    labeler_signals: dict[str, float]
    target: str | dict[str, float] | None
    basis: str
    quality: float | None
    usd: float
    delay_s: float | None
    seconds_spent: float | None
    reward: float | None
    weights_id: str
    previous_basis: str | None = None
    verdict_answer: str | None = None
    verdict_confidence: float | None = None
    prior: Chances | None = None
    predictions: dict[str, Chances] = {}
    arm: str | None = None
    audit_propensity: float | None = None
    machine_labels: int | None = None
    shadowed: bool = False
    experiment: str | None = None
    watched: dict[str, float] = {}
    list_usd: float | None = None


class Verdict(Event, frozen=True, tag="Verdict"):
    """The answer to a task, its confidence, and its cost.

    `basis` is `gold`, `consensus` (two labels or more), `single` (one label), `model` (the machine
    labeler's answer, without a label) or `none` (no answer). `audited` (drawn for an audit, with
    chance `audit_propensity`) and the answer that the audit judges are of revision 0.
    """

    task: str
    project: str
    revision: int
    at: float
    answer: str | None
    confidence: float | None
    raw_confidence: float | None
    posterior: dict[str, float]
    labels: int
    usd: float
    delay_s: float
    basis: str
    why: str
    worth_usd: float
    audited: bool
    audit_propensity: float
    deadline_at: float | None = None


class DeadLetter(Event, frozen=True, tag="DeadLetter"):
    """A record that can't be used, and why; the worker adds its place and bytes."""

    rule: str
    message: str
    at: float | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    key: bytes | None = None
    original: bytes | None = None


Input = Pool | Task | Label | Decline | Gold | Prediction | Tick | Control
Output = Decision | Ask | Reward | Verdict | DeadLetter
AnyEvent = Input | Output
