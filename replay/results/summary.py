"""Summary of a log under a target: its sums, and what was found about the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replay.tables.values.unusable import Unusable

if TYPE_CHECKING:
    from replay.aggregate.target_stats import TargetSums
    from replay.checks.check_result import CheckResult
    from replay.checks.covariate_balance import Imbalance
    from replay.numerics.reward_kind import RewardKind
    from replay.order.row_order import RowOrder
    from replay.results.judgement import Judgement
    from replay.results.money import Money
    from replay.stats.design_effect import DesignEffect
    from replay.stats.reward_scale import RewardScale


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums of a log, and what to say about them.

    `unit` is what a row is; `kind` what the rewards are (`binary`, `positive`, `real`); `blocked`
    is a verdict that needs no diagnostics; `unusable` are the rows of a table that were left out;
    `actions` are what there was to do, where rows are of one action each;
    `money` is what the target earns more, in parts and slices, on our own log;
    `scale` is how rewards were measured before they were summed, `None` where they weren't;
    `estimated` says what propensities are worth that were not logged; `zone` how its times are
    written (`replay/tables/values/times.py`); `order` is how the rows stand, where a model asked
    for it; `design` is the design effect of a column that looks like ids, `imbalance` how much the
    context depends on the action; `estimand` names what is estimated, on our own log
    (`replay/results/estimand.py`), where `checked` has findings besides those on the weights;
    `reward` is the column, or the sum of columns, of a table.
    """

    unit: str
    kind: RewardKind
    sums: TargetSums
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    blocked: Judgement | None = None
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
    reward: str = ""
    checked: tuple[CheckResult, ...] = ()
