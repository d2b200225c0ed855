"""Figures of a run in a market, per task: the value of right first verdicts, less what was paid."""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from replay.market.live import quantile
from replay.market.pools import EXPERTS
from replay.stats.calibration_error import ece, noise_floor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.market.market import Market
    from replay.market.outcome import Outcome

BINS = 15

Figures = dict[str, float]


def figures(market: Market, outcome: Outcome, value_usd: float) -> Figures:
    """Sum up a run; `late_accuracy` is that of the second half of the tasks."""
    n, first, prices = len(market.tasks), outcome.first, market.usd_per_label()
    right = {
        task: task in first and first[task].answer == one.truth
        for task, one in market.tasks.items()
    }
    late = [right[task] for task, one in market.tasks.items() if one.progress >= 0.5]
    usd = math.fsum(
        prices[label.pool] if label.usd is None else label.usd for label in outcome.labels
    )
    audits = sum(label.pool == EXPERTS for label in outcome.labels)
    answered = [one for one in first.values() if one.answer is not None]
    confidence = [one.confidence or 0.0 for one in answered]
    accuracy = sum(right.values()) / n
    waited = quantile(sorted(one.delay_s for one in first.values()), 0.5)
    return {
        "net": value_usd * accuracy - usd / n,
        "accuracy": accuracy,
        "late_accuracy": fmean(late),
        "usd": usd / n,
        "audit_usd": audits * prices.get(EXPERTS, 0.0) / n,
        "exploration_usd": outcome.exploration_usd / n,
        "labels": (len(outcome.labels) - audits) / n,
        "audits": audits,
        "ece": ece(confidence, [right[one.task] for one in answered], BINS) or 0.0,
        "ece_noise_floor": noise_floor(confidence, BINS) or 0.0,
        "without_people": sum(one.labels == 0 for one in answered) / n,
        "delay_s": math.nan if waited is None else waited,
    }


def mean(runs: Sequence[Figures], column: str) -> float:
    """Mean over seeds."""
    return fmean(one[column] for one in runs)


def error(runs: Sequence[Figures], column: str) -> float:
    """Standard error of the mean over seeds; NaN for one seed."""
    values = [one[column] for one in runs]
    return stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
