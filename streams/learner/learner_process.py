"""The process that only learns: `poolwise learn`, for workers that follow its snapshots."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown, LogError
from streams.learner.learner import Learner
from streams.process import failpoints as at
from streams.process.recovery import Recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.log.log import Log, Place


class LearnerProcess:
    """A learner at work by itself.

    Parameters
    ----------
    log, make_core, settings, clock, failpoint
        The learner's.
    group
        Whose learner it is.
    progress
        Called with this after each turn of its loop, and before each wait for a broker that is in
        trouble.

    Raises
    ------
    LogBusy
        If the log notices that there is another learner of the group.
    """

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        settings: WorkerSettings,
        *,
        group: str = "poolwise",
        clock: Callable[[], float] = time.time,
        failpoint: Callable[[str], None] = at.nothing,
        progress: Callable[[LearnerProcess], None] = at.nothing,
    ) -> None:
        self.last_turn_at = time.monotonic()
        self._settings = settings
        self._progress = progress
        self._recovery = Recovery(settings.recover_s, self._publish)
        self._learner = Learner(
            log, make_core, settings, f"{group}-learner", clock=clock, failpoint=failpoint
        )

    def step(self, timeout_s: float = 0.0) -> None:
        """Turn the loop once, waiting up to `timeout_s` for a reward.

        Raises
        ------
        LogBusy
            If another learner has taken over.
        LogError
            If the log has been silent for `worker.recover_s`.
        """
        try:
            self._learner.learn(timeout_s)
        except CommitUnknown as error:
            self._recovery.run(error, lambda: None)  # the next turn goes on where this one was
        else:
            self._recovery.over()
        self._check_silence()
        self._publish()

    def run(self, *, until_idle: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        """Turn the loop until `stop` says so or, if asked to, until nothing is left to learn."""
        while not stop():
            self.step(0.0 if until_idle else self._settings.poll_s)
            if until_idle and self._learner.at_end():
                break
        self._learner.save()

    def close(self) -> None:
        """Let another learner learn."""
        self._learner.close()

    def _check_silence(self) -> None:
        """Give up as a worker does, whose commits fail: a read of nothing is no error by itself."""
        silent_s = time.monotonic() - self.heard_at()
        if silent_s > self._settings.recover_s:
            msg = (
                f"the log has not answered for {silent_s:,.0f} s, more than"
                f" {self._settings.recover_s:g} s (worker.recover_s)"
            )
            raise LogError(msg)

    def _publish(self) -> None:
        """Say how it is; a turn, or a wait in which the loop is not stuck."""
        self.last_turn_at = time.monotonic()
        self._progress(self)

    # What is to be seen of it -----------------------------------------------------------------

    def figures(self) -> dict[str, int]:
        """What was done since the start."""
        return {**self._learner.counters, "commits_unknown": self._recovery.failed}

    def written_by_topic(self) -> Mapping[str, int]:
        """Nothing but snapshots, which `figures` count."""
        return {}

    def dead_letters_by_rule(self) -> Mapping[str, int]:
        """None: rewards are workers' own."""
        return {}

    def held(self) -> frozenset[Place]:
        """Nothing: it is in no group."""
        return frozenset()

    def lag(self) -> Mapping[Place, int]:
        """Rewards not learned yet."""
        return self._learner.lag()

    def trouble(self) -> str | None:
        """Why the log can't be relied on now."""
        return self._recovery.trouble()

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""
        return self._learner.heard_at()

    def restored(self) -> bool:
        """Whether every desk is loaded: it has none."""
        return True

    def paused(self) -> None:
        """No limit of open tasks: it has none."""

    def catching_up(self) -> bool:
        """Whether it decides nothing yet: it never does."""
        return False

    def clock_skew_s(self) -> None:
        """Nothing: it writes no time."""

    def model_age_s(self) -> float | None:
        """No age: what it knows is what there is."""
        return None

    def model_position(self) -> int:
        """Position in `rewards` up to which it has learned."""
        return self._learner.position
