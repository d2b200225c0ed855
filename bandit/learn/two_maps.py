"""Calibration of answers that rest on labels of several pools alone: two maps, one in force.

On hard tasks labelers of different pools err together, more than the model of labels expects. So
before any gold, log-odds z count as 0.4 + 0.75 z: in `demo`, `hostile` and `scarce` without
features, maps that were fitted to the truth of all tasks lay between 0.1 + 0.8 z and 0.5 + 0.7 z.
Some hundred golds, with five errors or ten among them, can't tell such maps apart; so `near` holds
to it. Where labelers err otherwise altogether, gold soon foresees itself better with `far`, which
gives way, and that is the map in force then: the evidence is the sum of the logarithm of how well
each foresaw gold, and begins with odds of 1 to 20 against `far`.
"""

from __future__ import annotations

import math

import msgspec

from bandit.learn.calibration import PRIOR_SHIFT, PRIOR_SLOPE, Calibration

SHIFT, SLOPE = 0.4, 0.75
"""The map before any gold; chosen on seeds 1 to 3 of those markets."""
HELD = 16.0
"""Factor on the curvature before gold of `near`: deviations of 0.125 and 0.06, some twice those of
the maps of the markets."""
HANDICAP = 3.0
"""Log odds against `far` before any gold."""


def _map(held: float) -> Calibration:
    shift, slope = held * PRIOR_SHIFT, held * PRIOR_SLOPE
    return Calibration(SHIFT, SLOPE, shift, 0.0, slope, prior_shift=shift, prior_slope=slope)


class TwoMaps(msgspec.Struct):
    """The two maps of a project, and the evidence for `far` in nats.

    Examples
    --------
    >>> maps = TwoMaps()
    >>> round(maps.calibrated(0.97), 3)
    0.953
    >>> for i in range(400):
    ...     maps.learn(0.99, right=i % 4 != 0)
    >>> abs(maps.calibrated(0.99) - 0.75) < 0.02
    True
    """

    near: Calibration = msgspec.field(default_factory=lambda: _map(HELD))
    far: Calibration = msgspec.field(default_factory=lambda: _map(1.0))
    evidence: float = -HANDICAP

    @property
    def in_force(self) -> Calibration:
        """The map that foresaw gold better."""
        return self.far if self.evidence > 0.0 else self.near

    def calibrated(self, confidence: float) -> float:
        """Return the chance that an answer of this raw confidence is right."""
        return self.in_force.calibrated(confidence)

    def error(self, confidence: float) -> float:
        """Return the standard error of that chance."""
        return self.in_force.error(confidence)

    def learn(
        self, confidence: float, *, right: bool, audit_propensity: float | None = None
    ) -> None:
        """Learn from one gold task: see `Calibration.learn`."""
        far, near = self.far.calibrated(confidence), self.near.calibrated(confidence)
        self.evidence += math.log(far / near if right else (1.0 - far) / (1.0 - near))
        self.far.learn(confidence, right=right, audit_propensity=audit_propensity)
        self.near.learn(confidence, right=right, audit_propensity=audit_propensity)
