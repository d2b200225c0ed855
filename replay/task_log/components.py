"""Components of a task's value: each a quantity at its price.

Agreement f is the verdict's confidence, a proxy of whether it is right. The proxy that audits
correct is g(f), the confidence recalibrated on gold of other tasks (`recalibration.py`), and

accuracy = f + (g − f) + audited/ρ · (gold − g),

agreement, recalibration and correction: unbiased however bad f and g are, and the less noisy the
better g predicts gold. An audit's price is no part of how a task was decided; it is kept beside.

Source: Angelopoulos, Duchi and Zrnic (2023), arXiv:2311.01453 (prediction-powered inference with a
tuned proxy, PPI++); of the untuned one Angelopoulos et al. (2023), Science 382, 669-674.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


class Earned(NamedTuple):
    """What a step earned or cost: shares of a right answer, US dollars and seconds.

    Those that end in `_usd` are shares times what a right answer is worth.
    """

    agreement: float = 0.0
    recalibration: float = 0.0
    correction: float = 0.0
    agreement_usd: float = 0.0
    recalibration_usd: float = 0.0
    correction_usd: float = 0.0
    usd: float = 0.0
    delay_s: float = 0.0


PARTS = len(Earned._fields)

AUDITED = [Earned._fields.index(name) for name in ("correction", "correction_usd")]
"""Parts that only audits give: of mean 0 where the proxy is right, and far noisier than others."""


def prices(delay_usd_per_hour: float = 0.0) -> Floats:
    """What one of each part adds to a task's value in dollars, shape (PARTS,).

    Examples
    --------
    >>> earned = Earned(agreement=0.9, agreement_usd=1.8, usd=0.25, delay_s=1800.0)
    >>> round(float(np.array(earned) @ prices(0.5)), 6)
    1.3
    """
    return np.array(
        Earned(
            agreement_usd=1.0,
            recalibration_usd=1.0,
            correction_usd=1.0,
            usd=-1.0,
            delay_s=-delay_usd_per_hour / 3600,
        )
    )


def combinations(price: Floats) -> dict[str, Floats]:
    """Sums of the parts, and of the audits' price behind them, that are told apart.

    Each is a vector of shape (PARTS + 1,) by which a task's parts and its audits' price are
    weighed. `net_usd` is the value less the audits' price, `paid_usd` all that was paid; the
    values called `proxy` are without what audits add. `correction` is all that gold adds to
    agreement, the recalibration included.

    Examples
    --------
    >>> combinations(prices())["accuracy"].tolist()
    [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    def of(audits: float = 0.0, **weights: float) -> Floats:
        return np.array([*Earned(**weights), audits])

    value = np.append(price, 0.0)
    proxy = value - of(correction_usd=1.0)
    return {
        "agreement": of(agreement=1.0),
        "recalibration": of(recalibration=1.0),
        "correction": of(recalibration=1.0, correction=1.0),
        "proxy": of(agreement=1.0, recalibration=1.0),
        "accuracy": of(agreement=1.0, recalibration=1.0, correction=1.0),
        "agreement_usd": of(agreement_usd=1.0),
        "recalibration_usd": of(recalibration_usd=1.0),
        "correction_usd": of(recalibration_usd=1.0, correction_usd=1.0),
        "proxy_usd": of(agreement_usd=1.0, recalibration_usd=1.0),
        "accuracy_usd": of(agreement_usd=1.0, recalibration_usd=1.0, correction_usd=1.0),
        "usd": of(usd=1.0),
        "delay_s": of(delay_s=1.0),
        "value_usd": value,
        "net_usd": value - of(audits=1.0),
        "proxy_value_usd": proxy,
        "proxy_net_usd": proxy - of(audits=1.0),
        "paid_usd": of(usd=1.0, audits=1.0),
    }
