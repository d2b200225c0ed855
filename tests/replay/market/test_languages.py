"""A market in which a feature tells which pool is good, and nothing of the class."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from bandit.settings import Settings
from replay.market.live import live_outcome
from replay.market_file.build import build_market, resized, tasks_of
from replay.market_file.read import read_market

OWN = {"en": "dublin", "de": "leipzig", "fr": "lyon"}


def test_tasks_keep_their_language_when_features_are_shuffled() -> None:
    spec = resized(read_market("languages"), 60)
    tasks = msgspec.structs.replace(spec.tasks, features="shuffled")
    own = tasks_of(spec, 1)
    others = tasks_of(msgspec.structs.replace(spec, tasks=tasks), 1)
    assert [one.language for one in own] == [one.language for one in others]
    assert all(one.task.features["language"] == one.language for one in own)
    assert any(one.task.features["language"] != one.language for one in others)


def test_a_pool_is_right_less_often_in_languages_that_are_not_its_own() -> None:
    """Of .90 and .55 on ordinary tasks; 1,000 tasks a language: standard errors of .02."""
    market = build_market(resized(read_market("languages"), 3000), 1)
    right: Counter[bool] = Counter()
    asked: Counter[bool] = Counter()
    for name, one in market.tasks.items():
        own = OWN[one.language] == "lyon"
        asked[own] += 1
        right[own] += market.said(name, "lyon", 0) == one.truth
    assert right[True] / asked[True] > right[False] / asked[False] + 0.2


@pytest.mark.parametrize("seed", [3, 4])
def test_the_engine_learns_which_pool_knows_a_language(seed: int) -> None:
    """Of asks about the second 500 tasks, two thirds go to the own pool; by chance a third."""
    market = build_market(resized(read_market("languages"), 1000), seed)
    asked: Counter[bool] = Counter()
    said = market.said

    def watched(task: str, pool: str, who: int) -> str:
        one = market.tasks[task]
        if one.progress >= 0.5 and pool in OWN.values():
            asked[OWN[one.language] == pool] += 1
        return said(task, pool, who)

    market.said = watched  # type: ignore[method-assign]
    live_outcome(market, Settings(seed=seed))
    assert asked[True] > 0.6 * asked.total()
