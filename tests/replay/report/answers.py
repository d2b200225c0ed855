"""Answers to be shown: as good, as weak and as hostile as they come."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from replay.numerics.log_histogram import LogHistogram, edges
from replay.results.evaluation import (
    Comparison,
    Difference,
    Estimate,
    Evaluation,
    LearnerReplay,
    Point,
    SliceEstimate,
    Weights,
)
from replay.results.judgement import Judgement, VerdictStatus
from replay.results.verdict import judge
from replay.stats.action_stats import Overlap
from replay.stats.weight_stats import WeightSums
from replay.stats.weighted_rows import Scored
from replay.tables.values.unusable import Example, Unusable

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

HOSTILE = "<script>alert('x')</script>&\"]]></svg>{{ 7 * 7 }}\x1b[2J\x00"
LONG = "a-pool-with-a-name-that-somebody-generated-" * 5 + "x"


def good(target: str = "uniform", *, actions: int = 12, scale: float = 1.0) -> Evaluation:
    """A healthy answer with everything in it; `scale` multiplies its estimates."""
    chance = np.random.default_rng(7)
    rows = 20_000
    pmf = 1.0 / (1.0 + np.arange(actions))
    pmf /= pmf.sum()
    action = chance.choice(actions, rows, p=pmf)
    weight: Floats = (1 / actions / pmf[action]).astype(np.float64)
    reward = (chance.random(rows) < 0.1 + 0.2 * (action % 3 == 1)).astype(float)
    found = WeightSums().receive(_scored(weight, reward)).diagnostics()
    names = ("IPS", "SNIPS", "DM", "DR")
    spread = (0.021, 0.017, 0.004, 0.013)
    values = [scale * (0.1652 + 0.004 * at) for at in range(4)]
    estimates = [
        Estimate(name, value, value - half, value + half, 0.95, "Wilson")
        for name, value, half in zip(names, values, spread, strict=True)
    ]
    taken, wanted = np.bincount(action, minlength=actions), rows / actions
    overlap = [Overlap(f"pool-{a}", int(taken[a]), wanted, float(taken[a])) for a in range(actions)]
    judgement = judge(found, rows, target, overlap=overlap, drift=0.4)
    steps = range(rows // 20, rows + 1, rows // 20)
    return Evaluation(
        rows=rows,
        unit="row",
        logging=Estimate("mean of the log", 0.1501, 0.1452, 0.1551, 0.95, "Wilson"),
        target=target,
        estimates=tuple(estimates),
        diagnostics=found,
        judgement=judgement,
        default="DR",
        gain=Estimate("DR", values[3] - 0.1501, values[3] - 0.1621, values[3] - 0.1381, 0.95, "t"),
        overlap=tuple(overlap),
        weights=histogram(weight),
        curve=tuple(
            Point(n, values[3] + 0.02 * math.sin(n / 900) * 1000 / n, 0.9 / math.sqrt(n))
            for n in steps
        ),
        notes=("the log doesn't say which actions were eligible",),
        counts={"tasks": rows, "late_rewards": 3},
        unusable=Unusable.of("reward is missing", 7, Example(0, 4, "x.csv row 5: reward is ''")),
    )


def refused(target: str = "always:rare") -> Evaluation:
    """An answer that the log can't give: its withheld numbers must not be seen."""
    whole = good(target)
    found = replace(whole.diagnostics, no_support_rows=9000, ess=11.0, ess_share=0.00055)
    judgement = judge(found, whole.rows, target)
    return replace(
        whole,
        estimates=(),
        withheld=whole.estimates,
        gain=None,
        diagnostics=found,
        judgement=judgement,
    )


def sliced(many: int = 30, column: str = "country") -> Evaluation:
    """An answer in slices, every seventh of which can't answer."""
    chance = np.random.default_rng(3)
    slices = []
    for at in range(many):
        rows = int(20 + 4000 / (at + 1))
        if at % 7 == 6:
            why = "effective sample size for uniform: 21 rows (at least 60 required)"
            slices.append(
                SliceEstimate(column, f"value {at}", rows, None, None, Judgement.refusal(why))
            )
            continue
        half = 0.9 / math.sqrt(rows)
        value, more = 0.17 + chance.normal(0, 0.02), chance.normal(0.02, 0.04)
        slices.append(
            SliceEstimate(
                column,
                f"value {at}",
                rows,
                Estimate("DR", value, value - half, value + half, 0.95, "Wilson"),
                Estimate("DR", more, more - half, more + half, 0.95, "t, Satterthwaite df"),
                Judgement() if rows > 200 else Judgement(VerdictStatus.WEAK, ("few rows",)),
            )
        )
    return replace(good(), slices=tuple(slices))


def hostile() -> Evaluation:
    """An answer whose every name is an attack."""
    one = sliced(2, HOSTILE)
    return replace(
        one,
        target=f"always:{HOSTILE}",
        default=HOSTILE,
        logging=replace(one.logging, estimator=HOSTILE),
        estimates=(
            *one.estimates,
            Estimate(HOSTILE, 0.2, -math.inf, math.inf, 0.95, HOSTILE, HOSTILE),
        ),
        overlap=(Overlap(HOSTILE, 9, 300.0, 2.0), Overlap(LONG, 5, 250.0, 1.0), *one.overlap),
        slices=tuple(replace(part, value=HOSTILE) for part in one.slices),
        notes=(HOSTILE,),
        counts={HOSTILE: 1},
        unusable=Unusable.of(HOSTILE, 2, Example(0, 1, HOSTILE)),
    )


def compared() -> Comparison:
    """Three targets, the last of which the log can't answer for."""
    every = (good(), good("greedy", scale=1.2), refused())
    pair = Estimate("DR", 0.0354, 0.0211, 0.0497, 0.95, "t, Satterthwaite df")
    return Comparison(
        every,
        (Difference("greedy", "uniform", pair), Difference("always:rare", "uniform", None)),
    )


def learner(target: str = "policy.toml", *, scale: float = 1.0) -> Evaluation:
    """An answer about a policy that learns."""
    whole = good(target, scale=scale)
    words, horizon = "over 10 replays", "T' = 1,113"
    one = replace(whole.estimates[-1], estimator="DR replay", interval=words, setting=horizon)
    return replace(
        whole,
        estimates=(one,),
        default="DR replay",
        overlap=(),
        weights=(),
        curve=(),
        learning=LearnerReplay("epsilon_greedy 0.1, floor 0.02", 1113, 10, words, 19_204),
    )


def compared_learners() -> Comparison:
    """Two that learn and two that don't, one of each kind refused."""
    unwalked = replace(refused("short.toml"), learning=LearnerReplay("softmax 5, floor 0.02"))
    pair = Estimate("DR", 0.0354, 0.0211, 0.0497, 0.95, "t, Satterthwaite df")
    return Comparison(
        (good(), learner(), good("greedy", scale=1.2), learner("new.toml"), unwalked),
        (
            Difference("greedy", "uniform", pair),
            Difference("new.toml", "policy.toml", replace(pair, interval="this replay only")),
            Difference("short.toml", "policy.toml", None),
        ),
    )


def histogram(weight: Floats) -> tuple[Weights, ...]:
    """Histogram of weights, shape (n,), in the histogram's bins."""
    histogram, low = LogHistogram().receive(weight), edges()
    high = [*low[1:], math.inf]
    total = histogram.sums.sum()
    return tuple(
        Weights(float(low[at]), float(high[at]), int(count), float(histogram.sums[at] / total))
        for at, count in enumerate(histogram.counts)
        if count
    )


def _scored(weight: Floats, reward: Floats) -> Scored:
    """Rows of a log that knows no model and supports everything."""
    zero = np.zeros_like(weight)
    unknown = np.full_like(weight, np.nan)
    square = weight[:, None] ** 2
    return Scored(weight, reward, zero, zero, square, square, zero, zero, unknown)
