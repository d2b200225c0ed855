"""Share of right answers from audits of unequal chances: the difference estimator.

With f an answer's confidence, g(f) that confidence recalibrated by gold of other tasks
(`replay.task_log.recalibration`), Y whether it is right, and ρ the chance of its task's audit,

accuracy = mean of g + mean over all tasks of audited/ρ · (Y − g).

It is unbiased for any way of buying labels, whoever's confidence the chances came from: they have
to be those of the draw, and above 0 wherever there is an answer. Its variance is the one seen or,
where that is larger, the one that the confidences imply: wrong answers may be too rare to be seen.
The interval is Wilson's for a plain share of this variance; Student's t allows for few audits.

Source: Cassel, Särndal and Wretman (1976), Biometrika 63(3), 615-620; with a tuned proxy
Angelopoulos, Duchi and Zrnic (2023), arXiv:2311.01453 (PPI++).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from replay.intervals.wilson import wilson
from replay.numerics.moments import Moments
from replay.task_log.recalibration import Recalibration

if TYPE_CHECKING:
    from collections.abc import Sequence


class AuditedShare(msgspec.Struct, frozen=True, kw_only=True):
    """Estimated share of right answers, with its 95 % interval, and how many audits it is from."""

    value: float
    low: float
    high: float
    audits: int


class AuditedAnswer(NamedTuple):
    """An answer to a task: `right` where an audit judged it, a chance where the answer is a tie.

    `audit_chance` is 0 where the task could not be audited; its confidence is then believed.
    """

    task: str
    confidence: float
    audit_chance: float
    right: float | None = None


def audited_accuracy(answers: Sequence[AuditedAnswer], level: float = 0.95) -> AuditedShare | None:
    """Estimate the share of right answers; `None` without any audit.

    Examples
    --------
    >>> sure = [AuditedAnswer(f"s{i}", 0.9, 0.1, 1.0 if i < 20 else None) for i in range(200)]
    >>> unsure = [AuditedAnswer(f"u{i}", 0.6, 0.4, i % 2 if i < 40 else None) for i in range(100)]
    >>> share = audited_accuracy([*sure, *unsure])
    >>> round(share.value, 2), round(share.low, 2), round(share.high, 2), share.audits
    (0.83, 0.7, 0.91, 60)
    """
    recalibration = Recalibration()
    for task, confidence, chance, right in answers:
        if right is not None:
            recalibration.receive(task, confidence, right=right, weight=1.0 / chance)
    audits = sum(one.right is not None for one in answers)
    if not audits:
        return None
    n = len(answers)
    proxy = np.array([recalibration.proxy(one.task, one.confidence) for one in answers])
    scores, doubt = proxy.copy(), 0.0
    for at, one in enumerate(answers):
        if one.right is not None:
            scores[at] += (one.right - proxy[at]) / one.audit_chance
        if one.audit_chance:
            unsure = max(p * (1.0 - p) for p in (one.confidence, float(proxy[at])))
            doubt += unsure / one.audit_chance
    moments = Moments().receive(scores)
    value = min(max(moments.mean, 0.0), 1.0)
    seen = moments.second / max(n - 1, 1) / n
    believed = float(proxy.var()) / n + doubt / n**2
    low, high, _ = wilson(value, max(seen, believed), audits, level, moments.degrees_of_freedom())
    return AuditedShare(value=value, low=low, high=high, audits=audits)
