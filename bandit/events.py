"""The words of poolwise: every event that goes in or out of the engine.

Frozen, tagged and versioned; JSON on the wire, one object a record. Times (`at`, `*_at`) are UTC
seconds since the epoch, durations end in `_s`, money in `usd` is US dollars. What is unknown is
`None`. Fields, rules and what a bad event gets: `docs/events.md`.
"""

from __future__ import annotations

from typing import Any

import msgspec

Feature = float | str
"""A number, or a category or short text."""

STOP = "stop"
"""The choice that isn't a pool: no more labels for this task."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """What every event has: its version on the wire.

    Nothing read from JSON refers to itself, so the garbage collector need not look at events.
    """

    v: int = 1


# What comes in ------------------------------------------------------------------------------


class Pool(Event, frozen=True, tag="Pool"):
    """A pool of labelers as operations describe it; a later one replaces an earlier one."""

    pool: str
    at: float
    usd_per_label: float
    capacity_per_hour: float | None = None
    expected_delay_s: float = 60.0
    ask_timeout_s: float = 900.0
    skills: tuple[str, ...] = ()
    open: bool = True
    gold: bool = False


class Task(Event, frozen=True, tag="Task"):
    """One thing to be labeled: which of `classes` is it?"""

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
    """A labeler's answer to an ask; `usd` where it differs from the pool's price."""

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
    """A pool won't or can't answer an ask; it isn't asked again about this task."""

    task: str
    ask: int
    pool: str
    at: float
    why: str = ""


class Gold(Event, frozen=True, tag="Gold"):
    """The true answer of a task, whenever it becomes known."""

    task: str
    answer: str
    at: float
    source: str = "expert"


class Tick(Event, frozen=True, tag="Tick"):
    """The time; nothing else moves the engine's clock. An operator's may `reset` it, back too."""

    at: float
    reset: bool | msgspec.UnsetType = msgspec.UNSET


class Control(Event, frozen=True, tag="Control"):
    """What an operator wants now of a project or, without one, of the learning.

    A state, not a command: the newest of its project replaces the earlier one whole, so one with
    nothing but defaults lifts all that was ordered. Of a project: `paused` takes tasks and labels
    in and asks nobody, `pool` pins it to that pool, `usd_per_day` caps what its asks may cost in a
    UTC day. Of the learning: `frozen` stops it, `snapshot` goes back to the one of that id, with
    `relearn` to learn again all that came behind it; `relearn` alone begins with nothing.
    """

    at: float
    project: str | None = None
    paused: bool = False
    pool: str | None = None
    usd_per_day: float | None = None
    frozen: bool = False
    snapshot: int | None = None
    why: str = ""
    relearn: bool = False


# What goes out ------------------------------------------------------------------------------


class Decision(Event, frozen=True, tag="Decision"):
    """What was decided about a task, with what chance, and all that was seen in deciding.

    `pmf` is over everything eligible, pools and `stop`; `propensity` is `pmf[choice]`. `features`
    are the task's and the system's, `signals` those of each pool; `quality` is the predicted
    chance that the pool's next label is right; `posterior` is that of the labels so far; `control`
    names the pin that was in force (`pin:POOL`).
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


class Ask(Event, frozen=True, tag="Ask"):
    """What a pool may see of a decision: please label this task."""

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
    """What came of asking a pool: all that learning needs, identified by (task, ask, revision).

    `basis` says what `target` is: `gold` the true class, `consensus` the posterior from the other
    labels, `none` nothing to compare with, `expired` no label came (declined asks too). `quality`
    is the chance under `target` that the label is right, `None` for the last two. `labeler_signals`
    are what was known of the labeler when the label came; `verdict_confidence` is the confidence,
    before calibration, of `verdict_answer`, given with gold only, once a task, to calibrate it.
    `previous_basis` is that of the revision before.
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
    pool: str
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


class Verdict(Event, frozen=True, tag="Verdict"):
    """The answer to a task, how sure it is, and what it cost.

    `basis` is `gold`, `consensus` (two labels or more), `single` (one label, so nothing to compare
    with) or `none` (no label: `answer` is `None`). `audited` says that the keyed draw with chance
    `audit_propensity` sent it to gold.
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
    """Something that came in and can't be used: the rule it broke, and the record as it came.

    The engine fills `rule`, `message`, `at`; the worker adds where the record stood and its bytes.
    """

    rule: str
    message: str
    at: float | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    key: bytes | None = None
    original: bytes | None = None


Input = Pool | Task | Label | Decline | Gold | Tick | Control
Output = Decision | Ask | Reward | Verdict | DeadLetter
AnyEvent = Input | Output
