"""Verdict on whether a log can answer, by its diagnostics, never by the estimate.

Every check is good, weak or broken, with a sentence that says what was found and what to do. One
that is broken refuses an answer.

support      Rows without support: broken above 1 % of the rows, weak if any. What was never done
             there may be worth anything; 1 % of the rows can move a mean of rewards between 0 and
             1 by .01 at most.
propensities An action taken more or less often than its logged chances say, by 2 % and not by luck
             (1e-4): weak; by 20 %, where they are all known: broken. Estimated ones: weak.
clusters     Effective number of clusters, by their sizes alone (`replay/stats/cluster_freedom.py`):
             broken below 5, weak below 20. No number is safe for every reward: where what a cluster
             shares is normal, intervals hold with 3; where it is exponential, t covers .86 to .92
             with 4 equal clusters, .89 to .92 with 8, .90 to .93 with 12 and .92 to .95 with 100
             unequal ones (1,000 samples a cell). From 5 on, t is below 3 standard errors.
correlated   Rows with the same value of a column that looks like ids
             (`replay/stats/design_effect.py`): weak, and the values are taken as clusters; broken
             where the interval can't take them.
context      A column of the context that depends on the action taken
             (`replay/checks/covariate_balance.py`), by .03 standard deviations and not by luck
             (1e-4): broken; weak where actions may not have been eligible everywhere.
overlap      An action that the target does in over 1 % of the rows: weak if fewer than 10
             effective rows speak about it, broken if it was never done and the logging policy's
             chance of it is not known: else the effective sample size counts it.
drift        Mean rewards that differ over the log's length, not by luck (1e-4): weak. Only where
             rows may stand in the order of logging.
order        Rows that can't stand in the order of logging (`replay/order`): broken where the
             logging policy learned. Where it didn't, the order has no say in the estimate. Where
             the order is known, chances that don't fit in some part of the log: weak.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from replay.checks.check_result import CheckResult, Grade, percent
from replay.checks.clusters import by_clusters, on_clusters, on_design
from replay.checks.covariate_balance import on_balance
from replay.checks.order import on_order
from replay.checks.weights import (
    on_mean_weight,
    on_precision,
    on_rewards,
    on_tail,
    on_worth,
)
from replay.results.judgement import Judgement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.checks.covariate_balance import Imbalance
    from replay.order.row_order import RowOrder
    from replay.stats.action_stats import Mismatch, Overlap
    from replay.stats.design_effect import DesignEffect
    from replay.stats.weight_stats import Diagnostics

NO_SUPPORT_SHARE = 0.01
BY_LUCK = 1e-4
MISMATCH = (0.02, 0.2)
WANTED_SHARE, FEW_ROWS = 0.01, 10.0


def judge(
    diagnostics: Diagnostics,
    rows: int,
    target: str,
    unit: str = "row",
    *,
    mismatch: Mismatch | None = None,
    chances_known: bool = False,
    overlap: Sequence[Overlap] = (),
    drift: float | None = None,
    estimated: str = "",
    order: RowOrder | None = None,
    design: DesignEffect | None = None,
    precision: float | None = None,
    imbalance: Imbalance | None = None,
    more: Sequence[CheckResult] = (),
) -> Judgement:
    """Judge a log by its diagnostics; the first of the worst reasons is given.

    `estimated` says what propensities are worth that were not logged: weak at best; `order` how
    the rows stand, where that was looked at; `design` is the design effect of a column that looks
    like ids; `precision` is how many logged rewards have a mean as precise as the estimate;
    `imbalance` how much the context depends on the action. `more` are findings made elsewhere.

    Examples
    --------
    >>> from replay.stats.weight_stats import Diagnostics
    >>> judge(Diagnostics(40.0, 0.04, 1.0, 25.0, 0, 12.0, None, 0.1), 1000, "uniform").text
    'cannot answer: effective sample size for uniform: 40 rows, 4 % of 1,000 (at least 60 required)'
    """
    clusters = diagnostics.effective_clusters
    if mismatch is not None:
        p_value = by_clusters(mismatch.p_value, rows, clusters)
        mismatch = mismatch._replace(p_value=p_value)
    if imbalance is not None:
        p_value = by_clusters(imbalance.p_value, rows, clusters)
        imbalance = replace(imbalance, p_value=p_value)
    findings = [
        _support(
            diagnostics,
            rows,
            target,
            unit,
            "seems never to take" if estimated else "could not take",
            overlap=overlap,
            known=chances_known or diagnostics.pess is not None,
        ),
        on_worth(diagnostics, rows, target, unit),
        *on_rewards(diagnostics, target),
        *_clusters(diagnostics, design),
        *on_precision(precision, rows),
        *on_mean_weight(diagnostics),
        *on_propensities(mismatch, estimated, known=chances_known),
        *on_tail(diagnostics),
        *_overlap(overlap, rows, target, known=chances_known),
        *_context(imbalance, mismatch, known=chances_known),
        *_order(order),
        *_drift(drift if order is None or order.logged else None),
        *more,
    ]
    return Judgement.of(findings)


def _support(
    diagnostics: Diagnostics,
    rows: int,
    target: str,
    unit: str,
    lacks: str,
    *,
    overlap: Sequence[Overlap],
    known: bool,
) -> CheckResult:
    lacking = diagnostics.no_support_rows
    if not lacking:
        return CheckResult("support", Grade.GOOD, _supported(target, unit, overlap, known=known))
    verdict = Grade.BROKEN if lacking / rows > NO_SUPPORT_SHARE else Grade.WEAK
    text = (
        f"{target} takes actions that the logging policy {lacks} in {lacking:,} of {rows:,} {unit}s"
    )
    return CheckResult("support", verdict, text)


def _supported(target: str, unit: str, overlap: Sequence[Overlap], *, known: bool) -> str:
    """Say how far support could be checked, where no row lacks it."""
    if known:
        return f"full support: the log could take every action of {target} in every {unit}"
    wanted = [action for action in overlap if action.wanted > 0]
    seen = f"no {unit} is known to lack support"
    if wanted and all(action.taken for action in wanted):
        seen = f"every action of {target} occurs in the log"
    return (
        f"{seen}; support {unit} by {unit} can't be checked, because the log has only the"
        " propensity of the action taken"
    )


def _clusters(diagnostics: Diagnostics, design: DesignEffect | None) -> list[CheckResult]:
    number = diagnostics.effective_clusters
    sizes, rows = on_clusters(number, design), on_design(design, clustered=number is not None)
    return [
        *([] if sizes is None else [CheckResult("clusters", *sizes)]),
        *([] if rows is None else [CheckResult("correlated rows", *rows)]),
    ]


def on_propensities(mismatch: Mismatch | None, estimated: str, *, known: bool) -> list[CheckResult]:
    """Judge whether actions were taken as often as their propensities say."""
    if estimated:
        return [CheckResult("propensities", Grade.WEAK, estimated)]
    if mismatch is None:
        return []
    name, taken, expected, p_value = mismatch
    away = abs(taken - expected) / expected if expected else 1.0
    if p_value > BY_LUCK or away < MISMATCH[0]:
        text = "actions were taken as often as the propensities say"
        return [CheckResult("propensities", Grade.GOOD, text)]
    if known:
        text = f"{name} was taken {taken:,.0f} times; its propensities imply {expected:,.0f}"
        verdict = Grade.BROKEN if away > MISMATCH[1] else Grade.WEAK
        return [CheckResult("propensities", verdict, text + ": were those the propensities used?")]
    text = (
        f"the inverse propensities of {name} sum to {taken:,.0f} (expected {expected:,.0f}, the"
        " number of rows): was it not always eligible, or are the propensities wrong?"
    )
    return [CheckResult("propensities", Grade.WEAK, text)]


def _overlap(
    overlap: Sequence[Overlap], rows: int, target: str, *, known: bool
) -> list[CheckResult]:
    thin = [
        action
        for action in overlap
        if action.wanted > WANTED_SHARE * rows and action.ess < FEW_ROWS
    ]
    if not overlap:
        return []
    if not thin:
        return [
            CheckResult(
                "overlap", Grade.GOOD, f"every action that {target} takes often has enough rows"
            )
        ]
    never = [action for action in thin if not action.taken]
    if never:
        text = (
            f"{target} takes {never[0].action} in {percent(never[0].wanted / rows)} of the rows,"
            " but the log never has it"
        )
        return [CheckResult("overlap", Grade.WEAK if known else Grade.BROKEN, text)]
    worst = thin[0]
    text = (
        f"{target} takes {worst.action} in {percent(worst.wanted / rows)} of the rows; the"
        f" effective sample size of its {worst.taken:,} logged rows is {worst.ess:.1f}"
    )
    return [CheckResult("overlap", Grade.WEAK, text)]


def _context(
    imbalance: Imbalance | None, mismatch: Mismatch | None, *, known: bool
) -> list[CheckResult]:
    """Judge the context; actions that weren't always eligible depend on it too."""
    always = mismatch is not None and mismatch.p_value > BY_LUCK
    result = on_balance(imbalance, certain=known or always)
    return [] if result is None else [CheckResult("context", *result)]


def _order(order: RowOrder | None) -> list[CheckResult]:
    result = on_order(order)
    return [] if result is None else [CheckResult("order", *result)]


def _drift(drift: float | None) -> list[CheckResult]:
    if drift is None:
        return []
    if drift > BY_LUCK:
        return [CheckResult("drift", Grade.GOOD, "no drift of the mean reward detected")]
    text = "mean rewards drift over the log: the estimate is for its whole time, not for its end"
    return [CheckResult("drift", Grade.WEAK, text)]
