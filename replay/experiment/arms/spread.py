"""Variance of an arm's mean, and how well it is known, where the arm may be small.

Where a metric is rarely anything but 0, a small arm may have met no such unit yet: its own units
then say that it doesn't vary. How many units it takes to know is said by the kurtosis κ of both
arms together: n of them give ν = 2n/(κ − 1) degrees of freedom. Where ν is below `FEW`, the
variance is at least that of both arms' units, and as well known.

Source: Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114, equated as in
`replay.numerics.moments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from replay.numerics.moments import Moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.experiment.arms.arm_mean import ArmMean
    from replay.numerics.arrays import Floats

FEW = 30.0
"""Degrees of freedom below which an arm's own units don't say how much it varies."""


class Spread(NamedTuple):
    """Variance of a mean, and its degrees of freedom: `None` if many."""

    variance: float
    freedom: float | None


def spreads(arms: Sequence[ArmMean], theta: Floats) -> list[Spread]:
    """Return the spread of each arm's mean after the covariates that θ has."""
    together = Moments()
    for arm in arms:
        together = together.receive(arm.left(theta))
    of_both = together.degrees_of_freedom()
    return [_spread(arm, theta, together, of_both) for arm in arms]


def _spread(arm: ArmMean, theta: Floats, together: Moments, of_both: float | None) -> Spread:
    own = Spread(arm.variance(theta), arm.freedom(theta))
    if of_both is None:
        return own
    freedom = of_both * arm.units / together.count
    variance = together.second / together.count / arm.units
    return own if freedom >= FEW or own.variance >= variance else Spread(variance, of_both)
