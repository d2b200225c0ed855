"""Recommendations: what is planted is found, nothing is invented, and savings come true."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from replay.labeling_report.advice.cheaper_pool import cheaper_pools
from replay.labeling_report.advice.fewer_labels import cut
from replay.labeling_report.advice.recommendation import Scale
from replay.labeling_report.content.report import labeling_report
from replay.labeling_report.figures.pools import pools
from replay.labeling_report.read.read_tasks import labeling_log
from tests.replay.labeling_report.planted import (
    CALM,
    DEAR,
    NEEDLESS,
    SPAMMED,
    Plan,
    histories,
    label_usd,
)

if TYPE_CHECKING:
    from replay.labeling_report.advice.recommendation import Recommendation

TASKS, SEEDS = 800, range(20)
PLANS = {"dear": DEAR, "needless": NEEDLESS, "spammed": SPAMMED, "calm": CALM}


@cache
def advice(name: str, seed: int) -> dict[str, Recommendation]:
    log = labeling_log("labels.db", histories(PLANS[name], TASKS, seed))
    return {one.kind: one for one in labeling_report(log).recommendations}


def realised(before: Plan, after: Plan, seed: int) -> float:
    """What the change saves of the next batch, per 1,000 tasks."""
    paid, then = (label_usd(histories(plan, TASKS, 1000 + seed)) for plan in (before, after))
    return 1000.0 * (paid - then) / TASKS


def held(one: Recommendation, saved: float) -> bool:
    return one.saving_usd.low - 1e-9 <= saved <= one.saving_usd.high + 1e-9


@pytest.mark.slow
def test_a_dear_pool_that_is_no_better_is_found_and_the_saving_comes_true() -> None:
    """Found in 19 of 20; the 95 % interval of the next batch holds in 18 of 20.

    Seeds are fixed. With 95 % coverage fewer than 18 of 20 come about in 7.5 % of choices of seeds.
    """
    found = [advice("dear", seed).get("cheaper_pool") for seed in SEEDS]
    assert sum(one is not None and one.pools == ("dear", "cheap") for one in found) >= 19
    after = replace(DEAR, pmf={"cheap": 1.0})
    told = [(seed, one) for seed, one in enumerate(found) if one is not None]
    assert sum(held(one, realised(DEAR, after, seed)) for seed, one in told) >= 0.9 * len(told)


@pytest.mark.slow
def test_needless_third_labels_are_found_and_the_saving_comes_true() -> None:
    """As above: found in 19 of 20, true in 18 of 20."""
    found = [advice("needless", seed).get("fewer_labels") for seed in SEEDS]
    assert sum(one is not None and one.cap == 2 for one in found) >= 19
    after = replace(NEEDLESS, labels=2)
    told = [(seed, one) for seed, one in enumerate(found) if one is not None]
    assert sum(held(one, realised(NEEDLESS, after, seed)) for seed, one in told) >= 0.9 * len(told)


@pytest.mark.slow
def test_spammers_are_found_and_what_they_are_paid_comes_true() -> None:
    """As above: found in 19 of 20, and nobody honest with them; true in 18 of 20."""
    found = [advice("spammed", seed).get("suspects") for seed in SEEDS]
    named = [set(one.labelers) if one is not None else set() for one in found]
    assert sum(names == {"cheap-0", "cheap-1"} for names in named) >= 19
    trues = 0
    for seed, one in enumerate(found):
        if one is not None:
            later = histories(SPAMMED, TASKS, 1000 + seed)
            paid = 1000.0 * label_usd(later, frozenset(one.labelers)) / TASKS
            trues += held(one, paid)
    assert trues >= 18


@pytest.mark.slow
def test_nothing_is_invented_in_a_calm_market() -> None:
    assert sum(not advice("calm", seed) for seed in SEEDS) >= 19


def test_a_dear_pool_that_is_better_is_kept() -> None:
    better = replace(DEAR, right={"cheap": 0.7, "dear": 0.85})
    found = labeling_report(labeling_log("l", histories(better, TASKS, 3))).recommendations
    assert "cheaper_pool" not in {one.kind for one in found}


def test_pools_are_compared_on_the_tasks_that_both_could_get() -> None:
    """A policy that sends hard tasks to the dear pool doesn't make it look worse, or better.

    Half of the tasks are easy (right in .95) and half hard (.65), for both pools alike; the dear
    pool gets nine tenths of the hard ones. Plain means differ by .24.
    """
    made = []
    for kind, right, share in (("easy", 0.95, 0.1), ("hard", 0.65, 0.9)):
        plan = replace(
            DEAR,
            right={"cheap": right, "dear": right},
            pmf={"cheap": 1.0 - share, "dear": share},
            features={"kind": kind},
        )
        for history in histories(plan, 1500, 5):
            history.task = f"{kind}-{history.task}"
            made.append(history)
    log = labeling_log("l", made)
    rates = {pool.pool: pool.accuracy.value for pool in pools(log.tasks) if pool.accuracy}
    assert rates["cheap"] - rates["dear"] > 0.15
    (one,) = cheaper_pools(log, pools(log.tasks), Scale.of(log, 1.0))
    assert one.accuracy_change is not None
    assert abs(one.accuracy_change.value) < 0.05


def test_a_cap_changes_what_the_log_says_it_changes() -> None:
    (history,) = histories(NEEDLESS, 1, 0)
    task = labeling_log("l", [history]).tasks[0]
    two, three = cut(task, 2), cut(task, 3)
    assert (two.labels, three.labels) == (1, 0)
    assert two.usd == pytest.approx(0.05)
    assert two.differs == (task.steps[2].answer != task.answer)


def test_savings_are_of_a_month_where_the_log_is_long_enough() -> None:
    log = labeling_log("l", histories(DEAR, 50, 0))
    assert Scale.of(log, 6.0).per == "per 1,000 tasks"
    month = Scale.of(log, 14.0)
    assert month.per == "a month"
    assert month.factor == pytest.approx(30.4375 / 14.0)
