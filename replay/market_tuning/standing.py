"""Where settings stand on the seeds that they met: estimates, the choice, and who might be better.

Rule 1: settings may have met different numbers of seeds, always the first ones. Differences are of
the seeds that both met, and estimates are differences from one row added to that row's mean: what a
seed does to all settings alike must not favour those that met fewer seeds.
Rule 2: a known setting (the default, else poolwise's own) is kept unless another estimate is higher
by more than `KEPT_WITHIN` of the gap from `uniform` to the highest. That is half of `EQUIVALENT`,
so that further seeds can show the choice to be right.
Rule 3: the chance that another setting earns over `EQUIVALENT` of the gap more than the chosen one
is that of Student's t around their difference, and chances are added up (Bonferroni).

Source: Branke, Chick and Schmidt (2007), Management Science 53(12), section 2.2: the probability of
good selection, PGS_Bonf, as a rule for stopping.
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.special import stdtr

if TYPE_CHECKING:
    from collections.abc import Sequence

EQUIVALENT = 0.05
"""Share of the gap from uniform to best within which settings count as equally good."""
KEPT_WITHIN = EQUIVALENT / 2.0
"""Share of that gap: a known setting is kept unless another estimate is higher by more."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of settings by now.

    Attributes
    ----------
    net_usd
        Estimates by setting, $ per task.
    highest, chosen
        Indices of the highest estimate, references left out, and of the setting to use.
    gap_usd
        What the highest estimate earns more than `uniform`, $ per task.
    ahead
        By setting, the chance that it earns over `EQUIVALENT` of the gap more than the chosen one;
        0 for that one, and for references.
    """

    net_usd: tuple[float, ...]
    highest: int
    chosen: int
    gap_usd: float
    ahead: tuple[float, ...]

    @property
    def miss_chance(self) -> float:
        """Chance that any other earns over `EQUIVALENT` of the gap more than the chosen, at most.

        Examples
        --------
        >>> Standing(
        ...     net_usd=(), highest=0, chosen=0, gap_usd=1.0, ahead=(0.0, 0.5, 0.7)
        ... ).miss_chance
        1.0
        """
        return min(sum(self.ahead), 1.0)


def standing(
    nets: Sequence[Sequence[float]], eligible: Sequence[int], known: Sequence[int]
) -> Standing:
    """Judge settings by what they earned.

    Parameters
    ----------
    nets
        By setting, then by seed; the last is `uniform`.
    eligible
        Indices of those that can be chosen.
    known
        Indices of those that are kept if they are as good, in order of preference.

    Examples
    --------
    >>> now = standing([[4.0, 4.2, 4.1], [4.3, 4.5, 4.5], [3.0, 3.1, 3.2]], [0, 1], [0])
    >>> now.chosen, round(now.gap_usd, 2), round(now.miss_chance, 4)
    (1, 1.33, 0.0034)
    """
    estimates = paired_means(nets, eligible)
    highest = max(eligible, key=estimates.__getitem__)
    gap = estimates[highest] - estimates[-1]
    kept = KEPT_WITHIN * max(gap, 0.0)
    chosen = next((at for at in known if estimates[highest] - estimates[at] <= kept), highest)
    margin = EQUIVALENT * max(gap, 0.0)
    ahead = [
        chance_above(nets[at], nets[chosen], margin) if at in eligible and at != chosen else 0.0
        for at in range(len(nets))
    ]
    return Standing(
        net_usd=tuple(estimates),
        highest=highest,
        chosen=chosen,
        gap_usd=gap,
        ahead=tuple(ahead),
    )


def paired_means(values: Sequence[Sequence[float]], eligible: Sequence[int]) -> list[float]:
    """Return means as of the seeds of whichever of the eligible met the most.

    Of those with most seeds, the one with the highest mean is the row that others are paired with.

    Examples
    --------
    >>> paired_means([[1.0, 2.0, 6.0], [0.5, 1.5]], [0, 1])
    [3.0, 2.5]
    """
    base = max(eligible, key=lambda at: (len(values[at]), fmean(values[at])))
    mean = fmean(values[base])
    return [
        mean + fmean(value - other for value, other in zip(row, values[base], strict=False))
        for row in values
    ]


def chance_above(row: Sequence[float], other: Sequence[float], margin: float) -> float:
    """Chance that one setting earns more than another by over a margin, by the seeds of both.

    Examples
    --------
    >>> round(chance_above([2.0, 3.0, 4.0], [1.0, 2.5, 2.5], 1.0), 2)
    0.5
    >>> chance_above([2.0, 3.0, 4.0], [1.0, 2.0, 3.0], 0.5)
    1.0
    """
    both = min(len(row), len(other))
    differences = np.asarray(row[:both], dtype=float) - np.asarray(other[:both], dtype=float)
    over = float(differences.mean()) - margin
    error = float(differences.std(ddof=1)) / both**0.5
    if error == 0.0:
        return float(over > 0.0)
    return float(stdtr(both - 1.0, over / error))
