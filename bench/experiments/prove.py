"""What `poolwise experiment` promises, by simulation.

    python bench/experiments/prove.py [--runs 1000] [--seed 1]
        [--only aa,power,cuped,ratio,interference]

Every A/A and A/B test is looked at 20 times. Both sides of a claim are printed: what was promised,
and what came out, with the number of runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, for bench

import numpy as np

from bench.experiments.designs import NOTHING, Effects, hours_log, pilot, tasks_log
from bench.experiments.interference import market_log, true_effect
from replay.experiment.arms.difference import Looks, difference
from replay.experiment.arms.false_alarms import LOOKS, is_alarmed
from replay.experiment.arms.sample_ratio import sample_ratio
from replay.experiment.planning.goals import Design, Goal
from replay.experiment.planning.plan import plan_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.experiment.arms.unit_sums import UnitSums
    from replay.experiment.tasks.arm_log import ArmLog

HALVES = {"control": 0.5, "new": 0.5}
AA = (("task", "usd", 2000), ("task", "accuracy", 4000), ("hour", "usd", 336))
AB = (("task", "usd", 0.002), ("task", "accuracy", 0.03), ("hour", "usd", 0.002))
MARGIN = 0.03
"""How much less accuracy would be too much."""


class Share(NamedTuple):
    """How many of so many runs."""

    hits: int
    runs: int

    def __str__(self) -> str:
        """Return it in per cent."""
        return f"{100 * self.hits / self.runs:.1f} % ({self.hits} of {self.runs})"


def simulated(unit: str, size: int, seed: int, effects: Effects = NOTHING) -> ArmLog:
    return hours_log(size, seed, effects) if unit == "hour" else tasks_log(size, seed, effects)


def aa(unit: str, metric: str, size: int, runs: int, seed: int) -> Share:
    """A/A tests with an alarm at one of 20 looks."""
    alarms = 0
    for run in range(runs):
        units = simulated(unit, size, seed + run).units()
        alarms += is_alarmed(units, metric, Looks(0.95, float(size)))
    return Share(alarms, runs)


def power(
    unit: str, goal: Goal, effects: Effects, runs: int, seed: int
) -> tuple[int, Share, Share]:
    """Tests of the planned size that find the effect by one of 20 looks, or by one at the end.

    Every tenth run plans anew, from another pilot; the size is that of the first.
    """
    sizes: list[tuple[int, int]] = []
    anytime = once = 0
    for run in range(runs):
        if run % 10 == 0:
            sizes.append(planned(unit, goal, seed + 1_000_000 + run))
        size, size_once = sizes[-1]
        units = simulated(unit, size, seed + run, effects).units()
        anytime += is_alarmed(units, goal.metric, Looks(0.95, float(size)))
        units = simulated(unit, size_once, seed + run, effects).units()
        once += is_alarmed(units, goal.metric, Looks(0.95, 1.0, once=True))
    return sizes[0][0], Share(anytime, runs), Share(once, runs)


def planned(unit: str, goal: Goal, seed: int) -> tuple[int, int]:
    """Units for any look and for one, from a pilot of a few thousand tasks or a thousand hours."""
    log = pilot(simulated(unit, 4000 if unit == "task" else 1000, seed))
    plan = plan_test(log, (goal,), Design(unit, HALVES)).plans[0]
    return plan.units, plan.units_once


def not_worse(runs: int, seed: int) -> tuple[int, Share, Share]:
    """Tests of the planned size that show "not worse by 3 points": of like arms, and of worse."""
    size, _ = planned("task", Goal("not worse", "accuracy", MARGIN), seed + 1_000_000)
    found = []
    for accuracy in (0.0, -MARGIN):
        kept = 0
        for run in range(runs):
            kept += shows_not_worse(tasks_log(size, seed + run, Effects(accuracy=accuracy)).units())
        found.append(Share(kept, runs))
    return size, found[0], found[1]


def shows_not_worse(units: UnitSums) -> bool:
    """Whether the interval keeps the margin at one of 20 looks."""
    for look in range(1, LOOKS + 1):
        some = units.of(slice(0, len(units) * look // LOOKS))
        effect = difference(some, "accuracy", (0, 1), Looks(0.95, float(len(units))))
        if effect is not None and effect.amount.low > -MARGIN:
            return True
    return False


def cuped(runs: int, seed: int) -> tuple[float, float]:
    """Share by which CUPED shortens the interval: as planned from a pilot, and as it came out."""
    plan = plan_test(pilot(tasks_log(2000, seed + 1_000_000)), (), Design("task", HALVES))
    planned = next(row.shortened for row in plan.variances if row.metric == "usd")
    came = []
    for run in range(runs):
        effect = difference(tasks_log(2000, seed + run).units(), "usd", (0, 1), Looks(0.95, 2000.0))
        assert effect is not None
        came.append(effect.shortened)
    return planned, float(np.mean(came))


def ratio(units: int, share: float, runs: int, seed: int) -> Share:
    """Tests whose arms are found not to be 50/50, of `units` with the real share."""
    found = 0
    for run in range(runs):
        rng = np.random.default_rng([52, seed + run])
        arm = (rng.random(units) < share).astype(np.int64)
        found += sample_ratio(arm, HALVES).is_mismatch
    return Share(found, runs)


def interference(
    runs: int, seed: int, hours: int = 1000
) -> tuple[float, dict[str, tuple[float, Share]]]:
    """The truth, and by unit the mean estimate and how often the interval covers the truth."""
    truth = true_effect()
    found = {}
    for unit in ("task", "hour"):
        values, covered = [], 0
        for run in range(runs):
            units = market_log(hours, seed + run, by_hour=unit == "hour").units()
            effect = difference(units, "accuracy", (0, 1), Looks(0.95, float(len(units))))
            assert effect is not None
            values.append(effect.amount.value)
            covered += effect.amount.low <= truth <= effect.amount.high
        found[unit] = (float(np.mean(values)), Share(covered, runs))
    return truth, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(CLAIMS))
    options = parser.parse_args()
    for name in options.only.split(","):
        for line in CLAIMS[name](options.runs, options.seed):
            print(line, flush=True)


def say_aa(runs: int, seed: int) -> Iterator[str]:
    for unit, metric, size in AA:
        found = aa(unit, metric, size, runs, seed)
        yield f"A/A by {unit}, {metric}, {size:,} {unit}s: {found} false alarms (at most 6 %)"


def say_power(runs: int, seed: int) -> Iterator[str]:
    for unit, metric, amount in AB:
        goal, effects = Goal("detect", metric, amount), Effects(**{metric: amount})
        size, anytime, once = power(unit, goal, effects, runs // 2, seed)
        yield (
            f"A/B by {unit}, {metric} {amount:+g}, planned {size:,} {unit}s: found in {anytime};"
            f" with the size for one look in {once} (at least 80 %)"
        )
    size, kept, wrong = not_worse(runs // 5, seed)
    yield (
        f"not worse by 3 points, planned {size:,} tasks: shown in {kept} (at least 80 %);"
        f" of arms that are worse by 3 points in {wrong} (at most 2.5 %)"
    )


def say_cuped(runs: int, seed: int) -> Iterator[str]:
    planned, came = cuped(runs // 5, seed)
    yield f"CUPED shortens by {100 * planned:.1f} % as planned, {100 * came:.1f} % as measured"


def say_ratio(runs: int, seed: int) -> Iterator[str]:
    for units in (14_000, 16_000, 18_000):
        found = ratio(units, 0.52, runs // 2, seed)
        yield f"52/48 instead of 50/50, {units:,} units: found in {found}"
    yield f"50/50, 18,000 units: found in {ratio(18_000, 0.5, runs // 2, seed)} (at most 1 %)"


def say_interference(runs: int, seed: int) -> Iterator[str]:
    truth, found = interference(runs // 5, seed)
    for unit, (mean, covered) in found.items():
        yield (
            f"scarce pool, test by {unit}: {100 * mean:+.2f} points on average, truth"
            f" {100 * truth:+.2f}; covers it in {covered}"
        )


CLAIMS = {
    "aa": say_aa,
    "power": say_power,
    "cuped": say_cuped,
    "ratio": say_ratio,
    "interference": say_interference,
}

if __name__ == "__main__":
    main()
