"""Change of the arms' shares during a test, at any look and whatever shares were declared.

A test whose shares were changed has more of one arm in its later units, so that whatever changes
with time looks like the arm's doing. With n_a of the first t units in arm a, m arms, and D the
Dirichlet mixture with parameters 1/2 over constant shares (Krichevsky and Trofimov),

    E_t = Σ_k w_k D(units until c_k) D(units from c_k to t) / Π_a (n_a / t)^n_a

is at most a martingale of mean 1 wherever the shares are constant, since nothing is likelier under
constant shares than the denominator. So 1 / max over all looks of E is a p-value at any time. The
places of change c_k are `FIRST` · `STEP`^k with the weights w_k = 1 / ((k + 1) (k + 2)).

Source: Wasserman, Ramdas and Balakrishnan (2020), PNAS 117(29), 16880-16890, section 7 (universal
inference, in sequence); Krichevsky and Trofimov (1981), IEEE Trans. Inf. Theory 27(2), 199-207.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.special import gammaln, xlogy

from replay.experiment.arms.sample_ratio import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Floats, Ints

FIRST = 50
"""Units before the first place of change: fewer say little of the shares that were."""
STEP = 1.25
"""Factor from one place to the next: a change between two is mostly seen from either."""


class ShareChange(msgspec.Struct, frozen=True, kw_only=True):
    """Shares by arm of the first `units` units and of those after; the p-value is of all looks."""

    units: int
    before: dict[str, float]
    after: dict[str, float]
    p_value: float


def share_change(arm: Ints, names: Sequence[str]) -> ShareChange | None:
    """Find a change of shares among units in the order they came; `None` if there is none.

    Parameters
    ----------
    arm
        The number of each unit's arm, in the order of `names`: shape (n,).
    names
        Of the arms.

    Examples
    --------
    >>> share_change(np.arange(1000) % 2, ["control", "new"]) is None
    True
    >>> ramp = np.concatenate([np.arange(500) % 10 == 0, np.arange(500) % 2 == 0]).astype(int)
    >>> found = share_change(ramp, ["control", "new"])
    >>> round(found.before["new"], 1), round(found.after["new"], 1)
    (0.1, 0.5)
    """
    places = _places(len(arm))
    if not places:
        return None
    counts = np.stack([np.cumsum(arm == number) for number in range(len(names))])
    mixed: Floats = np.full(len(arm), -np.inf)
    for k, place in enumerate(places):
        mixed = np.logaddexp(mixed, _mixture(counts, place) - math.log((k + 1.0) * (k + 2.0)))
    evidence = mixed - _best_constant(counts)
    p_value = math.exp(-max(0.0, float(evidence.max())))
    if p_value >= LEVEL:
        return None
    clearest = counts[:, : int(evidence.argmax()) + 1]
    place = max(
        (place for place in places if place < clearest.shape[1]),
        key=lambda place: float(_mixture(clearest, place)[-1]),
    )
    before, whole = counts[:, place - 1], counts[:, -1]
    return ShareChange(
        units=place,
        before=dict(zip(names, (before / place).tolist(), strict=True)),
        after=dict(zip(names, ((whole - before) / (len(arm) - place)).tolist(), strict=True)),
        p_value=p_value,
    )


def _places(units: int) -> list[int]:
    places, place = [], float(FIRST)
    while place < units:
        places.append(int(place))
        place *= STEP
    return places


def _mixture(counts: Ints, place: int) -> Floats:
    """Log of the mixture that begins anew at `place`, after each unit: shape (n,)."""
    before = counts[:, place - 1 : place]
    first = _dirichlet(counts[:, :place])
    return np.concatenate([first, first[-1] + _dirichlet(counts[:, place:] - before)])


def _dirichlet(counts: Ints) -> Floats:
    """Log-probability of units of these counts, in their order, where shares are Dirichlet(1/2)."""
    arms = len(counts)
    logs: Floats = gammaln(arms / 2.0) - gammaln(arms / 2.0 + counts.sum(axis=0))
    logs += (gammaln(counts + 0.5) - gammaln(0.5)).sum(axis=0)
    return logs


def _best_constant(counts: Ints) -> Floats:
    """Log-probability of the units under the constant shares that make them likeliest."""
    logs: Floats = xlogy(counts, counts / counts.sum(axis=0)).sum(axis=0)
    return logs
