"""Sample-ratio mismatch: whether arms have the shares of units that were declared, at any look.

With n_a units of arm a of share s_a, n in all, and α_a = k s_a, the e-value

    E = Γ(k)/Γ(k + n) Π_a Γ(α_a + n_a)/Γ(α_a) / Π_a s_a^n_a

is a martingale of mean 1 under the declared shares (a Dirichlet mixture against them), so that
1 / max over all looks of E is a p-value at any time (Ville). `CONCENTRATION` is k: the test is most
sensitive to mismatches that take about as many units to be seen.

Source: Lindon and Malek (2022), NeurIPS, "Anytime-valid inference for multinomial count data";
why it matters: Fabijan et al. (2019), KDD, "Diagnosing sample ratio mismatch".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Ints

CONCENTRATION = 1_000.0
LEVEL = 0.01
"""A mismatch is declared below this p-value: 1 of 100 sound tests is stopped wrongly at most."""


class SampleRatio(msgspec.Struct, frozen=True, kw_only=True):
    """Units by arm, their declared shares, and the p-value that holds at all looks together."""

    units: dict[str, int]
    declared: dict[str, float]
    p_value: float
    is_mismatch: bool


def sample_ratio(arm: Ints, shares: dict[str, float]) -> SampleRatio:
    """Test the arms of units, in the order they came, against their declared shares.

    Parameters
    ----------
    arm
        The number of each unit's arm, in the order of `shares`: shape (n,).
    shares
        By arm; they sum to 1.

    Examples
    --------
    >>> halves = {"control": 0.5, "new": 0.5}
    >>> sample_ratio(np.arange(1000) % 2, halves).is_mismatch
    False
    >>> sample_ratio((np.arange(3000) % 5 < 2).astype(int), halves).is_mismatch
    True
    """
    counts = [int(n) for n in np.bincount(arm, minlength=len(shares))]
    p_value = math.exp(-max(0.0, float(_log_evidence(arm, list(shares.values())).max(initial=0.0))))
    return SampleRatio(
        units=dict(zip(shares, counts, strict=True)),
        declared=shares,
        p_value=p_value,
        is_mismatch=p_value < LEVEL,
    )


def _log_evidence(
    arm: Ints, shares: Sequence[float]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Log of the e-value after each unit, shape (n,)."""
    n = np.arange(1, len(arm) + 1)
    log = gammaln(CONCENTRATION) - gammaln(CONCENTRATION + n)
    for number, share in enumerate(shares):
        so_far = np.cumsum(arm == number)
        prior = CONCENTRATION * share
        log = log + gammaln(prior + so_far) - gammaln(prior) - so_far * math.log(share)
    return np.asarray(log, dtype=np.float64)
