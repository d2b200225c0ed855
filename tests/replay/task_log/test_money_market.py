"""Gains from logs of a simulated market against runs of the target itself in the same market."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from tests.replay.task_log.frozen_market import EXPERT_USD, run
from tests.replay.task_log.plain_log import money, parts

if TYPE_CHECKING:
    from pathlib import Path

    from replay.numerics.amount import Amount
    from replay.results.money import Statement

LOGS, TASKS = 30, 300
TARGETS = ("greedy", "uniform")
NAMES = ("accuracy", "usd", "delay_s", "value_usd")


class Compared(NamedTuple):
    """A figure of one log, and what came of running the target in its market."""

    said: Amount
    live: float


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[Compared]]:
    path = tmp_path_factory.mktemp("market") / "log"
    found: dict[tuple[str, str], list[Compared]] = {}
    for seed in range(1, LOGS + 1):
        logged = run(seed, TASKS)
        for target in TARGETS:
            live = run(seed, TASKS, target)
            for name, said in _figures(money(path, logged.logged, target).whole).items():
                gain = getattr(live, name) - getattr(logged, name)
                found.setdefault((target, name), []).append(Compared(said, gain))
    return found


def _figures(found: Statement) -> dict[str, Amount]:
    assert found.gain is not None
    told = {name: one.gain for name, one in parts(found).items() if name in NAMES}
    return {**told, "value_usd": found.gain}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("target", TARGETS)
def test_gains_are_those_of_live_runs(
    compared: dict[tuple[str, str], list[Compared]], target: str, name: str
) -> None:
    """In the mean of 30 logs within 4 standard errors; 23 or more intervals hold the live mean.

    False alarms, each of 8: 4e-4 (t of 29 degrees of freedom) and 8e-5 (22 or fewer at .95).
    """
    rows = compared[target, name]
    assert len(rows) >= LOGS - 3  # of accuracy, a log may have too little gold
    away = np.array([row.said.value - row.live for row in rows])
    assert abs(away.mean()) < 4 * away.std(ddof=1) / math.sqrt(len(away))
    truth = np.mean([row.live for row in rows])
    assert sum(row.said.low <= truth <= row.said.high for row in rows) >= 23 - (LOGS - len(rows))


@pytest.mark.slow
def test_greedy_pays_less_than_uniform_in_this_market_and_earns_more(
    compared: dict[tuple[str, str], list[Compared]],
) -> None:
    """So that the test above can fail: a gain of 0 for everybody would not pass it."""
    for name, sign, errors in (("usd", -1, 4), ("value_usd", 1, 4)):
        greedy, uniform = (np.array([row.live for row in compared[t, name]]) for t in TARGETS)
        between = sign * (greedy - uniform)
        assert between.mean() > errors * between.std(ddof=1) / math.sqrt(LOGS)


def test_what_audits_cost_is_read_from_the_log(tmp_path: Path) -> None:
    logged = run(1, 60).logged
    found = money(tmp_path / "log", logged, "logging").whole
    assert found.audits.gold > 10
    assert found.audits.usd == pytest.approx(EXPERT_USD * found.audits.gold / found.tasks)
    assert found.audits.unpriced == 0
