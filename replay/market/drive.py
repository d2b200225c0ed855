"""Drive an engine in process: events in the order of time, asks answered, rewards fed back.

Rule 1: only ticks move the engine's clock; between two of them lie at most `tick_s`.
Rule 2: what is due first happens first.
Rule 3: a reward goes back the moment it is written, as if the log had no delay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bandit.events import Ask, Reward, Tick, Verdict
from replay.market.outcome import Outcome
from replay.market.pending_events import PendingEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bandit.events import Decline, Gold, Input, Label, Output

PATIENCE = 200  # ticks without an event due, after which a task without a verdict is left so
KEEP_EVERY = 64  # events between two `keep`s: often enough that little lies over the state


class DrivenEngine(Protocol):
    """What of an engine is driven."""

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        """Take one event in; return what follows from it."""

    def keep(self) -> None:
        """Make the changes so far final."""


class Labelers(Protocol):
    """Those who answer asks."""

    def answer(self, ask: Ask, now: float) -> Sequence[Label | Decline | Gold]:
        """What comes back for `ask`, each with the time `at` which it arrives; maybe nothing."""


class Drive:
    """One run of an engine over a source of events and labelers that answer."""

    def __init__(
        self,
        engine: DrivenEngine,
        labelers: Labelers,
        tick_s: float,
        watch: Callable[[Verdict], None] | None = None,
    ) -> None:
        self.outcome = Outcome()
        self._engine, self._labelers, self._tick_s = engine, labelers, tick_s
        self._watch = watch
        self._pending = PendingEvents(self.outcome)
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
        for due, event in self._pending.until(at):
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
        self._pending.given(event)
        pending: list[Output] = list(self._engine.receive(event))
        for output in pending:  # grows while it is read: what a reward brings is followed too
            self.outcome.take(output)
            if isinstance(output, Reward):
                pending.extend(self._engine.receive(output))
            elif isinstance(output, Ask):
                now = output.at if self._now is None else self._now
                self._pending.answered(output, self._labelers.answer(output, now), now)
            elif self._watch and isinstance(output, Verdict):
                self._watch(output)
        self._given += 1
        if self._given % KEEP_EVERY == 0:
            self._engine.keep()
