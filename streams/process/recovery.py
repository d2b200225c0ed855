"""Recovery: retries with growing waits while requests to the log fail.

Rule: the state is published before each wait, so that health and metrics show the failure and not
the last good turn.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from bandit.errors import CommitUnknown, LogError

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_WAIT_S = 0.04
"""First wait before a retry; each next one is four times as long, up to `LONGEST_WAIT_S`."""

LONGEST_WAIT_S = 3.0


class Recovery:
    """Retries after commits whose outcome is unknown, for a limited time.

    Parameters
    ----------
    recover_s
        How long requests may fail in a row.
    publish
        Called before each wait.
    """

    def __init__(self, recover_s: float, publish: Callable[[], None]) -> None:
        self.failed = 0  # requests, since the start
        self._recover_s = recover_s
        self._publish = publish
        self._in_a_row = 0
        self._since: float | None = None  # of the first failure in a row
        self._reason = ""

    def trouble(self) -> str | None:
        """Return in one line why requests to the log fail; `None` if the last one succeeded."""
        if not self._in_a_row:
            return None
        return f"{self._in_a_row} requests to the log in a row failed: {self._reason}"

    def over(self) -> None:
        """Note that a turn succeeded."""
        self._in_a_row, self._since = 0, None

    def run(self, error: CommitUnknown, go_back: Callable[[], None]) -> None:
        """After `error`, call `go_back`, again and again until it succeeds.

        Raises
        ------
        LogError
            If requests have failed for `recover_s`.
        """
        failure: CommitUnknown | None = error
        while failure is not None:
            self._wait(failure)
            failure = None
            try:
                go_back()
            except CommitUnknown as next_error:
                failure = next_error

    def _wait(self, error: CommitUnknown) -> None:
        """Wait before the next try, or give up."""
        self.failed += 1
        self._in_a_row += 1
        self._reason = str(error)
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        structlog.get_logger().warning("commit_unknown", in_a_row=self._in_a_row, why=str(error))
        if now - self._since > self._recover_s:
            msg = (
                f"{error}; {self._in_a_row} requests to the log in a row failed, for longer than"
                f" worker.recover_s = {self._recover_s:g} s; what to do: check the broker, or the"
                " log's file, then start again"
            )
            raise LogError(msg) from error
        self._publish()
        time.sleep(min(FIRST_WAIT_S * 4 ** min(self._in_a_row - 1, 4), LONGEST_WAIT_S))
