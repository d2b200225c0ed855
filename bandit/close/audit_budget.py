"""The daily budget for audits of a project: as it runs short, a smaller share is audited.

A leaky bucket for each project of a desk: an audit that is drawn fills it by the expert's price,
time drains it by the budget. With f the part that is filled, the share is

    audit.share * (1 - f),    at least `audit.least`.

So audits are spread over the day, and over days cost no more than the budget, however verdicts are
split over partitions. A verdict that could not be audited would be in no estimate, so the least
chance stays, whatever it costs.

A project with a target accuracy in place of a value pays for audits in proportion to its labels.
Where a project's budget is short, each dollar spent counts as 1 + lambda dollars
(`bandit.limits.pacing`). The share of verdicts that are audited is then

    share / (1 + lambda),    at least `audit.least`,

so that audits cost as much in value as without the budget.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.days import DAY_S

if TYPE_CHECKING:
    from bandit.settings import AuditSettings
    from bandit.task.state import DeskState

LABELS_PART = 0.25
"""Most that audits cost of what labels cost, where a project only has a target accuracy: nobody has
said what a right answer is worth, and what it costs is to be small. A fifth of the money then tells
how good the rest is."""
MEMORY = 100
"""Verdicts that the mean cost of labels rests on: after the first tasks, which cost more, audits
soon become fewer."""
BUCKET_S = 7200.0
"""The bucket holds the budget of two hours: audits may come unevenly within a morning."""


def paced_share(
    settings: AuditSettings, desk: DeskState, project: str, now: float, partitions: int
) -> float:
    """Return the share of verdicts to audit now; each partition has its part of the budget.

    Examples
    --------
    >>> from bandit.settings import AuditSettings
    >>> from bandit.task.state import DeskState
    >>> desk, settings = DeskState(), AuditSettings(share=0.1, usd_per_day=12.0)
    >>> note_audit(settings, desk, "p", 0.0, 1.5, partitions=1)
    >>> [round(paced_share(settings, desk, "p", hour * 3600.0, 1), 4) for hour in (0, 2, 3)]
    [0.005, 0.05, 0.1]
    """
    budget = settings.usd_per_day
    if budget is None:
        return settings.share
    per_s = budget / partitions / DAY_S
    filled = min(1.0, _level_usd(desk, project, now, per_s) / (per_s * BUCKET_S))
    return max(min(settings.least, settings.share), settings.share * (1.0 - filled))


def share_by_labels(
    settings: AuditSettings, desk: DeskState, project: str, label_usd: float, expert_usd: float
) -> float:
    """Return the share of verdicts to audit where audits may cost a part of what labels cost.

    `label_usd` is what the labels of the verdict cost that has just closed; it counts in the mean.

    Examples
    --------
    >>> from bandit.settings import AuditSettings
    >>> from bandit.task.state import DeskState
    >>> desk, settings = DeskState(), AuditSettings(share=0.1)
    >>> share_by_labels(settings, desk, "p", label_usd=0.08, expert_usd=1.0)
    0.02
    """
    count, mean = desk.label_usd.get(project, (0, 0.0))
    count = min(count + 1, MEMORY)
    mean += (label_usd - mean) / count
    desk.label_usd[project] = (count, mean)
    paid = LABELS_PART * mean / expert_usd if expert_usd > 0.0 else math.inf
    return min(settings.share, max(settings.least, paid))


def note_audit(
    settings: AuditSettings, desk: DeskState, project: str, now: float, usd: float, partitions: int
) -> None:
    """Fill the bucket by the price of an audit that was drawn; without a budget there is none."""
    if settings.usd_per_day is not None:
        per_s = settings.usd_per_day / partitions / DAY_S
        desk.audit_usd[project] = (now, _level_usd(desk, project, now, per_s) + usd)


def _level_usd(desk: DeskState, project: str, now: float, per_s: float) -> float:
    at, usd = desk.audit_usd.get(project, (now, 0.0))
    return max(0.0, usd - per_s * max(0.0, now - at))
