"""What a log comes down to under a target: sums that are small, whatever the log's length."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from replay.actions import ActionSums
from replay.design_effect import IdSums
from replay.diagnostics import WeightSums
from replay.estimators.registry import gain_for
from replay.estimators.snips import Snips
from replay.tables.unusable import Unusable
from replay.timeline import Timeline

if TYPE_CHECKING:
    from replay.covariate_balance import Imbalance
    from replay.design_effect import DesignEffect
    from replay.diagnostics import Diagnostics
    from replay.finding import Finding
    from replay.order.row_order import RowOrder
    from replay.own.money import Money
    from replay.reward_scale import RewardScale
    from replay.scored import Scored
    from replay.verdict import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Of one target on some rows, mergeable.

    `estimators` answer, the last by default; `logging` has weights of 1; `gain` is of what the
    target earns more than was logged, `None` where it isn't summed; `actions` and `timeline` say
    what was done and how it went; `ids` whether rows of a column's values are correlated.
    """

    weights: WeightSums
    logging: Any
    estimators: tuple[Any, ...]
    gain: Any
    actions: ActionSums = field(default_factory=ActionSums)
    timeline: Timeline = field(default_factory=Timeline)
    ids: IdSums = field(default_factory=IdSums)

    @classmethod
    def empty(cls, estimators: tuple[Any, ...], length: int = 0) -> Sums:
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
        return replace(
            self,
            weights=self.weights.measured(scale),
            logging=self.logging.measured(scale),
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
            None if self.gain is None else self.gain + other.gain,
            self.actions + other.actions,
            self.timeline + other.timeline,
            self.ids + other.ids,
        )


@dataclass(frozen=True, slots=True)
class Fold:
    """Sums of a log, and what to say about them.

    `unit` is what a row is; `kind` what the rewards are (`binary`, `positive`, `real`); `blocked`
    is a verdict that needs no diagnostics; `unusable` are the rows of a table that were left out;
    `actions` are what there was to do, where rows are of one action each;
    `money` is what the target earns more, in parts and slices, on our own log;
    `scale` is how rewards were measured before they were summed, `None` where they weren't;
    `estimated` says what propensities are worth that were not logged; `zone` how its times are
    written (`tables/times.py`); `order` is how the rows stand, where a model asked for it; `design`
    is the design effect of a column that looks like ids, `imbalance` how much the context depends
    on the action; `estimand` names what is estimated, on our own log (`own/estimand.py`), where
    `checked` has findings besides those on the weights.
    """

    unit: str
    kind: str
    sums: Sums
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    blocked: Verdict | None = None
    unusable: Unusable = field(default_factory=Unusable)
    actions: tuple[str, ...] = ()
    money: Money | None = None
    estimated: str = ""
    zone: str = ""
    order: RowOrder | None = None
    design: DesignEffect | None = None
    imbalance: Imbalance | None = None
    scale: RewardScale | None = None
    estimand: str = ""
    checked: tuple[Finding, ...] = ()
