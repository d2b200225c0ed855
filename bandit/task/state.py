"""The state of a task and of a desk: plain records, encoded as they are into the topic `desk`."""

from __future__ import annotations

import math
from enum import StrEnum

import msgspec

from bandit.events import Feature, Gold, Label, Task, Verdict
from bandit.reasons import DecisionReason

VERSION = 1
"""The version of a desk's records that this code writes, and the newest that it reads.

Raise it if a program that drops what is new, when it writes a record again, would do wrong.
"""


class AskStatus(StrEnum):
    """What has become of an ask; `bandit.lifecycle.transitions` says what follows what."""

    WAITING = "waiting"
    LABELED = "labeled"
    DECLINED = "declined"
    EXPIRED = "expired"


class AskState(msgspec.Struct, gc=False, omit_defaults=True):
    """One ask: what was seen when it was decided, and what came of it."""

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
    status: AskStatus = AskStatus.WAITING
    ended_at: float | None = None
    label: Label | None = None
    labeler_signals: dict[str, float] = {}
    revision: int = -1
    basis: str | None = None

    @property
    def is_audit(self) -> bool:
        """Whether it asks an expert for the truth of a closed task."""
        return self.why == DecisionReason.AUDIT


class TaskState(msgspec.Struct, gc=False, omit_defaults=True):
    """One task: open until it has a verdict, then remembered for a while.

    `decided` is the number of the last decision; `waits_for` names the pools that had no room for
    the task, and `worth_usd` is what its right answer was worth then; `halted` is the situation
    that stopped it, `halted_at` when; `stranded_at` is since when no pool has been able to take it,
    and `retry_at` when that is too long; `raw_answer` and `raw_confidence` are what the labels
    alone said when the task closed. Of a task that waits for room `retry_at` is about its turn: a
    program from before there were queues looks at it then. `resets` is how many of the desk's have
    moved these times.
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
    v: int = 1

    def ask(self, number: int) -> AskState | None:
        """Return the ask of that number; decisions to stop have none."""
        return next((ask for ask in self.asks if ask.ask == number), None)

    def labeled(self) -> list[AskState]:
        """Asks whose labels count for the answer: those of an audit are gold instead."""
        return [ask for ask in self.asks if ask.label is not None and not ask.is_audit]

    def labelers(self) -> tuple[str, ...]:
        """Who has labeled the task; none of them may again."""
        return tuple(ask.label.labeler for ask in self.asks if ask.label is not None)

    def waits(self) -> bool:
        """Whether an ask of the task (an audit aside) is still awaited."""
        return any(ask.status == AskStatus.WAITING and not ask.is_audit for ask in self.asks)

    def forget_at(self, remember_s: float) -> float | None:
        """When a closed task may be let go: its last audit must have ended by then."""
        if self.closed_at is None:
            return None
        audits = (ask.expires_at for ask in self.asks if ask.is_audit)
        return max(self.closed_at + remember_s, *audits, -math.inf)

    def usd(self) -> float:
        """What the task's labels cost so far, its audit aside."""
        return sum((ask.usd for ask in self.labeled()), 0.0)


class HeldGold(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Gold that waits for its task, since `at` by the desk's time."""

    gold: Gold
    at: float
    resets: int = 0
    v: int = 1


class DeskState(msgspec.Struct, omit_defaults=True):
    """What a desk knows beside its tasks; small, and written with every batch.

    `room` is how many asks it has room for in each pool with a capacity, counted at `filled_at`,
    `used_usd` what it has used of each project's money and on which day, `waiting` how many of its
    tasks wait for room; `project_turns` is in which order projects that wait were last served, and
    `shared_asks` how many asks this desk had of each pool that other desks waited for too;
    `log_worth` is what a right answer is worth to each project with a target accuracy;
    `positions` is where each topic of the partition is read on, and `split` how many ways tasks
    were split when that was noted; `resets` are the times before and after each reset that set
    the clock back.
    """

    now: float | None = None
    ahead_at: float | None = None
    ahead_ticks: int = 0
    filled_at: float | None = None
    room: dict[str, float] = {}
    used_usd: dict[str, tuple[int, float]] = {}
    in_flight: dict[str, int] = {}
    waiting: dict[str, int] = {}
    project_turns: list[str] = []
    shared_asks: dict[str, int] = {}
    log_worth: dict[str, float] = {}
    open_tasks: int = 0
    waiting_gold: int = 0
    resets: list[tuple[float, float]] = []
    positions: dict[str, int] = {}
    split: int = 0
    v: int = 1
