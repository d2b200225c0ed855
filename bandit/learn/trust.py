"""Weights of the quality model against a pool's track record, by how well each predicted.

The model predicts a pool in two ways: by the features that all projects share, and with those of
the pool in this project. For both it is kept how much better they predicted the judged labels than
the pool's track record. With y the chance that a label was right, c the model's chance and r the
record's,

    gain = decayed sum of  y log(c / r) + (1 - y) log((1 - c) / (1 - r)),

the log of how much likelier the model made the labels than the record did. Then

    odds(model : record) = judged / BLEND * exp(gain)

is Bayes' rule for two experts, with odds that start at 0: so another project, in which a pool has
another quality, misleads the model for a few labels only. The shared features are used until those
of the project have predicted clearly better.
"""

from __future__ import annotations

import math

import msgspec

BLEND = 20.0
"""Judged labels of a pool at which model and track record, if equally good, weigh the same."""

DECAY = 0.99
"""Effective memory of a gain, about 100 labels: models get better, and pools change."""

MARGIN = 2.0
"""How much larger the gain with a project's features must be: they have learned from less."""

SUREST = 0.99
"""Chances are clipped to this in a gain: so one label can't end the use of a model."""


class Trust(msgspec.Struct, gc=False):
    """Gains of the two predictions of a pool over its track record in the project.

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
        """Whether the prediction with the project's features is used."""
        return self.own > self.shared + MARGIN

    def judge(self, quality: float, *, shared: float, own: float, rate: float) -> None:
        """Count how well a label's `quality` was predicted, both ways and by the track record."""
        self.shared = self.shared * DECAY + _gain(quality, shared, rate)
        self.own = self.own * DECAY + _gain(quality, own, rate)

    def blend(self, judged: int, chance: float, rate: float) -> float:
        """Return the weighted mean of the model's chance and the track record's rate."""
        weight = judged * math.exp(self.own if self.apart else self.shared)
        return (weight * chance + BLEND * rate) / (weight + BLEND)


def _gain(quality: float, chance: float, rate: float) -> float:
    chance = min(max(chance, 1.0 - SUREST), SUREST)
    return quality * math.log(chance / rate) + (1.0 - quality) * math.log(
        (1.0 - chance) / (1.0 - rate)
    )
