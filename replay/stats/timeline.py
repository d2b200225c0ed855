"""Means of rewards and scores in twenty parts of the log: a test of drift, and a curve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from replay.numerics.fieldwise_sum import FieldwiseSum, merged
from replay.numerics.inner_product import inner

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.stats.reward_scale import RewardScale
    from replay.stats.weighted_rows import Scored

PARTS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Timeline(FieldwiseSum):
    """Sums by part of a log of `length` rows.

    `sums`, shape (PARTS, 5), has for each part: rows, Σ r, Σ r², and of the doubly robust scores
    Σ s and Σ s². `latest`, shape (PARTS,), is the latest time in each part; NaN is none.
    """

    length: int = field(default=0, metadata=merged(max))
    sums: Floats = field(default_factory=lambda: np.zeros((PARTS, 5)))
    latest: Floats = field(default_factory=lambda: np.full(PARTS, np.nan), metadata=merged(np.fmax))

    def receive(self, scored: Scored) -> Timeline:
        """Add rows in order of their numbers; nothing is kept where they have none."""
        if scored.index is None or not self.length:
            return self
        if not len(scored):
            return self
        first, last = (int(scored.index[at]) * PARTS // self.length for at in (0, -1))
        if first == last:
            return self + self._of_part(first, scored)
        starts = -(-np.arange(PARTS + 1) * self.length // PARTS)
        cuts = scored.index.searchsorted(starts)
        sums, latest = np.zeros((PARTS, 5)), np.full(PARTS, np.nan)
        for part in np.flatnonzero(np.diff(cuts)):
            inside = slice(cuts[part], cuts[part + 1])
            r, s = scored.reward[inside], scored.scores[inside]
            sums[part] = len(r), r.sum(), inner(r, r), s.sum(), inner(s, s)
            if scored.time is not None:
                latest[part] = scored.time[inside].max()
        return self + Timeline(self.length, sums, latest)

    def _of_part(self, part: int, scored: Scored) -> Timeline:
        """Sums of rows that are all in one part."""
        sums, latest = np.zeros((PARTS, 5)), np.full(PARTS, np.nan)
        of, s = scored.products, scored.scores
        score = (of.wr, of.w2r2) if s is of.terms else (float(s.sum()), inner(s, s))
        sums[part] = len(scored), of.r, of.r2, *score
        if scored.time is not None:
            latest[part] = scored.time.max()
        return Timeline(self.length, sums, latest)

    def measured(self, scale: RewardScale) -> Timeline:
        """Return the same sums of measured rewards and scores."""
        sums = self.sums.copy()
        rows = sums[:, 0]
        for once, twice in ((1, 2), (3, 4)):
            total = self.sums[:, once]
            square = self.sums[:, twice] - 2 * scale.zero * total + scale.zero**2 * rows
            sums[:, once] = (total - scale.zero * rows) / scale.unit
            sums[:, twice] = square / scale.unit**2
        return Timeline(self.length, sums, self.latest)

    def drift(self) -> float | None:
        """Chance that the parts' mean rewards differ so by luck; `None` if too few have rows.

        Source: the test of homogeneity by weighted means, Cochran (1954), Biometrics 10(1),
        101-129.
        """
        rows, once, twice = self.sums[:, 0], self.sums[:, 1], self.sums[:, 2]
        some = rows > 1
        if some.sum() < 2:
            return None
        mean = once[some] / rows[some]
        overall = once[some].sum() / rows[some].sum()
        # One variance for all, so that a part without a single reward has one too.
        within = float((twice[some] - rows[some] * mean**2).sum() / (rows[some] - 1).sum())
        if within <= 0:
            return None
        statistic = float((rows[some] * (mean - overall) ** 2).sum() / within)
        return float(chdtrc(some.sum() - 1, statistic))

    def curve(self) -> list[tuple[int, float, float, float]]:
        """Return after each part: rows so far, their mean score, its standard error, latest time.

        The time is NaN where the log has none.
        """
        total = self.sums.cumsum(axis=0)
        points = []
        latest = np.fmax.accumulate(self.latest)
        for (rows, _, _, once, twice), time in zip(total, latest, strict=True):
            if rows > 1:
                mean = once / rows
                spread = max(twice / rows - mean**2, 0.0) / (rows - 1)
                points.append((int(rows), float(mean), float(np.sqrt(spread)), float(time)))
        return points
