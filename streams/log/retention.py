"""Retention of each topic, with its reason.

Compacted topics keep the newest record of each key. On Kafka, `poolwise doctor` sets and checks
`retention.ms`; from a log in a file, `poolwise prune` deletes older records.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.log.topics import ASKS, DEADLETTERS, DECISIONS, LABELS, REWARDS, TASKS, VERDICTS

DAY_S = 86_400.0


class Keep(NamedTuple):
    """Retention in seconds, and the reason why it should not be shorter."""

    seconds: float
    why: str

    @property
    def days(self) -> float:
        """Retention in days."""
        return self.seconds / DAY_S


_OUTAGE = "a task may be open for 7 days (policy.give_up_s), and an outage may last as long"
_ARCHIVE = "somebody must notice in time that the archive has stopped"

KEEP: dict[str, Keep] = {
    TASKS: Keep(14 * DAY_S, _OUTAGE),
    LABELS: Keep(14 * DAY_S, _OUTAGE),
    ASKS: Keep(14 * DAY_S, "a pool that was offline must still find the asks of open tasks"),
    DECISIONS: Keep(30 * DAY_S, _ARCHIVE),
    REWARDS: Keep(30 * DAY_S, "a learner that was stopped must find the rewards that it missed"),
    VERDICTS: Keep(30 * DAY_S, _ARCHIVE),
    DEADLETTERS: Keep(90 * DAY_S, "somebody must look at dead letters, and send them again"),
}
