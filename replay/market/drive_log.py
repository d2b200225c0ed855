"""Drive a worker through a log: what is due is written, the worker steps, asks are answered.

Time is simulated: the driver owns the clock and writes it as ticks, so the worker writes none.
What is due within one slice of time is written at once, each label behind a tick of its own time;
what the worker asks meanwhile is seen at the end of the slice.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Protocol

from bandit.events import Ask, Decline, Label, Task, Tick, Verdict
from replay.market.drive import PATIENCE, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bandit.events import Input, Output
    from replay.market.drive import Labelers


class EventLog(Protocol):
    """A log of events that one worker reads, seen from its other end."""

    def write(self, events: Sequence[Input]) -> None:
        """Append inputs, in this order within a topic; a tick goes to every partition."""

    def read(self) -> Sequence[Output]:
        """Asks and verdicts written since the last call."""


class Steps(Protocol):
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
        worker: Steps,
        labelers: Labelers,
        slice_s: float,
        tick_s: float,
        watch: Callable[[Verdict], None] | None = None,
    ) -> None:
        self.outcome = Outcome()
        self._log, self._worker, self._labelers = log, worker, labelers
        self._slice_s, self._tick_s, self._watch = slice_s, tick_s, watch
        self._due: list[tuple[float, int, Input]] = []
        self._order = 0
        self._now = 0.0

    def run(self, events: Iterable[Input]) -> Outcome:
        """Drive through `events` and all that follows from them."""
        for event in events:
            self._schedule(event.at, event)
        self._now = self._due[0][0] if self._due else 0.0
        patience = PATIENCE
        while self._due or (patience and self.outcome.open()):
            if not self._due:
                patience -= 1
                self._schedule(self._now + self._tick_s, Tick(at=self._now + self._tick_s))
            self._one_slice()
        return self.outcome

    def _one_slice(self) -> None:
        first = self._due[0][0]
        batch: list[Input] = []
        while first - self._now > self._tick_s:
            self._now += self._tick_s
            batch.append(Tick(at=self._now))
        end = max(first, self._now) + self._slice_s
        while self._due and self._due[0][0] <= end:
            at, _, event = heapq.heappop(self._due)
            self._note(event)
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
                self._ask(output)
            elif self._watch and isinstance(output, Verdict):
                self._watch(output)

    def _note(self, event: Input) -> None:
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

    def _ask(self, ask: Ask) -> None:
        answers = self._labelers.answer(ask, ask.at)
        for answer in answers:
            self._schedule(max(answer.at, self._now), answer)
        if not any(answer.at <= ask.expires_at for answer in answers):
            at = max(ask.expires_at, self._now)
            self._schedule(at, Tick(at=at))

    def _schedule(self, at: float, event: Input) -> None:
        self._order += 1
        heapq.heappush(self._due, (at, self._order, event))
