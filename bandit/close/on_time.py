"""Whether a verdict came by its task's deadline.

A task is closed at its deadline by the tick that finds it over, so its verdict is dated a little
after it: a second where a worker runs, half a minute in a simulation on a log. That is on time. A
worker that was down then answers late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.events import Verdict

MOST_S = 60.0
"""Most seconds that the tick after a deadline may come later."""
SHARE = 0.1
"""The same as a share of the time from the task to its deadline, where that is short."""


def is_on_time(verdict: Verdict) -> bool | None:
    """Whether a first verdict has an answer that came by the deadline; `None` if there is none."""
    deadline_at = verdict.deadline_at
    if deadline_at is None:
        return None
    time_s = max(0.0, deadline_at - (verdict.at - verdict.delay_s))
    return verdict.answer is not None and verdict.at <= deadline_at + min(MOST_S, SHARE * time_s)
