"""The state of a task and of a desk: records, written as they are into the topic `desk`."""

from __future__ import annotations

import math
from enum import StrEnum

import msgspec

from bandit.events import Chances, Feature, Gold, Label, Prediction, Task, Verdict
from bandit.reasons import BY_EXPERTS, DecisionReason
from bandit.task.demand import Demand
from bandit.task.hours import OpenHours
from bandit.task.pace import Pace
from bandit.task.shortfall import Shortfall

VERSION = 1
"""The version of a desk's records that this code writes, and the newest that it reads.

Raise it if an older program, which drops the new fields when it writes a record again, would then
do wrong.
"""

PREDICTIONS_VERSION = 2
"""The version of records of predictions, which releases that read only `VERSION` don't know."""


class AskStatus(StrEnum):
    """The state of an ask; `bandit.lifecycle.stages` has the table of its transitions."""

    WAITING = "waiting"
    LABELED = "labeled"
    DECLINED = "declined"
    EXPIRED = "expired"


WAITING, LABELED, DECLINED, EXPIRED = AskStatus
AUDIT, ESCALATION = DecisionReason.AUDIT.value, DecisionReason.ESCALATION.value


class AskState(msgspec.Struct, gc=False, omit_defaults=True):
    """An ask: the context in which it was decided, and its outcome.

    `shadowed` says that its label is of a shadowed labeler: paid and judged, but not counted;
    `list_usd` is the pool's price then, where the label was charged at another, `usd`; `foreseen`
    is what the look-ahead saw, until it is held against what came (`bandit.decide.foreseen`).
    """

    ask: int
    pool: str
    at: float
    expires_at: float
    why: str
    usd: float
    pmf: dict[str, float]
    propensity: float
    system: dict[str, Feature]
    signals: dict[str, float]
    quality: float
    status: AskStatus = WAITING
    ended_at: float | None = None
    label: Label | None = None
    labeler_signals: dict[str, float] = {}
    revision: int = -1
    basis: str | None = None
    arm: str | None = None
    shadowed: bool = False
    watched: dict[str, float] = {}
    list_usd: float | None = None
    foreseen: tuple[int, float, float] | None = None

    def believed(self, at: float, now: float | None) -> float:
        """Return when it ended, if its answer says `at` and the desk's time is `now`.

        Clocks of labelers may be wrong, but while the ask hasn't expired the answer can't have come
        after its expiry, and else not after now: one date in the far future would make the pool
        look slow for thousands of labels.
        """
        latest = self.expires_at if now is None else max(self.expires_at, now)
        return min(max(at, self.at), latest)

    @property
    def is_audit(self) -> bool:
        """Whether it asks an expert for the true answer of a closed task."""
        return self.why == AUDIT

    @property
    def is_expert(self) -> bool:
        """Whether the answer is the truth: an audit's, or that of an escalated task."""
        return self.why in BY_EXPERTS


class TaskState(msgspec.Struct, gc=False, omit_defaults=True):
    """A task: open until it has a verdict, then remembered for `memory.remember_closed_s`.

    `decided` is the number of the last decision; `waits_for` names the pools that had no room for
    the task, `nobody_left` those that have nobody left for it, and `worth_usd` is the value of its
    right answer then; `halted` is the situation that stopped it, `halted_at` when; `stranded_at` is
    since when no pool has been able to take it, and `retry_at` when it is given up; `raw_answer`
    and `raw_confidence` are the answer and confidence from the labels alone when the task closed,
    before calibration. For a task that waits for room, `retry_at` is an estimate of its turn, which
    only releases without queues use. `resets` is the number of the desk's resets by which these
    times were moved. `predictions` are those of the user's own models, by source, `prior` is the
    machine labeler's, frozen at the first decision; `gold_rewarded` says whether gold without
    labels had its reward. `experiment` and `arm` are the live test at its arrival and its arm
    there, `arm_priors` what other arms' machine labelers say. `better` is the pool that the task
    came to wait for, though others could be asked, and `until` when it waits no longer; `look_at`
    is when to look again at whether to ask beside asks that are awaited.
    """

    task: Task
    asks: list[AskState] = []
    decided: int = 0
    retry_at: float | None = None
    waits_for: tuple[str, ...] = ()
    worth_usd: float | None = None
    halted: str = ""
    halted_at: float | None = None
    stranded_at: float | None = None
    gold: Gold | None = None
    verdict: Verdict | None = None
    closed_at: float | None = None
    raw_answer: str | None = None
    raw_confidence: float | None = None
    calibrated: bool = False
    resets: int = 0
    predictions: dict[str, Chances] = {}
    prior: Chances = {}
    gold_rewarded: bool = False
    v: int = 1
    experiment: str | None = None
    arm: str | None = None
    arm_priors: dict[str, Chances] = {}
    nobody_left: tuple[str, ...] = ()
    until: float | None = None
    better: str = ""
    look_at: float | None = None

    def ask(self, number: int) -> AskState | None:
        """Return the ask of that number; decisions to stop have none."""
        return next((ask for ask in self.asks if ask.ask == number), None)

    def labeled(self) -> list[AskState]:
        """Return the asks whose labels count for the answer; an expert's answer is gold instead."""
        return [
            ask
            for ask in self.asks
            if ask.label is not None and not ask.shadowed and ask.why not in BY_EXPERTS
        ]

    def paid(self) -> list[AskState]:
        """Return the asks that brought a label, one of a shadowed labeler too."""
        return [ask for ask in self.asks if ask.label is not None and not ask.is_audit]

    def labelers(self) -> tuple[str, ...]:
        """Return the labelers who have labeled the task; they may not label it again."""
        return tuple([ask.label.labeler for ask in self.asks if ask.label is not None])

    def awaited(self) -> list[AskState]:
        """Return the asks whose answers are awaited, an audit's too."""
        return [ask for ask in self.asks if ask.status is WAITING]

    def waits(self) -> bool:
        """Whether an ask of the task (an audit aside) is still awaited."""
        return any(not ask.is_audit for ask in self.awaited())

    def forget_at(self, remember_s: float) -> float | None:
        """Return when a closed task may be forgotten: not before its last audit has expired."""
        if self.closed_at is None:
            return None
        audits = (ask.expires_at for ask in self.asks if ask.is_audit)
        return max(self.closed_at + remember_s, *audits, -math.inf)

    def usd(self) -> float:
        """Return the cost of the task's labels so far, without its audits."""
        return sum([ask.usd for ask in self.paid()], 0.0)


class HeldGold(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Gold held for a task that hasn't come, since `at` by the desk's time."""

    gold: Gold
    at: float
    resets: int = 0
    v: int = 1

    @property
    def task(self) -> str:
        """The task that it is held for."""
        return self.gold.task


class HeldPredictions(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Predictions by source for a task that hasn't come; `at` is when the last came.

    Written with `PREDICTIONS_VERSION`: releases that know no predictions refuse that in one line.
    """

    task: str
    predictions: dict[str, Chances]
    at: float
    resets: int = 0
    v: int = 1

    def events(self) -> list[Prediction]:
        """Return the predictions as they came, but for their times: only the last one is kept."""
        return [
            Prediction(task=self.task, source=source, chances=chances, at=self.at)
            for source, chances in self.predictions.items()
        ]


class DeskState(msgspec.Struct, omit_defaults=True):
    """The state of a desk beside its tasks; small, and written with every batch.

    `room` is the number of tokens in each pool with a capacity, counted at `filled_at`; `used_usd`
    is the day and the dollars spent on it, by project, `used_hour_usd` the same of the hour and
    `used_total_usd` in all; `paces` is the price of a dollar of each project's budget; `hours` are
    those in which pools are open, `demand` how much is wanted of those that have been full, and
    `shortfalls` what the look-ahead fails to see (`bandit.task.shortfall`); `in_flight`
    and `waiting` are the numbers of asks awaited and of tasks that wait for room, by pool;
    `project_turns` is the order in which waiting projects were last served, and `shared_asks` the
    number of asks that this desk had of each pool that other desks waited for too;
    `waiting_predictions` is the number of tasks whose predictions wait for them; `log_worth` is the
    log of a right answer's value, in median prices, for each project with a target accuracy, and
    `label_usd` the number of recent verdicts and what their labels cost on average; `log_delay` is
    the log of the price of waiting, for each with a limit on the time to its verdicts; `unsure` is,
    by project, the number of recent verdicts and the mean deviation of whether they are right
    (`bandit.close.audit_chance`); `audit_usd` is, by project, when an audit was drawn last and the
    dollars in the bucket of the audits' budget then (`bandit.close.audit_budget`); `verdict_day` is
    the day of each project's last verdict or first task (`bandit.desk.idle_projects`); `positions`
    is the offset of the next record of each topic of the partition, and `split` the number of
    partitions when that was noted; `resets` are the times before and after each reset that set the
    clock back.
    """

    now: float | None = None
    ahead_at: float | None = None
    ahead_ticks: int = 0
    filled_at: float | None = None
    room: dict[str, float] = {}
    used_usd: dict[str, tuple[int, float]] = {}
    used_hour_usd: dict[str, tuple[int, float]] = {}
    used_total_usd: dict[str, tuple[int, float]] = {}
    paces: dict[str, Pace] = {}
    hours: dict[str, OpenHours] = {}
    demand: dict[str, Demand] = {}
    shortfalls: dict[str, Shortfall] = {}
    in_flight: dict[str, int] = {}
    waiting: dict[str, int] = {}
    project_turns: list[str] = []
    shared_asks: dict[str, int] = {}
    log_worth: dict[str, float] = {}
    log_delay: dict[str, float] = {}
    label_usd: dict[str, tuple[int, float]] = {}
    unsure: dict[str, tuple[int, float]] = {}
    audit_usd: dict[str, tuple[float, float]] = {}
    verdict_day: dict[str, int] = {}
    open_tasks: int = 0
    waiting_gold: int = 0
    waiting_predictions: int = 0
    resets: list[tuple[float, float]] = []
    positions: dict[str, int] = {}
    split: int = 0
    v: int = 1
