"""Health: whether a process is alive (its loop turns), and whether it is ready.

Rule 1: the loop's own thread publishes its status after a turn, and other threads read only what
was published; so no other thread touches the log or the engine.
Rule 2: one value is read on request, as the loop may be waiting for a broker that does not answer:
the time of the log's last answer.
Rule 3: publishing needs only values in memory. It asks nothing of the log, never waits or raises.
"""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streams.config.config import Config
    from streams.log.log import Place


class Reason(StrEnum):
    """Why a process is not ready."""

    STARTING = "starting"  # no turn of the loop yet
    STUCK = "stuck"  # the loop does not turn
    LOG = "log"  # no answer, or commits that fail
    DESK = "desk"  # state of a partition not loaded yet
    LAG = "lag"
    MODEL = "model"  # rewards that were there at the start are not learned yet
    MODEL_AGE = "model_age"
    CLOCK = "clock"  # too far from the broker's


SEE_EVERY_S = 1.0
"""How often the status is published; Prometheus asks four to sixty times less often."""


class Watched(Protocol):
    """What a worker, learner or shadow reports of itself; called by its own thread after a turn."""

    @property
    def last_turn_at(self) -> float:
        """When the loop last completed a turn, on the monotonic clock."""

    def figures(self) -> Mapping[str, int]:
        """Counts since the start, and of what is open, by name."""

    def written_by_topic(self) -> Mapping[str, int]:
        """Records committed since the start."""

    def dead_letters_by_rule(self) -> Mapping[str, int]:
        """Dead letters committed since the start, by the rule that the record broke."""

    def held(self) -> frozenset[Place]:
        """Partitions held; none for a learner."""

    def lag(self) -> Mapping[Place, int]:
        """Committed records not read yet, by partition."""

    def trouble(self) -> str | None:
        """Problem with the log, such as a commit with an unknown outcome; or `None`."""

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""

    def restored(self) -> bool:
        """Whether the state of every partition held is loaded."""

    def paused(self) -> str | None:
        """The limit of `[worker]` that pauses the reading of new tasks, if one does."""

    def clock_skew_s(self) -> float | None:
        """Seconds that this clock is ahead of the brokers'; `None` if unknown."""

    def catching_up(self) -> bool:
        """Whether it does not decide yet, because it still learns the rewards that were there."""

    def model_age_s(self) -> float | None:
        """Seconds since the followed model was saved; `None` if it learns itself."""

    def model_position(self) -> int:
        """Offset in `rewards` up to which its model has learned."""


class Status(NamedTuple):
    """Status of a process after one of its turns; see `Watched`."""

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
    """Limits of a healthy process."""

    turn_s: float  # between turns; Kafka excludes a worker that does not poll for that long
    lag: int
    model_age_s: float
    silence_s: float  # without an answer of the log; heartbeats are ten times as frequent
    skew_s: float  # between this clock and the brokers'

    @classmethod
    def of(cls, config: Config) -> Limits:
        """Return the limits of a configuration."""
        worker, log = config.worker, config.log
        return cls(
            log.max_poll_interval_s,
            worker.max_lag,
            worker.max_model_age_s,
            log.session_timeout_s / 2,
            config.core.clock.max_skew_s,
        )


class Board:
    """The last published status, and what follows from it.

    Parameters
    ----------
    limits
        Limits of a healthy process.
    see_every_s
        Shortest time between two publications; turns in between are only counted.
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
        self.status: Status | None = None
        self._limits = limits
        self._see_every_s = see_every_s
        self._clock = clock
        self._turned_at = clock()  # a start counts as a turn
        self._see_next = self._turned_at

    def publish(self, worker: Watched) -> None:
        """Publish the status of `worker`; called by its own thread, after each turn or error."""
        self._turned_at = worker.last_turn_at
        trouble = worker.trouble()
        changed = self.status is not None and trouble != self.status.trouble
        if self._clock() < self._see_next and not changed:
            return
        self.status = Status(
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
        """Return a line that the loop does not turn; `None` while it does."""
        age_s, limit_s = self.turn_age_s(), self._limits.turn_s
        if age_s <= limit_s:
            return None
        return (
            f"the main loop has not completed an iteration for {age_s:,.0f} s (limit"
            f" {limit_s:,g} s, log.max_poll_interval_s)"
        )

    def not_ready(self) -> dict[Reason, str]:
        """Why the process is not ready, a line for each reason; empty when it is ready.

        A worker that holds nothing, because there are more workers than partitions, is ready.
        """
        stuck, status = self.stuck(), self.status
        lines = {Reason.STUCK: stuck} if stuck else {}
        if status is None:
            return lines | {Reason.STARTING: "the main loop has not completed its first iteration"}
        if trouble := status.trouble or self._silence(status):
            lines[Reason.LOG] = trouble
        if status.catching_up:
            lines[Reason.MODEL] = (
                "no decisions yet: the rewards that were in the log at the start are being learned"
            )
        if not status.held and not status.lag:
            return lines
        if not status.restored:
            lines[Reason.DESK] = "the state of an assigned partition is still being loaded"
        lag = sum(status.lag.values())
        if lag > self._limits.lag:
            lines[Reason.LAG] = (
                f"{lag:,} records not read yet (limit {self._limits.lag:,}, worker.max_lag)"
            )
        age_s, limit_s = status.model_age_s, self._limits.model_age_s
        if age_s is not None and age_s > limit_s:
            lines[Reason.MODEL_AGE] = (
                f"the model is {age_s:,.0f} s old (limit {limit_s:,g} s,"
                " worker.max_model_age_s): is the learner running?"
            )
        skew_s, limit_s = status.clock_skew_s, self._limits.skew_s
        if skew_s is not None and abs(skew_s) > limit_s:
            side = "ahead of" if skew_s > 0 else "behind"
            lines[Reason.CLOCK] = (
                f"this machine's clock is {abs(skew_s):,.0f} s {side} the broker's (limit"
                f" {limit_s:,g} s, clock.max_skew_s): no ask expires here until it is corrected"
            )
        return lines

    def _silence(self, status: Status) -> str | None:
        """Return a line that the log does not answer; `None` while it does."""
        silent_s, limit_s = self._clock() - status.heard_at(), self._limits.silence_s
        if silent_s <= limit_s:
            return None
        return (
            f"no response from any Kafka broker for {silent_s:,.0f} s (limit {limit_s:,g} s,"
            " half of log.session_timeout_s): is the broker running?"
        )
