"""How long the records of each topic should be kept, and for whom.

What is compacted stays as long as its keys. Kafka keeps to these times by `retention.ms`, as
`poolwise doctor` makes topics and checks them; of a log in a file, `poolwise prune` deletes.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.log.topics import ASKS, DEADLETTERS, DECISIONS, LABELS, REWARDS, TASKS, VERDICTS

DAY_S = 86_400.0


class Keep(NamedTuple):
    """How long, in seconds, and what is lost with less."""

    seconds: float
    why: str

    @property
    def days(self) -> float:
        """The same in days."""
        return self.seconds / DAY_S


_OUTAGE = "a task may be open for 7 days (policy.give_up_s), and an outage may last as long again"
_ARCHIVE = "whoever archives or evaluates must notice in time that the archive stands still"

KEEP: dict[str, Keep] = {
    TASKS: Keep(14 * DAY_S, _OUTAGE),
    LABELS: Keep(14 * DAY_S, _OUTAGE),
    ASKS: Keep(14 * DAY_S, "a pool that was away must still find the asks of open tasks"),
    DECISIONS: Keep(30 * DAY_S, _ARCHIVE),
    REWARDS: Keep(30 * DAY_S, "a learner that was away must find all that it has not learned"),
    VERDICTS: Keep(30 * DAY_S, _ARCHIVE),
    DEADLETTERS: Keep(90 * DAY_S, "somebody must look at them, and send them again"),
}
