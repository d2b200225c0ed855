"""Fixed settings buy the labels that a run of the same rule buys."""

from __future__ import annotations

import pytest

from replay.baselines.fixed_redundancy import FixedRedundancyBaseline
from replay.baselines.fixed_settings import RANDOM, _bought
from replay.market.drive import Drive
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import Arrivals, made_tasks

TASKS, SEED, LABELS = 200, 2, 3


def market() -> Market:
    """Four hours from 8 UTC, in which all pools are open."""
    made = made_tasks(TASKS, Arrivals(), SEED)
    return Market(four_pools(made[0].task.classes), made, SEED)


@pytest.mark.parametrize("pool", [RANDOM, "crowd", "specialist"])
def test_a_setting_and_a_run_buy_the_same_labels(pool: str) -> None:
    """But for the few tasks that got a fourth label, because one came late."""
    there = market()
    baseline = FixedRedundancyBaseline(LABELS, None if pool == RANDOM else pool, SEED)
    outcome = Drive(baseline, there, 1800.0).run(there.events())
    run: dict[str, set[tuple[str, str]]] = {task: set() for task in there.tasks}
    for label in outcome.labels:
        run[label.task].add((label.labeler, label.answer))
    in_time = [task for task, labels in run.items() if len(labels) == LABELS]
    assert len(in_time) > 0.9 * TASKS
    for task in in_time:
        bought = _bought(there, task, pool, most=7, seed=SEED)[:LABELS]
        assert {(labeler, answer) for labeler, answer, _ in bought} == run[task]
