"""Tasks are hard in more than one form, each with marks that labels show."""

from __future__ import annotations

from statistics import fmean

import pytest

from replay.market.difficulty import Ambiguous, Difficulty, Rasch, Visible, blur
from replay.market.market import Market
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals, made_tasks

CREW = 30


def market(*difficulty: Difficulty) -> Market:
    pool = PoolSpec(name="p", usd_per_label=0.1, skill=0.8, labelers=CREW, spread=1e6)
    return Market([pool], made_tasks(800, Arrivals(), 1), 1, difficulty)


def said(there: Market, task: str) -> list[str]:
    return [there.said(task, "p", who) for who in range(CREW)]


def shares_right(there: Market) -> dict[str, float]:
    return {
        task: fmean(answer == one.truth for answer in said(there, task))
        for task, one in there.tasks.items()
    }


def test_without_difficulty_all_tasks_are_alike() -> None:
    """The share of 30 labels has a standard deviation of .073; a task below .45 has chance 1e-5."""
    assert min(shares_right(market()).values()) > 0.45


def test_a_rasch_task_is_hard_or_easy_for_everybody() -> None:
    shares = sorted(shares_right(market(Rasch(spread=1.5))).values())
    assert fmean(shares[:80]) < 0.45
    assert fmean(shares[-80:]) > 0.95


def test_labels_of_an_ambiguous_task_are_a_coin_between_two_classes() -> None:
    there = market(Ambiguous(share=0.25))
    two = {task for task in there.tasks if len(set(said(there, task))) == 2}
    shares = shares_right(there)
    coins = [shares[task] for task in two if shares[task] < 0.75]
    assert len(coins) / len(there.tasks) == pytest.approx(0.25, abs=0.05)
    assert fmean(coins) == pytest.approx(0.5, abs=0.05)


def test_a_blurred_task_is_harder_and_the_feature_says_so() -> None:
    shares = shares_right(market(Visible(weight=2.5)))
    sharp = [share for task, share in shares.items() if blur(1, task) < 0.2]
    blurred = [share for task, share in shares.items() if blur(1, task) > 0.8]
    assert fmean(sharp) > 0.72
    assert fmean(blurred) < 0.45
