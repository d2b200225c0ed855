"""A recommendation: what to do, what it would save, why that is believed, how to verify it."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from replay.labeling_report.read.read_tasks import LabelingLog

MONTH_DAYS = 365.25 / 12
SHORTEST_DAYS = 7.0
"""A log of less than a week doesn't show what a month looks like."""
LEAST_SHARE = 0.01
"""Less than 1 % of the cost is not worth a manager's time."""

Kind = Literal["cheaper_pool", "fewer_labels", "suspects"]


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """What could be saved; money in US dollars, `saving_usd` and `net_usd` as `Scale.per` says.

    The interval is where the saving of another batch of as many tasks would lie. `net_usd` is the
    saving less what lower accuracy costs: the answers lost, or the labels that make up for it.
    `share` is the saving as a share of the cost, `log_usd` what it would have been in this log.
    `accuracy_change` is that of a label (cheaper pool) or of an answer (fewer labels). `cap` is the
    most labels of a task, `settings` are for a worker's configuration. `pools` and `labelers` are
    those that it is about.
    """

    kind: Kind
    title: str
    action: str
    evidence: str
    verify: str
    saving_usd: Amount
    net_usd: float
    share: float
    log_usd: float
    labels: int
    accuracy_change: Amount | None = None
    cap: int | None = None
    settings: str | None = None
    pools: tuple[str, ...] = ()
    labelers: tuple[str, ...] = ()


class Scale(NamedTuple):
    """How savings in a log are told: `per` a month or 1,000 tasks, `factor` times those in it."""

    per: str
    factor: float
    usd: float

    @classmethod
    def of(cls, log: LabelingLog, span_days: float) -> Scale:
        """Choose a month where the log is long enough."""
        usd = fsum(task.usd for task in log.tasks)
        if span_days >= SHORTEST_DAYS:
            return cls("a month", MONTH_DAYS / span_days, usd)
        return cls("per 1,000 tasks", 1000.0 / len(log.tasks), usd)

    def worth_telling(self, in_log: Amount) -> bool:
        """Whether a saving is beyond chance, and large enough to matter."""
        return in_log.low > 0.0 and in_log.value >= LEAST_SHARE * self.usd
