"""The demo with several seeds: the same whatever the number of processes, with honest intervals."""

from __future__ import annotations

import io
from statistics import fmean, stdev

import msgspec
import pytest
from rich.console import Console
from scipy.stats import t

from replay.demo.demo import ARRIVALS, demo_market, demo_settings
from replay.demo.seeds import SeedsResult, _mean, run_seeds
from replay.demo.seeds_report import print_seeds
from replay.demo.tasks import demo_tasks
from replay.market.live import run_live

TASKS, SEEDS = 24, (3, 4, 5)


@pytest.fixture(scope="module")
def result() -> SeedsResult:
    return run_seeds(TASKS, SEEDS)


def test_our_row_is_the_mean_of_single_runs(result: SeedsResult) -> None:
    runs = [
        run_live(demo_market(demo_tasks(TASKS, ARRIVALS, seed), seed), demo_settings(seed))
        for seed in SEEDS
    ]
    ours = result.rows[0]
    assert ours.accuracy_true.value == pytest.approx(fmean(run.accuracy for run in runs))
    usd = fmean((run.usd + run.audit_usd) / TASKS for run in runs)
    assert ours.usd_per_task.value == pytest.approx(usd)
    assert ours.net_usd_per_task.value == pytest.approx(5.0 * ours.accuracy_true.value - usd)


def test_processes_change_nothing(result: SeedsResult) -> None:
    assert msgspec.json.encode(run_seeds(TASKS, SEEDS, jobs=2)) == msgspec.json.encode(result)


def test_the_interval_is_students() -> None:
    values = [0.91, 0.93, 0.9, 0.95]
    half = t.ppf(0.975, 3) * stdev(values) / 2.0
    mean = _mean(values)
    assert (mean.low, mean.high) == pytest.approx((fmean(values) - half, fmean(values) + half))


def test_the_rival_and_the_best_are_rows(result: SeedsResult) -> None:
    of = {row.name: row for row in result.rows}
    assert {result.best, result.rival} <= of.keys()
    ours = ["poolwise", "poolwise, features shuffled", "5 × crowd, own model"]
    assert list(of)[:3] == ours
    accurate = of[result.rival].accuracy_true.value >= of["poolwise"].accuracy_true.value
    assert accurate == result.rival_as_accurate


def test_the_table_says_how_many_markets_and_that_they_are_simulated(result: SeedsResult) -> None:
    screen = io.StringIO()
    print_seeds(result, Console(file=screen, width=300))
    first = screen.getvalue().splitlines()[0]
    assert "SIMULATED" in first
    assert "3 markets" in first
    assert "seeds, 3 to 5" in screen.getvalue()
