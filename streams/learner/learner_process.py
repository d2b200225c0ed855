"""The learner as a process of its own, `poolwise learn`, for workers that follow its snapshots."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown, LogError
from streams.learner.learner import Learner
from streams.process.failpoints import nothing
from streams.process.no_desks import NoDesks
from streams.process.recovery import Recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.log.log import Log, Place


class LearnerProcess(NoDesks):
    """The loop of a learner that runs by itself.

    Parameters
    ----------
    log, make_core, settings, clock, failpoint
        As of `Learner`.
    group
        The group of workers whose learner it is.
    progress
        Called with this after each turn of its loop, and before each wait for the log while
        requests fail.

    Raises
    ------
    LogBusy
        If the log knows that the group has another learner.
    """

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        settings: WorkerSettings,
        *,
        group: str = "poolwise",
        clock: Callable[[], float] = time.time,
        failpoint: Callable[[str], None] = nothing,
        progress: Callable[[LearnerProcess], None] = nothing,
    ) -> None:
        self.last_turn_at = time.monotonic()
        self._settings = settings
        self._progress = progress
        self._recovery = Recovery(settings.recover_s, self._publish)
        self._learner = Learner(
            log, make_core, settings, f"{group}-learner", clock=clock, failpoint=failpoint
        )

    def step(self, timeout_s: float = 0.0) -> None:
        """Run the loop once, waiting up to `timeout_s` for a reward.

        Raises
        ------
        LogBusy
            If another learner has taken over.
        LogError
            If the log has not answered for `worker.recover_s`.
        """
        try:
            self._learner.learn(timeout_s)
        except CommitUnknown as error:
            self._recovery.run(error, lambda: None)  # the next turn goes on where this one stopped
        else:
            self._recovery.over()
        self._check_silence()
        self._publish()

    def run(self, *, until_idle: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        """Run the loop until `stop()` or, with `until_idle`, until nothing is left to learn."""
        while not stop():
            self.step(0.0 if until_idle else self._settings.poll_s)
            if until_idle and self._learner.at_end():
                break
        self._learner.save()

    def close(self) -> None:
        """Stop, so that another learner can start."""
        self._learner.close()

    def _check_silence(self) -> None:
        """Give up after the time of a worker: a read without records is no error by itself."""
        silent_s = time.monotonic() - self.heard_at()
        if silent_s > self._settings.recover_s:
            msg = (
                f"the log has not answered for {silent_s:,.0f} s, longer than worker.recover_s ="
                f" {self._settings.recover_s:g} s; what to do: check the broker, then start again"
            )
            raise LogError(msg)

    def _publish(self) -> None:
        """Report the state, after a turn or before a wait: either way the loop is not stuck."""
        self.last_turn_at = time.monotonic()
        self._progress(self)

    # Monitoring -------------------------------------------------------------------------------

    def figures(self) -> dict[str, int]:
        """Counts since the start."""
        return {**self._learner.counters, "commits_unknown": self._recovery.failed}

    def lag(self) -> Mapping[Place, int]:
        """Rewards not learned yet: the lag in `rewards`."""
        return self._learner.lag()

    def trouble(self) -> str | None:
        """Why requests to the log fail now; `None` while they succeed."""
        return self._recovery.trouble()

    def heard_at(self) -> float:
        """Time of the log's last response on the monotonic clock; safe from any thread."""
        return self._learner.heard_at()

    def model_age_s(self) -> float | None:
        """No age: the brain is always the newest."""
        return None

    def model_position(self) -> int:
        """Position in `rewards` up to which it has learned."""
        return self._learner.position
