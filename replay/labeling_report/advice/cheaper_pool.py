"""Recommendation to ask a cheap pool instead of a dear one whose labels are no better.

Pools are compared where either could have been asked (`advice.pool_pair`).
A label that is right with probability a, of C classes, tells of the class, at best,

    I(a) = log C + a log a + (1 − a) log((1 − a) / (C − 1)),

so at least I(a dear) / I(a cheap) cheap labels replace a dear one where the policy decides how many
labels a task needs, and one does where each task gets a fixed number. The saving is the difference
in price. It is recommended only if the dear pool's labels are better by less than `MARGIN`, at the
joint level of all pairs that are compared, and if it would pay for the labels that replace them.

Source: non-inferiority, Wellek (2010), Testing Statistical Hypotheses of Equivalence and
Noninferiority, chapter 1.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.labeling_report.advice.pool_pair import asks_by_pool, pool_pair
from replay.labeling_report.advice.recommendation import Recommendation
from replay.labeling_report.read.blocks import LEVEL
from replay.runtime.text import dollars, share, time_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.advice.pool_pair import PoolPair
    from replay.labeling_report.advice.recommendation import Scale
    from replay.labeling_report.figures.pools import PoolFigures
    from replay.labeling_report.read.read_tasks import LabelingLog
    from replay.numerics.amount import Amount

VALUE = "value"
TRIED = 0.1
"""Share of the decisions in the command that verifies: a log tells little of a larger change."""
MARGIN = 0.05
"""Difference in accuracy that some more labels make up for; they are paid in the saving."""


def cheaper_pools(
    log: LabelingLog, pools: Sequence[PoolFigures], scale: Scale
) -> list[Recommendation]:
    """Recommend, for each dear pool, the cheap one that saves most."""
    asks, tasks = asks_by_pool(log.tasks), len(log.tasks)
    found = [
        pair
        for dear in pools
        for cheap in pools
        if (pair := pool_pair(asks, tasks, dear, cheap)) is not None
    ]
    level = 1.0 - (1.0 - LEVEL) / max(len(found), 1)
    decides = all(task.policy.split("/")[0] == VALUE for task in log.tasks)
    best: dict[str, tuple[Amount, float, PoolPair]] = {}
    for pair in found:
        replaced = pair.blocks.next_batch(pair.replaced)
        better = pair.blocks.interval(pair.better, level)
        if better.high < MARGIN and scale.worth_telling(replaced):
            saved = replaced if decides else pair.blocks.next_batch(pair.one_for_one)
            known = best.get(pair.dear.pool)
            if known is None or saved.value > known[0].value:
                best[pair.dear.pool] = (saved, replaced.value, pair)
    return [
        _told(log.name, pair, saved, net_usd, scale, decides=decides)
        for saved, net_usd, pair in best.values()
    ]


def _told(
    log: str, pair: PoolPair, saved: Amount, net_usd: float, scale: Scale, *, decides: bool
) -> Recommendation:
    dear, cheap = pair.dear, pair.cheap
    rates = [float(rate[0]) for rate in pair.rates(pair.blocks.total[:, None])]
    change = pair.blocks.interval(pair.better).times(-1.0)
    asked = int(pair.blocks.total[5])
    more = (
        f"The saving allows for further labels where those of {cheap.pool} are right less often."
        if decides
        else f"Each label of {dear.pool} is replaced by one."
    )
    return Recommendation(
        kind="cheaper_pool",
        title=f"Ask {cheap.pool} instead of {dear.pool}",
        action=(
            f"Where both can answer, send {cheap.pool} what goes to {dear.pool} now, a share of it"
            f" first, if {cheap.pool} has room for {counted(asked, 'label')} more"
            f" (poolwise control LOG --project NAME --pool {cheap.pool} sends it all)."
        ),
        evidence=(
            f"A label of {dear.pool} costs {dollars(dear.usd_per_label or 0.0, 3)}, one of"
            f" {cheap.pool} {dollars(cheap.usd_per_label or 0.0, 3)}. On comparable tasks"
            f" {share(rates[0])} of the first and {share(rates[1])} of the second are right"
            f" ({pair.judged[0]:,} and {counted(pair.judged[1], 'label')} compared), a change of"
            f" {100 * change.value:+.1f} points ({100 * change.low:+.1f} to"
            f" {100 * change.high:+.1f}). {more} Half of its labels come within"
            f" {time_of(cheap.delay_s_median)} instead of {time_of(dear.delay_s_median)}."
        ),
        verify=shlex.join(
            ["poolwise", "evaluate", log, "--target", f"mix:{TRIED:g}:always:{cheap.pool}"]
        ),
        saving_usd=saved.times(scale.factor),
        net_usd=net_usd * scale.factor,
        share=saved.value / scale.usd,
        log_usd=saved.value,
        labels=asked,
        accuracy_change=change,
        pools=(dear.pool, cheap.pool),
    )
