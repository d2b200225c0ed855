"""The demo with several seeds: means of each row over the markets, with intervals.

One seed is one market, and its figures move with the labelers that it has. The engine runs in this
process, without log and worker; each seed in a process of its own if there are jobs. Fixed settings
are those of `replay/baselines/fixed_settings.py`: waiting costs them nothing.
"""

from __future__ import annotations

from functools import partial
from statistics import fmean, variance
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from replay.baselines.fixed_settings import fixed_settings
from replay.baselines.rival import cheapest_as_accurate
from replay.demo.demo import ARRIVALS, demo_market, demo_settings
from replay.demo.tasks import demo_tasks
from replay.demo.variants import variants
from replay.intervals.student import student
from replay.market.live import live_outcome, live_run
from replay.runtime.parallel import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from replay.market.market import Market
    from replay.market.outcome import Outcome

LEVEL = 0.95
OURS = "poolwise"


class SeedsMean(msgspec.Struct, frozen=True, kw_only=True):
    """Mean over the seeds, with its 95 % interval (Student's t)."""

    value: float
    low: float
    high: float


class SeedsRow(msgspec.Struct, frozen=True, kw_only=True):
    """One way of buying labels, in the mean of all markets; what was paid includes audits.

    `net_usd_per_task` is the value of right answers less what was paid; `exploration_usd_per_task`
    is in it, but expected (`replay.market.exploration`).
    """

    name: str
    accuracy_true: SeedsMean
    usd_per_task: SeedsMean
    net_usd_per_task: SeedsMean
    audit_usd_per_task: SeedsMean
    exploration_usd_per_task: SeedsMean


class SeedsResult(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, poolwise's first; fixed settings are the best by net and the rival.

    `rival` is the cheapest fixed setting at least as accurate as poolwise in the mean, if
    `rival_as_accurate`; otherwise the most accurate one.
    """

    tasks: int
    seeds: tuple[int, ...]
    value_usd: float
    rows: tuple[SeedsRow, ...]
    best: str
    rival: str
    rival_as_accurate: bool


class _Ran(NamedTuple):
    """One seed of one way: share of right answers, dollars per task."""

    accuracy: float
    usd: float
    audit_usd: float = 0.0
    exploration_usd: float = 0.0


def run_seeds(
    tasks: int,
    seeds: Sequence[int],
    jobs: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> SeedsResult:
    """Run the demo's market with each seed.

    Parameters
    ----------
    seeds
        At least three, for an interval.
    done
        Told of each seed that is done.
    """
    runs: list[tuple[Mapping[str, _Ran], Mapping[str, _Ran]]] = []
    with workers(jobs) as run:
        for one in run(partial(_one_seed, tasks), seeds):
            runs.append(one)
            done(1)
    ours, *others = _rows([engines for engines, _ in runs])
    fixed = _rows([settings for _, settings in runs])
    best = max(fixed, key=lambda row: row.net_usd_per_task.value)
    rival, as_accurate = cheapest_as_accurate(
        fixed,
        ours.accuracy_true.value,
        lambda row: row.accuracy_true.value,
        lambda row: row.usd_per_task.value,
    )
    return SeedsResult(
        tasks=tasks,
        seeds=tuple(seeds),
        value_usd=ARRIVALS.value_usd or 0.0,
        rows=(ours, *others, *dict.fromkeys((best, rival))),
        best=best.name,
        rival=rival.name,
        rival_as_accurate=as_accurate,
    )


def _one_seed(tasks: int, seed: int) -> tuple[dict[str, _Ran], dict[str, _Ran]]:
    """The engine and its variants; and the fixed settings."""
    made, settings = demo_tasks(tasks, ARRIVALS, seed), demo_settings(seed)
    market = demo_market(made, seed)
    ours = {OURS: _ran(market, live_outcome(market, settings))}
    for name, there, outcome in variants(made, settings, lambda given: demo_market(given, seed)):
        ours[name] = _ran(there, outcome)
    fixed = fixed_settings(demo_market(made, seed), seed=seed)
    return ours, {one.name: _Ran(one.accuracy, one.usd_per_task) for one in fixed}


def _ran(market: Market, outcome: Outcome) -> _Ran:
    run = live_run(market, outcome)
    return _Ran(
        accuracy=run.accuracy,
        usd=(run.usd + run.audit_usd) / run.tasks,
        audit_usd=run.audit_usd / run.tasks,
        exploration_usd=outcome.exploration_usd / run.tasks,
    )


def _rows(runs: Sequence[Mapping[str, _Ran]]) -> list[SeedsRow]:
    """A row for each way that all seeds have."""
    return [
        _row(name, [one[name] for one in runs])
        for name in runs[0]
        if all(name in one for one in runs)
    ]


def _row(name: str, runs: Sequence[_Ran]) -> SeedsRow:
    worth = ARRIVALS.value_usd or 0.0
    return SeedsRow(
        name=name,
        accuracy_true=_mean([one.accuracy for one in runs]),
        usd_per_task=_mean([one.usd for one in runs]),
        net_usd_per_task=_mean([worth * one.accuracy - one.usd for one in runs]),
        audit_usd_per_task=_mean([one.audit_usd for one in runs]),
        exploration_usd_per_task=_mean([one.exploration_usd for one in runs]),
    )


def _mean(values: Sequence[float]) -> SeedsMean:
    n, value = len(values), fmean(values)
    low, high, _ = student(value, variance(values) / n, n - 1.0, LEVEL)
    return SeedsMean(value=value, low=low, high=high)
