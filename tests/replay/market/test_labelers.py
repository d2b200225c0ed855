"""Labelers differ by class, learn, tire and drift; spammers say what they say without looking."""

from __future__ import annotations

from collections import Counter
from statistics import fmean, stdev

import pytest

from replay.market.labelers import NEIGHBOUR, PoolLabelers
from replay.market.market import Market
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals, TrueTask, made_tasks

TASKS = 600


def labelers(**changes: object) -> PoolLabelers:
    return PoolLabelers(spec(**changes), seed=1)


def spec(**changes: object) -> PoolSpec:
    fields = {"name": "p", "usd_per_label": 0.1, "skill": 0.8, "labelers": 60, "spread": 1e6}
    return PoolSpec(**(fields | changes))  # type: ignore[arg-type]


def tasks(per_hour: float = 60.0) -> list[TrueTask]:
    return made_tasks(TASKS, Arrivals(tasks_per_hour=per_hour), 1)


def test_labelers_differ_by_class_with_the_spread_that_is_said() -> None:
    """The standard deviation of 60 draws has a standard error of .1 / sqrt(118) = .009."""
    crew, made = labelers(class_spread=0.1, skill=0.6), tasks()
    by_class = {one.truth: one for one in made}
    animals, tools = (
        [crew.chance(by_class[name], who) for who in range(60)] for name in ("animal", "food")
    )
    assert stdev(animals) == pytest.approx(0.1, abs=0.03)
    assert fmean(a > b for a, b in zip(animals, tools, strict=True)) == pytest.approx(0.5, abs=0.25)


def test_learners_lack_most_at_first_and_next_to_nothing_at_the_end() -> None:
    crew, made = labelers(learning=0.3), tasks()
    first, last = (fmean(crew.chance(one, who) for who in range(60)) for one in (made[0], made[-1]))
    assert first == pytest.approx(0.5, abs=0.01)
    assert last == pytest.approx(0.8, abs=0.01)
    middle = [crew.chance(made[TASKS // 10], who) for who in range(60)]
    assert max(middle) - min(middle) > 0.1  # at a pace of their own


def test_who_tires_is_worst_in_the_last_hour_and_fresh_the_next_morning() -> None:
    crew = labelers(tiring=0.2, hours=(8.0, 18.0))
    chance_at = {one.task.at % 86400.0 / 3600.0: crew.chance(one, 0) for one in tasks(30.0)}
    mornings = [chance for hour, chance in chance_at.items() if 8.0 <= hour < 8.5]
    evenings = [chance for hour, chance in chance_at.items() if 17.5 <= hour < 18.0]
    assert min(mornings) > 0.78
    assert max(evenings) < 0.62


def test_who_works_at_night_is_fresh_in_the_evening_and_tired_in_the_morning() -> None:
    crew = labelers(tiring=0.2, hours=(22.0, 6.0))
    chance_at = {one.task.at % 86400.0 / 3600.0: crew.chance(one, 0) for one in tasks(20.0)}
    assert min(chance for hour, chance in chance_at.items() if 22.0 <= hour < 22.5) > 0.78
    assert max(chance for hour, chance in chance_at.items() if 5.5 <= hour < 6.0) < 0.62
    midnight = [chance for hour, chance in chance_at.items() if hour < 0.5 or hour >= 23.5]
    assert 0.72 < min(midnight) < max(midnight) < 0.78


def test_drifts_of_labelers_spread_around_the_pools() -> None:
    crew, made = labelers(drift=-0.2, drift_spread=0.1), tasks()
    moved = [crew.chance(made[-1], who) - crew.chance(made[0], who) for who in range(60)]
    assert fmean(moved) == pytest.approx(-0.2, abs=0.05)
    assert stdev(moved) == pytest.approx(0.1, abs=0.04)


def test_wrong_labels_have_the_chances_that_are_said() -> None:
    """Of 600 x 4 labels by people who are always wrong; standard error of a share .01."""
    crew = labelers(favourite_share=0.5)
    for who in range(4):
        said: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for one in tasks():
            said[crew.wrong(one, who)] += 1
            assert crew.wrong(one, who) != one.truth
            wanted.update(crew.wrong_chances(one.truth, one.task.classes, who))
        assert sum(wanted.values()) == pytest.approx(TASKS)
        for name, count in wanted.items():
            assert said[name] / TASKS == pytest.approx(count / TASKS, abs=0.06)


def test_without_a_favourite_most_wrong_labels_are_of_the_next_class() -> None:
    chances = labelers().wrong_chances("animal", ("animal", "building", "food"), 0)
    assert chances["building"] == pytest.approx(NEIGHBOUR + (1.0 - NEIGHBOUR) / 2)


def test_a_sleeper_is_honest_until_falling_asleep() -> None:
    """Honest ones are right .95 of the time, sleepers who sleep a quarter of it."""
    market = Market(
        [spec(skill=0.95, spammer_share=1.0, spammers=("sleeper",))], tasks(), 1, difficulty=()
    )
    right = [
        [market.said(name, "p", who) == one.truth for who in range(60)]
        for name, one in market.tasks.items()
    ]
    early, late = fmean(map(fmean, right[:30])), fmean(map(fmean, right[-30:]))
    assert early > 0.88
    assert late < 0.35
