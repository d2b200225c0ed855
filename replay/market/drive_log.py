"""Drive a worker through a log: what is due is written, the worker steps, asks are answered.

Time is simulated: the driver owns the clock and writes it as ticks, so the worker writes none.
What is due within one slice of time is written at once, each label behind a tick of its own time;
what the worker asks meanwhile is seen at the end of the slice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bandit.events import Ask, Decline, Label, Tick, Verdict
from replay.market.drive import PATIENCE
from replay.market.outcome import Outcome
from replay.market.pending_events import PendingEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bandit.events import Input, Output
    from replay.market.drive import Labelers


class EventLog(Protocol):
    """A log of events that one worker reads, seen from its other end."""

    def write(self, events: Sequence[Input]) -> None:
        """Append inputs, in this order within a topic; a tick goes to every partition."""

    def read(self) -> Sequence[Output]:
        """Asks, verdicts, decisions and rewards written since the last call."""


class WorkerSteps(Protocol):
    """What of a worker is driven."""

    def step(self) -> int:
        """Work on what is there; how many records were handled, 0 when there is nothing."""


class LogDrive:
    """One run of a worker over a source of events and labelers that answer.

    Parameters
    ----------
    slice_s
        How much time is written at once: waits are that much longer at most.
    tick_s
        Longest jump of the clock.
    """

    def __init__(
        self,
        log: EventLog,
        worker: WorkerSteps,
        labelers: Labelers,
        slice_s: float,
        tick_s: float,
        watch: Callable[[Verdict], None] | None = None,
    ) -> None:
        self.outcome = Outcome()
        self._log, self._worker, self._labelers = log, worker, labelers
        self._slice_s, self._tick_s, self._watch = slice_s, tick_s, watch
        self._pending = PendingEvents(self.outcome)
        self._now = 0.0

    def run(self, events: Iterable[Input]) -> Outcome:
        """Drive through `events` and all that follows from them."""
        for event in events:
            self._pending.add(event.at, event)
        self._now = self._pending.first_at() or 0.0
        patience = PATIENCE
        while True:
            first = self._pending.first_at()
            if first is None:
                if not (patience and self.outcome.open()):
                    break
                patience -= 1
                first = self._now + self._tick_s
                self._pending.add(first, Tick(at=first))
            self._one_slice(first)
        return self.outcome

    def _one_slice(self, first: float) -> None:
        batch: list[Input] = []
        while first - self._now > self._tick_s:
            self._now += self._tick_s
            batch.append(Tick(at=self._now))
        end = max(first, self._now) + self._slice_s
        for at, event in self._pending.until(end):
            self._pending.given(event)
            if isinstance(event, Label | Decline):
                batch.append(Tick(at=at))
            if not isinstance(event, Tick):
                batch.append(event)
        batch.append(Tick(at=end))
        self._now = end
        self._log.write(batch)
        while self._worker.step():
            pass
        for output in self._log.read():
            self.outcome.take(output)
            if isinstance(output, Ask):
                answers = self._labelers.answer(output, output.at)
                self._pending.answered(output, answers, self._now)
            elif self._watch and isinstance(output, Verdict):
                self._watch(output)
