"""Health: whether a worker's loop turns, and whether it is ready to be relied on.

Rule 1: the loop's own thread says how it is after a turn, and other threads read only what it said;
so nobody else touches the log or the engine.
Rule 2: one thing is asked when it is wanted, for the loop may wait for the very broker that is
silent: when the log last answered.
Rule 3: what is published is at hand. Nothing of it is asked of the log, waits or raises.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streams.config.config import Config
    from streams.log.log import Place

STARTING, STUCK, LOG, DESK, LAG, MODEL, MODEL_AGE, CLOCK = (
    "starting",
    "stuck",
    "log",
    "desk",
    "lag",
    "model",
    "model_age",
    "clock",
)

REASONS = (STARTING, STUCK, LOG, DESK, LAG, MODEL, MODEL_AGE, CLOCK)
"""Why a worker may not be ready."""


SEE_EVERY_S = 1.0
"""How often a worker is looked at; Prometheus asks four to sixty times less often."""


class Watched(Protocol):
    """A worker, or a learner, as far as it is watched; asked by its own thread, after a turn."""

    @property
    def last_turn_at(self) -> float:
        """When the last turn of the loop was finished, on the monotonic clock."""

    def figures(self) -> Mapping[str, int]:
        """What was done since the start, and what is open, by name."""

    def written_by_topic(self) -> Mapping[str, int]:
        """Records committed since the start."""

    def dead_letters_by_rule(self) -> Mapping[str, int]:
        """Dead letters committed since the start, by the rule that was broken."""

    def held(self) -> frozenset[Place]:
        """Partitions that it holds; the learner, none."""

    def lag(self) -> Mapping[Place, int]:
        """Committed records not read yet, of each partition that it reads as a worker."""

    def trouble(self) -> str | None:
        """Why the log can't be relied on: a commit's outcome isn't known yet, say."""

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""

    def restored(self) -> bool:
        """Whether the desk of every partition held is loaded."""

    def paused(self) -> str | None:
        """Which limit of `[worker]` lets further ones wait, if one does."""

    def clock_skew_s(self) -> float | None:
        """Seconds that its clock is ahead of the brokers'; `None` where that isn't known."""

    def catching_up(self) -> bool:
        """Whether it decides nothing yet, because its model is still to learn what was there."""

    def model_age_s(self) -> float | None:
        """Seconds since the model that it follows was saved; `None` if it learns itself."""

    def model_position(self) -> int:
        """Offset in `rewards` up to which its model has learned."""


class Seen(NamedTuple):
    """A worker as it was after one of its turns."""

    figures: Mapping[str, int]
    written: Mapping[str, int]
    dead_letters: Mapping[str, int]
    held: int
    lag: Mapping[Place, int]
    trouble: str | None
    heard_at: Callable[[], float]
    restored: bool
    paused: str | None
    catching_up: bool
    clock_skew_s: float | None
    model_age_s: float | None
    model_position: int


class Limits(NamedTuple):
    """What a healthy worker keeps."""

    turn_s: float  # without a turn; Kafka, too, gives up a worker that doesn't poll for so long
    lag: int
    model_age_s: float
    silence_s: float  # of the log; heartbeats are ten times as frequent
    skew_s: float  # of its clock, from the brokers'

    @classmethod
    def of(cls, config: Config) -> Limits:
        """Return the limits that a configuration says."""
        worker, log = config.worker, config.log
        return cls(
            log.max_poll_interval_s,
            worker.max_lag,
            worker.max_model_age_s,
            log.session_timeout_s / 2,
            config.core.clock.max_skew_s,
        )


class Board:
    """What the loop last said of itself.

    Parameters
    ----------
    limits
        What a healthy worker keeps.
    see_every_s
        How often a worker is looked at, turns in between aside.
    clock
        A monotonic clock, the one of `Watched.last_turn_at`.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        see_every_s: float = SEE_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seen: Seen | None = None
        self._limits = limits
        self._see_every_s = see_every_s
        self._clock = clock
        self._turned_at = clock()  # a start counts as a turn
        self._see_next = self._turned_at

    def publish(self, worker: Watched) -> None:
        """Say how `worker` is; called by its own thread, after each turn and in trouble."""
        self._turned_at = worker.last_turn_at
        trouble = worker.trouble()
        changed = self.seen is not None and trouble != self.seen.trouble
        if self._clock() < self._see_next and not changed:
            return
        self.seen = Seen(
            figures=dict(worker.figures()),
            written=dict(worker.written_by_topic()),
            dead_letters=dict(worker.dead_letters_by_rule()),
            held=len(worker.held()),
            lag=dict(worker.lag()),
            trouble=trouble,
            heard_at=worker.heard_at,
            restored=worker.restored(),
            paused=worker.paused(),
            catching_up=worker.catching_up(),
            clock_skew_s=worker.clock_skew_s(),
            model_age_s=worker.model_age_s(),
            model_position=worker.model_position(),
        )
        self._see_next = self._clock() + self._see_every_s

    def turn_age_s(self) -> float:
        """Seconds since the last turn."""
        return max(0.0, self._clock() - self._turned_at)

    def stuck(self) -> str | None:
        """Say in a line that the loop doesn't turn; `None` while it does."""
        age_s, limit_s = self.turn_age_s(), self._limits.turn_s
        if age_s <= limit_s:
            return None
        return f"the loop last turned {age_s:,.0f} s ago, more than {limit_s:,g} s"

    def not_ready(self) -> dict[str, str]:
        """Why the worker is not ready, a line a reason; empty when it is.

        A worker that holds nothing, because there are more workers than partitions, is ready.
        """
        stuck, seen = self.stuck(), self.seen
        lines = {STUCK: stuck} if stuck else {}
        if seen is None:
            return lines | {STARTING: "the loop has not turned yet"}
        if trouble := seen.trouble or self._silence(seen):
            lines[LOG] = trouble
        if seen.catching_up:
            lines[MODEL] = "nothing is decided before the rewards that were there are learned"
        if not seen.held and not seen.lag:
            return lines
        if not seen.restored:
            lines[DESK] = "not every desk of the partitions held is loaded"
        lag = sum(seen.lag.values())
        if lag > self._limits.lag:
            lines[LAG] = f"{lag:,} records wait, more than {self._limits.lag:,} (worker.max_lag)"
        age_s, limit_s = seen.model_age_s, self._limits.model_age_s
        if age_s is not None and age_s > limit_s:
            lines[MODEL_AGE] = (
                f"the model is {age_s:,.0f} s old, more than {limit_s:,g} s"
                " (worker.max_model_age_s): does the learner run?"
            )
        skew_s, limit_s = seen.clock_skew_s, self._limits.skew_s
        if skew_s is not None and abs(skew_s) > limit_s:
            way = "ahead of" if skew_s > 0 else "behind"
            lines[CLOCK] = (
                f"this machine's clock is {abs(skew_s):,.0f} s {way} the broker's, more than"
                f" {limit_s:,g} s (clock.max_skew_s): time stands still here until it is right"
            )
        return lines

    def _silence(self, seen: Seen) -> str | None:
        """Say in a line that the log does not answer; `None` while it does."""
        silent_s, limit_s = self._clock() - seen.heard_at(), self._limits.silence_s
        if silent_s <= limit_s:
            return None
        return (
            f"the log last answered {silent_s:,.0f} s ago, more than {limit_s:,g} s"
            " (half of log.session_timeout_s): is the broker there?"
        )
