"""Run a policy live in a simulated market, and say how it did against the truth."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import TYPE_CHECKING

import msgspec

from bandit.close.on_time import is_on_time
from replay.market.calibration import calibration, judged
from replay.market.engine_run import run_engine
from replay.market.pools import EXPERTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.events import Verdict
    from bandit.settings import Settings
    from replay.market.logged import Opening
    from replay.market.market import Market
    from replay.market.outcome import Outcome


class LivePool(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought of one pool, and what share of it was right."""

    labels: int
    usd: float
    right: float | None


class LiveRun(msgspec.Struct, frozen=True, kw_only=True):
    """How a run went: money in US dollars, shares in [0, 1], `None` where there is nothing.

    `accuracy` is over all tasks; one without an answer is wrong. `on_time` is the share of tasks
    with an answer by their deadline (`bandit.close.on_time`); the delays are from arrival to the
    first verdict.
    """

    tasks: int
    labels: int
    labels_per_task: float
    usd: float
    audits: int
    audit_usd: float
    accuracy: float
    ece: float | None
    ece_noise_floor: float | None
    brier: float | None
    surest_half_accuracy: float | None
    on_time: float
    delay_s_median: float | None
    delay_s_p95: float | None
    expired: int
    declines: int
    unanswered: int
    pools: dict[str, LivePool]


def run_live(
    market: Market,
    settings: Settings,
    watch: Callable[[Verdict], None] | None = None,
    opening: Opening | None = None,
) -> LiveRun:
    """Let an engine that knows nothing yet work through the market's tasks; say how it did."""
    return live_run(market, live_outcome(market, settings, watch, opening))


def live_outcome(
    market: Market,
    settings: Settings,
    watch: Callable[[Verdict], None] | None = None,
    opening: Opening | None = None,
) -> Outcome:
    """Let an engine that knows nothing yet work through the market's tasks.

    With `opening`, which opens a new log, the engine is that of a worker on this log.
    """
    return run_engine(market, market.events(), settings, "simulated market", watch, opening)


def live_run(market: Market, outcome: Outcome) -> LiveRun:
    """Sum up what came out of a run in `market`."""
    truth = {name: true_task.truth for name, true_task in market.tasks.items()}
    answers = {task: verdict.answer for task, verdict in outcome.answered.items()}
    delays = sorted(verdict.delay_s for verdict in outcome.first.values())
    bought = [label for label in outcome.labels if label.pool != EXPERTS]
    paid = market.usd_per_label()
    in_time = sum(
        verdict.answer is not None and is_on_time(verdict) is not False
        for verdict in outcome.first.values()
    )
    audits = len(outcome.labels) - len(bought)
    count = Counter(label.pool for label in bought)
    hits = Counter(label.pool for label in bought if label.answer == truth[label.task])
    return LiveRun(
        tasks=len(truth),
        labels=len(bought),
        labels_per_task=len(bought) / len(truth),
        usd=fsum(paid[label.pool] for label in bought),
        audits=audits,
        audit_usd=audits * paid.get(EXPERTS, 0.0),
        accuracy=sum(answers.get(task) == answer for task, answer in truth.items()) / len(truth),
        **calibration(*judged(outcome, truth)),
        on_time=in_time / len(truth),
        delay_s_median=quantile(delays, 0.5),
        delay_s_p95=quantile(delays, 0.95),
        expired=outcome.expired,
        declines=outcome.declines,
        unanswered=len(truth) - sum(answer is not None for answer in answers.values()),
        pools={
            pool: LivePool(
                labels=count[pool],
                usd=count[pool] * usd,
                right=hits[pool] / count[pool] if count[pool] else None,
            )
            for pool, usd in paid.items()
            if pool != EXPERTS
        },
    )


def quantile(ordered: list[float], share: float) -> float | None:
    """The value that `share` of the sorted values don't exceed; `None` if there are none.

    Examples
    --------
    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.95), quantile([], 0.5)
    (4.0, None)
    """
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
