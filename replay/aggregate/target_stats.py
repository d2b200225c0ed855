"""What a log comes down to under a target: sums that are small, whatever the log's length."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from replay.estimators.registry import gain_for
from replay.estimators.snips import Snips
from replay.stats.action_stats import ActionSums
from replay.stats.design_effect import IdSums
from replay.stats.timeline import Timeline
from replay.stats.weight_stats import WeightSums

if TYPE_CHECKING:
    from replay.estimators.estimator import Estimator, LoggedMean
    from replay.stats.reward_scale import RewardScale
    from replay.stats.weight_stats import Diagnostics
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Of one target on some rows, mergeable.

    `estimators` answer, the last by default; `logging` has weights of 1; `gain` is of what the
    target earns more than was logged, `None` where it isn't summed; `actions` and `timeline` say
    what was done and how it went; `ids` whether rows of a column's values are correlated.
    """

    weights: WeightSums
    logging: LoggedMean
    estimators: tuple[Estimator, ...]
    gain: Estimator | None
    actions: ActionSums = field(default_factory=ActionSums)
    timeline: Timeline = field(default_factory=Timeline)
    ids: IdSums = field(default_factory=IdSums)

    @classmethod
    def empty(cls, estimators: tuple[Estimator, ...], length: int = 0) -> Sums:
        """Return the sums of no rows of a log of `length` rows."""
        timeline = Timeline(length)
        return cls(WeightSums(), Snips(), estimators, gain_for(estimators), timeline=timeline)

    def receive(self, scored: Scored) -> Sums:
        """Add rows."""
        return Sums(
            self.weights.receive(scored),
            self.logging.receive_unweighted(scored),
            tuple(one.receive(scored) for one in self.estimators),
            None if self.gain is None else self.gain.receive(scored),
            self.actions.receive(scored),
            self.timeline.receive(scored),
            self.ids.receive(scored),
        )

    def diagnostics(self) -> Diagnostics:
        """Diagnostics of the weights and of the clusters."""
        clusters = self.logging.groups.effective_clusters()
        return replace(self.weights.diagnostics(), effective_clusters=clusters)

    def measured(self, scale: RewardScale) -> Sums:
        """Return the sums that rewards measured by `scale` would have, of what needs no model."""
        logging = self.logging
        return replace(
            self,
            weights=self.weights.measured(scale),
            logging=logging.measured(scale) if isinstance(logging, Snips) else logging,
            estimators=tuple(
                one.measured(scale) if isinstance(one, Snips) else one for one in self.estimators
            ),
            timeline=self.timeline.measured(scale),
        )

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.weights + other.weights,
            self.logging + other.logging,
            tuple(a + b for a, b in zip(self.estimators, other.estimators, strict=True)),
            None if self.gain is None or other.gain is None else self.gain + other.gain,
            self.actions + other.actions,
            self.timeline + other.timeline,
            self.ids + other.ids,
        )
