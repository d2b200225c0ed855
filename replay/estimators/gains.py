"""Gains of a target over what was logged, row by row: less noisy than two separate estimates.

Of DR and the baseline form the gain of a row is s − r = (d − q̂) + (w − 1)(r − q̂), which is
nothing where the target is the logging policy; of the self-normalised form it is the mean of d − r
plus Σ w (r − q̂) / Σ w. The variance of a model of the reward is that of the first for both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from replay.estimators.dr import Dr
from replay.estimators.sndr import Sndr

if TYPE_CHECKING:
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class DrGain(Dr):
    """Sums of the gain by DR or the baseline form; rewards are `real`."""

    name: ClassVar[str] = "gain"

    def receive(self, scored: Scored) -> Self:
        return self + ahead(scored).dr


@dataclass(frozen=True, slots=True, eq=False)
class SnGain(Sndr):
    """Sums of the gain by the self-normalised baseline form."""

    name: ClassVar[str] = "gain"

    def receive(self, scored: Scored) -> Self:
        gain = Sndr.receive(type(self)(), replace(scored, direct=scored.direct - scored.reward))
        return self + replace(gain, dr=ahead(scored).dr)


def ahead(scored: Scored) -> Scored:
    """Turn rows into what the target earns more on them: weights w − 1, and d − q̂.

    Of whole tasks the score is step by step already.
    """
    if scored.doubly is not None:
        none = np.zeros(len(scored))
        return replace(scored, doubly=scored.doubly - scored.reward, direct=none)
    away = scored.weight - 1.0
    spread = np.where(np.isnan(scored.chi), away * away, np.maximum(scored.chi - 1.0, 0.0))
    return replace(
        scored,
        weight=away,
        direct=scored.direct - scored.predicted,
        noise=np.ones((len(scored), 1)),
        spread=spread[:, None],
        top=None,
        binary=False,
    )
