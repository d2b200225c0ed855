"""How far the quality model is believed of a pool in a project: as far as it predicted well there.

The model sees a pool in two ways: as all projects know it, and as this project knows it. Of both,
and of the pool's own record in the project, it is kept how well they predicted the labels that were
judged. With y the chance that a label was right, c the model's chance and r the record's,

    gain = decayed sum of  y log(c / r) + (1 - y) log((1 - c) / (1 - r)),

the log of how much likelier the model made the labels than the record did. Then

    odds(model : record) = judged / BLEND * exp(gain)

is Bayes' rule for two experts, with a model that starts unknown: so a neighbour whose pools are
otherwise can mislead it for a few labels only. Of the two ways, the shared one speaks until the
project's own has predicted clearly better.
"""

from __future__ import annotations

import math

import msgspec

BLEND = 20.0
"""Judged labels of a pool at which a model as good as the pool's plain record weighs the same."""

DECAY = 0.99
"""A gain speaks of about the last 100 labels: models get better, and pools change."""

MARGIN = 2.0
"""How much larger the gain of a project's own way must be: it has learned from less."""

SUREST = 0.99
"""A chance counts as no surer than this: one label can't ruin a model."""


class Trust(msgspec.Struct, gc=False):
    """Gains of the two ways to see a pool over its record in the project.

    Examples
    --------
    >>> trust = Trust()
    >>> trust.blend(20, chance=0.9, rate=0.7)
    0.8
    >>> for _ in range(20):
    ...     trust.judge(0.0, shared=0.9, own=0.2, rate=0.3)
    >>> trust.apart, round(trust.blend(40, chance=0.2, rate=0.3), 1)
    (True, 0.2)
    """

    shared: float = 0.0
    own: float = 0.0

    @property
    def apart(self) -> bool:
        """Whether the project's own way to see the pool speaks."""
        return self.own > self.shared + MARGIN

    def judge(self, quality: float, *, shared: float, own: float, rate: float) -> None:
        """Count how well a label's `quality` was predicted, in both ways and by the record."""
        self.shared = self.shared * DECAY + _gain(quality, shared, rate)
        self.own = self.own * DECAY + _gain(quality, own, rate)

    def blend(self, judged: int, chance: float, rate: float) -> float:
        """Weigh the model's chance and the record's rate."""
        weight = judged * math.exp(self.own if self.apart else self.shared)
        return (weight * chance + BLEND * rate) / (weight + BLEND)


def _gain(quality: float, chance: float, rate: float) -> float:
    chance = min(max(chance, 1.0 - SUREST), SUREST)
    return quality * math.log(chance / rate) + (1.0 - quality) * math.log(
        (1.0 - chance) / (1.0 - rate)
    )
