"""Sums of a log under a target: estimators, weights, actions and time; small for any length."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from replay.estimators.registry import gain_for
from replay.estimators.snips import Snips
from replay.numerics.fieldwise_sum import FieldwiseSum, if_both, itemwise, merged
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
class TargetSums(FieldwiseSum):
    """Of one target on some rows, mergeable.

    `estimators` answer, the last by default; `logging` has weights of 1; `gain` is of what the
    target earns more than was logged, `None` where it isn't summed; `actions` and `timeline` say
    what was done and how it went; `ids` whether rows of a column's values are correlated.
    """

    weights: WeightSums
    logging: LoggedMean
    estimators: tuple[Estimator, ...] = field(metadata=merged(itemwise))
    gain: Estimator | None = field(metadata=merged(if_both))
    actions: ActionSums = field(default_factory=ActionSums)
    timeline: Timeline = field(default_factory=Timeline)
    ids: IdSums = field(default_factory=IdSums)

    @classmethod
    def empty(cls, estimators: tuple[Estimator, ...], length: int = 0) -> TargetSums:
        """Return the sums of no rows of a log of `length` rows."""
        timeline = Timeline(length)
        gain = gain_for(estimators)
        return cls(WeightSums(), Snips(), estimators, gain, timeline=timeline)

    def receive(self, scored: Scored) -> TargetSums:
        """Add rows."""
        return TargetSums(
            weights=self.weights.receive(scored),
            logging=self.logging.receive_unweighted(scored),
            estimators=tuple(estimator.receive(scored) for estimator in self.estimators),
            gain=None if self.gain is None else self.gain.receive(scored),
            actions=self.actions.receive(scored),
            timeline=self.timeline.receive(scored),
            ids=self.ids.receive(scored),
        )

    def diagnostics(self) -> Diagnostics:
        """Diagnostics of the weights and of the clusters."""
        clusters = self.logging.groups.effective_clusters()
        return replace(self.weights.diagnostics(), effective_clusters=clusters)

    def measured(self, scale: RewardScale) -> TargetSums:
        """Return the sums that rewards measured by `scale` would have, of what needs no model."""
        logging = self.logging
        return replace(
            self,
            weights=self.weights.measured(scale),
            logging=logging.measured(scale) if isinstance(logging, Snips) else logging,
            estimators=tuple(
                estimator.measured(scale) if isinstance(estimator, Snips) else estimator
                for estimator in self.estimators
            ),
            timeline=self.timeline.measured(scale),
        )
