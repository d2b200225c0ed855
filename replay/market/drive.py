"""Drive an engine in process: events in the order of time, asks answered, rewards fed back.

Rule 1: only ticks move the engine's clock; between two of them lie at most `tick_s`.
Rule 2: what is due first happens first; of what is due at once, what was known first.
Rule 3: a reward goes back the moment it is written, as if the log had no delay.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bandit.errors import BadValue
from bandit.events import Ask, DeadLetter, Decline, Label, Reward, Task, Tick, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bandit.events import Gold, Input, Output

PATIENCE = 200  # ticks without an event due, after which a task without a verdict is left so
KEEP_EVERY = 64  # events between two `keep`s: often enough that little lies over the state


class Receives(Protocol):
    """What of an engine is driven."""

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        """Take one event in; return what follows from it."""

    def keep(self) -> None:
        """Make the changes so far final."""


class Labelers(Protocol):
    """Those who answer asks."""

    def answer(self, ask: Ask, now: float) -> Sequence[Label | Decline | Gold]:
        """What comes back for `ask`, each with the time `at` which it arrives; maybe nothing."""


@dataclass(slots=True)
class Outcome:
    """What came out of a drive.

    `answered` holds each task's newest verdict that no gold has corrected (what the customer got
    before anyone knew the truth), `verdicts` the newest of all.
    """

    labels: list[Label] = field(default_factory=list)
    declines: int = 0
    expired: int = 0
    asks: int = 0
    tasks: dict[str, Task] = field(default_factory=dict)
    answered: dict[str, Verdict] = field(default_factory=dict)
    first: dict[str, Verdict] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    dead: list[DeadLetter] = field(default_factory=list)

    def open(self) -> int:
        """How many tasks have no verdict."""
        return len(self.tasks) - len(self.verdicts)

    def take(self, output: Output) -> None:
        """Note one output of the engine."""
        match output:
            case Verdict():
                self.first.setdefault(output.task, output)
                self.verdicts[output.task] = output
                if output.basis != "gold":
                    self.answered[output.task] = output
            case Ask():
                self.asks += 1
            case Reward(basis="expired", revision=0):
                self.expired += 1
            case DeadLetter():
                self.dead.append(output)
            case _:
                pass


def taken(outcome: Outcome, name: str) -> Outcome:
    """Return `outcome` if the engine refused nothing; figures without what it refused would lie.

    Raises
    ------
    BadValue
        Naming the first thing that was refused, and why.
    """
    if outcome.dead:
        first = outcome.dead[0]
        raise BadValue(f"{name}: {first.message} ({len(outcome.dead):,} such refusals in all)")
    return outcome


class Drive:
    """One run of an engine over a source of events and labelers that answer."""

    def __init__(
        self,
        engine: Receives,
        labelers: Labelers,
        tick_s: float,
        watch: Callable[[Verdict], None] | None = None,
    ) -> None:
        self.outcome = Outcome()
        self._engine, self._labelers, self._tick_s = engine, labelers, tick_s
        self._watch = watch
        self._due: list[tuple[float, int, Input]] = []
        self._order = 0
        self._given = 0
        self._now: float | None = None

    def run(self, events: Iterable[Input]) -> Outcome:
        """Drive through `events`, which come in the order of their `at`, and all that follows."""
        for event in events:
            self._until(event.at)
            self._move(event.at)
            self._give(event)
        self._until(float("inf"))
        patience = PATIENCE
        while patience and self._now is not None and self.outcome.open():
            self._move(self._now + self._tick_s)  # a task may wait for a pool to have room
            self._until(float("inf"))
            patience -= 1
        self._engine.keep()
        return self.outcome

    def _until(self, at: float) -> None:
        while self._due and self._due[0][0] <= at:
            due, _, event = heapq.heappop(self._due)
            self._move(due)
            if not isinstance(event, Tick):
                self._give(event)

    def _move(self, to: float) -> None:
        if self._now is None:
            self._now = to
            self._give(Tick(at=to))
        while self._now < to:
            self._now = min(to, self._now + self._tick_s)
            self._give(Tick(at=self._now))

    def _give(self, event: Input) -> None:
        match event:
            case Task():
                self.outcome.tasks[event.task] = event
                if event.deadline_at is not None:
                    self._schedule(event.deadline_at, Tick(at=event.deadline_at))
            case Label():
                self.outcome.labels.append(event)
            case Decline():
                self.outcome.declines += 1
            case _:
                pass
        pending: list[Output] = list(self._engine.receive(event))
        for output in pending:  # grows while it is read: what a reward brings is followed too
            self.outcome.take(output)
            if isinstance(output, Reward):
                pending.extend(self._engine.receive(output))
            elif isinstance(output, Ask):
                self._ask(output)
            elif self._watch and isinstance(output, Verdict):
                self._watch(output)
        self._given += 1
        if self._given % KEEP_EVERY == 0:
            self._engine.keep()

    def _ask(self, ask: Ask) -> None:
        now = ask.at if self._now is None else self._now
        answers = self._labelers.answer(ask, now)
        for answer in answers:
            self._schedule(max(answer.at, now), answer)
        if not any(answer.at <= ask.expires_at for answer in answers):
            self._schedule(ask.expires_at, Tick(at=ask.expires_at))

    def _schedule(self, at: float, event: Input) -> None:
        self._order += 1
        heapq.heappush(self._due, (at, self._order, event))
