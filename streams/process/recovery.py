"""Recovery: what a loop does while the log can't be relied on.

Rule: whoever waits says so first, so that its health and its figures are those of the trouble and
not of the last good turn.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from bandit.errors import CommitUnknown, LogError

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_WAIT_S = 0.04
"""Before trying again; four times as long each time, up to 3 s."""

LONGEST_WAIT_S = 3.0


class Recovery:
    """Tries again, for a time, after commits whose outcome is unknown.

    Parameters
    ----------
    recover_s
        How long trouble may last.
    publish
        Called before each wait.
    """

    def __init__(self, recover_s: float, publish: Callable[[], None]) -> None:
        self.failed = 0  # since the start
        self._recover_s = recover_s
        self._publish = publish
        self._in_a_row = 0
        self._since: float | None = None
        self._why = ""

    def trouble(self) -> str | None:
        """Say in a line what is wrong with the log; `None` if the last try was good."""
        if not self._in_a_row:
            return None
        return f"{self._in_a_row} commits or look-ups in a row failed: {self._why}"

    def over(self) -> None:
        """Note that all is well."""
        self._in_a_row, self._since = 0, None

    def run(self, error: CommitUnknown, go_back: Callable[[], None]) -> None:
        """After `error`, go back to what is committed; again until that is known.

        Raises
        ------
        LogError
            If trouble has lasted for `recover_s`.
        """
        again: CommitUnknown | None = error
        while again is not None:
            self._wait(again)
            again = None
            try:
                go_back()
            except CommitUnknown as failed:
                again = failed

    def _wait(self, error: CommitUnknown) -> None:
        """Before the next try, or give up."""
        self.failed += 1
        self._in_a_row += 1
        self._why = str(error)
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        structlog.get_logger().warning("commit_unknown", in_a_row=self._in_a_row, why=str(error))
        if now - self._since > self._recover_s:
            msg = (
                f"{error}; {self._in_a_row} commits or look-ups in a row failed, for"
                f" {self._recover_s:g} s (worker.recover_s): the log can't be relied on"
            )
            raise LogError(msg) from error
        self._publish()
        time.sleep(min(FIRST_WAIT_S * 4 ** min(self._in_a_row - 1, 4), LONGEST_WAIT_S))
