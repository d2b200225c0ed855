"""A project that says how often answers should be right gets that, and pays no more for it."""

from __future__ import annotations

from statistics import fmean

import pytest

from bandit.engine.engine import Engine
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, Settings
from bandit.task.state import DeskState
from bandit.task.worth import update_worth, worth_usd
from tests.bandit.market import Crew, History, Market, Work, pool
from tests.bandit.small import POOL, TASK, change

TASKS = 1200


def run(target: float, seed: int = 5) -> tuple[Market, History]:
    crews = [
        Crew(pool("a", 0.05), 0.85, labelers=200),
        Crew(pool("b", 0.02), 0.75, labelers=200),
        Crew(pool("experts", 1.0, gold=True), 1.0),
    ]
    market = Market(crews, Work(TASKS, every_s=5.0, target_accuracy=target, tick_s=60.0), seed)
    chosen = Settings(seed=seed, audit=AuditSettings(share=0.1))
    return market, market.run(Engine(chosen, Brain(chosen)))


@pytest.fixture(scope="module")
def runs() -> dict[float, tuple[Market, History]]:
    return {target: run(target) for target in (0.9, 0.95, 0.99)}


@pytest.mark.parametrize("target", [0.9, 0.95])
def test_verdicts_end_as_sure_as_was_asked_for(
    runs: dict[float, tuple[Market, History]], target: float
) -> None:
    """Mean confidence of the second half, within .02: the prices are found within the first."""
    _, history = runs[target]
    verdicts = history.first_verdicts()[TASKS // 2 :]
    assert fmean(verdict.confidence or 0.0 for verdict in verdicts) == pytest.approx(
        target, abs=0.02
    )


@pytest.mark.parametrize("target", [0.9, 0.95])
def test_answers_are_right_as_often_as_was_asked_for_or_a_little_more(
    runs: dict[float, tuple[Market, History]], target: float
) -> None:
    """Of 600 answers, with labelers who err apart: .03 below at most, above by .07 at most.

    Labels of two classes are believed too little (decision 46), so answers are right more often
    than was asked: on four seeds in .93 to .97 where .9 was, and in .97 to .99 where .95 was.
    """
    market, history = runs[target]
    verdicts = history.first_verdicts()[TASKS // 2 :]
    right = fmean(market.truth(verdict.task) == verdict.answer for verdict in verdicts)
    assert target - 0.03 < right < target + 0.07


def usd_per_task(history: History) -> float:
    return fmean(verdict.usd for verdict in history.first_verdicts()[TASKS // 2 :])


def test_a_lower_target_is_cheaper(runs: dict[float, tuple[Market, History]]) -> None:
    """The mean of seeds 5 and 8; .99 is out of reach, so all labels are bought there.

    With .9, a task costs .65 of what it costs with .95, and .60 of that with .99: .70 and .67 on
    seeds 5 to 8, single ones from .49 to .85, and from .48 to .81.
    """
    usd = {
        target: fmean([usd_per_task(history), usd_per_task(run(target, seed=8)[1])])
        for target, (_, history) in runs.items()
    }
    assert usd[0.9] < usd[0.95] < usd[0.99]
    assert usd[0.9] < 0.8 * usd[0.95]
    assert usd[0.9] < 0.75 * usd[0.99]


def test_targets_that_hardly_differ_share_a_price_so_that_few_are_kept() -> None:
    """The prices are in the desk's own record, which each batch writes."""
    chosen, desk = Settings(), DeskState()
    first = worth_usd(chosen, desk, change(TASK, target_accuracy=0.95), [POOL])
    for number in range(5_000):
        task = change(TASK, target_accuracy=0.9 + number * 1.9e-5)
        update_worth(chosen, desk, task, confidence=0.6)
    assert len(desk.log_worth) <= 100
    assert worth_usd(chosen, desk, change(TASK, target_accuracy=0.95), [POOL]) > 2.0 * first
