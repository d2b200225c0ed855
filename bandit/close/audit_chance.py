"""The chance of an audit: larger for a verdict that is unsure, the same on average.

With c a verdict's confidence, u = sqrt(c(1 - c)) the deviation of whether it is right, and m the
mean of u over the project's recent verdicts, the chance is

    share + (share - even)(1 - share)(u / m - 1),    at most 1,    even = max(least, share / 4).

Chances in proportion to u make the difference estimator of accuracy as precise as it can be where
the confidences are true (Cassel, Särndal and Wretman 1976, Biometrika 63(3), 615-620). Where they
are not, the wrong answers are among the sure ones; so a part of the share is spread evenly
(a defensive mixture: Hesterberg 1995, Technometrics 37(2), 185-194). The verdict's own u is part
of m, so the mean chance is the share from the first verdict on; a share of 1 audits all.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.settings import AuditSettings
    from bandit.task.state import DeskState

EVEN = 0.25
"""Least part of the share that is spread evenly. It costs at most 5 % of the precision where the
confidences are true; where sure answers are 3 points too sure, it gains up to 20 %."""
MEMORY = 300
"""Verdicts that the mean u rests on: it is known to about 5 %, and soon follows a project whose
answers become surer or less so. The share of audits that this adds or takes away is small then."""


def audit_chance(
    settings: AuditSettings, desk: DeskState, project: str, confidence: float
) -> float:
    """Return the chance of an audit of a verdict that has just closed, and count it in the mean.

    Examples
    --------
    >>> from bandit.settings import AuditSettings
    >>> from bandit.task.state import DeskState
    >>> desk = DeskState()
    >>> chances = [audit_chance(AuditSettings(), desk, "p", c) for c in (0.9, 0.9, 0.999, 0.6)]
    >>> [round(chance, 4) for chance in chances]
    [0.02, 0.02, 0.0075, 0.031]
    """
    unsure = math.sqrt(max(0.0, confidence * (1.0 - confidence)))
    count, mean = desk.unsure.get(project, (0, unsure))
    count = min(count + 1, MEMORY)
    mean += (unsure - mean) / count
    desk.unsure[project] = (count, mean)
    share = settings.share
    even = min(share, max(settings.least, EVEN * share))
    tilt = unsure / mean - 1.0 if mean > 0.0 else 0.0
    return min(1.0, share + (share - even) * (1.0 - share) * tilt)
