"""Check for a second clustering (Cameron, Gelbach and Miller 2011).

With clusters u and another column v, the variance of a mean is that of u, plus that of v, less that
of both together: what a second column adds is (D_u + D_v − D_uv) / D_u, of the design effects D. It
is 1 where the values of v lie within clusters of u, as sessions do within users.

Source: Cameron, Gelbach and Miller (2011), Journal of Business & Economic Statistics 29(2),
238-249, equation 2.9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from replay.checks.check_result import CheckResult, Grade
from replay.stats.design_effect import REPORTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.stats.design_effect import IdSums
    from replay.tables.repeated_ids import PossibleId

LEAST_FACTOR = 1.15
"""Below this, intervals are less than 7 % too narrow."""


class CrossedEffect(NamedTuple):
    """A second column whose rows are correlated: the factor on the variance, and its p-value."""

    column: str
    factor: float
    p_value: float


def crossed_effect(every: Iterable[IdSums], possible: Sequence[PossibleId]) -> CrossedEffect | None:
    """Return the second column that adds most; `None` if none does, by more than luck (1e-4).

    Parameters
    ----------
    every
        Sums of each target, received with clusters.
    possible
        The columns that were looked at.
    """
    effects = []
    for sums in every:
        if not sums.crossed or not len(sums.groups):
            continue
        own = max(sums.tested(2 * len(possible)).effect, 1.0)
        for at, column in enumerate(possible):
            second, both = sums.tested(at), sums.tested(len(possible) + at)
            factor = (own + second.effect - max(both.effect, 1.0)) / own
            enough = second.values >= column.least_values and second.p_value < REPORTED
            if enough and factor > LEAST_FACTOR:
                effects.append(CrossedEffect(column.column, factor, second.p_value))
    return max(effects, key=lambda column: column.factor, default=None)


def on_crossed(effect: CrossedEffect | None, cluster: str | None) -> tuple[CheckResult, ...]:
    """Refuse a log with a second column of clusters; nothing is said where there is none."""
    if effect is None:
        return ()
    text = (
        f"rows with the same {effect.column} are correlated too, beside those with the same"
        f" {cluster} (variance {effect.factor:.3g} times as large with both): intervals can use"
        f" one column of clusters only; try --cluster {effect.column}, or keep one row of each"
    )
    return (CheckResult("crossed clusters", Grade.BROKEN, text),)
