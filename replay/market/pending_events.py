"""Priority queue of a market's future events, in the order of time."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from bandit.events import Decline, Label, Task, Tick

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bandit.events import Ask, Gold, Input
    from replay.market.outcome import Outcome


class PendingEvents:
    """Events that wait for their time; of what is due at once, what was known first comes first."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._heap: list[tuple[float, int, Input]] = []
        self._order = 0

    def first_at(self) -> float | None:
        """When the next event is due; `None` if nothing is."""
        return self._heap[0][0] if self._heap else None

    def add(self, at: float, event: Input) -> None:
        """Let an event wait until `at`."""
        self._order += 1
        heapq.heappush(self._heap, (at, self._order, event))

    def until(self, at: float) -> Iterator[tuple[float, Input]]:
        """Take out what is due by `at`, what is added meanwhile included."""
        while self._heap and self._heap[0][0] <= at:
            due, _, event = heapq.heappop(self._heap)
            yield due, event

    def given(self, event: Input) -> None:
        """Note an event that is given to the engine; a task's deadline needs a tick of its own."""
        match event:
            case Task():
                self._outcome.tasks[event.task] = event
                if event.deadline_at is not None:
                    self.add(event.deadline_at, Tick(at=event.deadline_at))
            case Label():
                self._outcome.labels.append(event)
            case Decline():
                self._outcome.declines += 1
            case _:
                pass

    def answered(self, ask: Ask, answers: Sequence[Label | Decline | Gold], now: float) -> None:
        """Let answers come at their time; without one in time, the ask's end needs a tick."""
        for answer in answers:
            self.add(max(answer.at, now), answer)
        if not any(answer.at <= ask.expires_at for answer in answers):
            at = max(ask.expires_at, now)
            self.add(at, Tick(at=at))
