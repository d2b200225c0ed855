"""What a task earned and cost, taken apart; its value is a sum of the parts, each at its price.

Agreement is the verdict's confidence, a proxy of whether it is right. The correction is what gold
says of it, audited/ρ · (gold − proxy): accuracy is the two together, unbiased however bad the proxy
is. An audit's price is no part of how a task was decided; it is kept beside.

Source: Angelopoulos et al. (2023), Science 382, 669-674 (prediction-powered inference).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from replay.tables.rows import Floats


class Earned(NamedTuple):
    """What a step earned or cost: shares of a right answer, US dollars and seconds.

    `agreement_usd` and `correction_usd` are shares times what a right answer is worth.
    """

    agreement: float = 0.0
    correction: float = 0.0
    agreement_usd: float = 0.0
    correction_usd: float = 0.0
    usd: float = 0.0
    delay_s: float = 0.0


PARTS = len(Earned._fields)


def prices(delay_usd_per_hour: float = 0.0) -> Floats:
    """What one of each part adds to a task's value in dollars, shape (PARTS,).

    Examples
    --------
    >>> earned = Earned(agreement=0.9, agreement_usd=1.8, usd=0.25, delay_s=1800.0)
    >>> round(float(np.array(earned) @ prices(0.5)), 6)
    1.3
    """
    return np.array(
        Earned(agreement_usd=1.0, correction_usd=1.0, usd=-1.0, delay_s=-delay_usd_per_hour / 3600)
    )


def combinations(price: Floats) -> dict[str, Floats]:
    """Sums of the parts, and of the audits' price behind them, that are told apart.

    Each is a vector of shape (PARTS + 1,) by which a task's parts and its audits' price are
    weighed. `net_usd` is the value less the audits' price, `paid_usd` all that was paid; the
    values called `proxy` are without the correction.

    Examples
    --------
    >>> combinations(prices())["accuracy"].tolist()
    [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    def of(audits: float = 0.0, **weights: float) -> Floats:
        return np.array([*Earned(**weights), audits])

    value = np.append(price, 0.0)
    proxy = value - of(correction_usd=1.0)
    return {
        "agreement": of(agreement=1.0),
        "correction": of(correction=1.0),
        "accuracy": of(agreement=1.0, correction=1.0),
        "agreement_usd": of(agreement_usd=1.0),
        "correction_usd": of(correction_usd=1.0),
        "accuracy_usd": of(agreement_usd=1.0, correction_usd=1.0),
        "usd": of(usd=1.0),
        "delay_s": of(delay_s=1.0),
        "value_usd": value,
        "net_usd": value - of(audits=1.0),
        "proxy_value_usd": proxy,
        "proxy_net_usd": proxy - of(audits=1.0),
        "paid_usd": of(usd=1.0, audits=1.0),
    }
