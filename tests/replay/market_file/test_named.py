"""The named markets are what their names promise."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from statistics import fmean
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.events import Ask, Task
from replay.demo.demo import ARRIVALS, EXPERT_USD
from replay.demo.tasks import demo_tasks
from replay.market.market import Market
from replay.market.pools import EXPERTS, four_pools
from replay.market_file.build import build_market, resized, tasks_of
from replay.market_file.read import market_names, read_market

if TYPE_CHECKING:
    from replay.market.changed_features import Features

SEED = 7


@pytest.mark.parametrize("name", market_names())
def test_a_named_market_can_be_made(name: str) -> None:
    market = build_market(resized(read_market(name), 40), SEED)
    assert len(market.tasks) == 40
    assert sum(isinstance(event, Task) for event in market.events()) == 40
    assert all(market.said(task, pool, 0) for task in market.tasks for pool in market.specs)


def test_the_market_called_demo_is_that_of_the_demo_bit_for_bit() -> None:
    made = demo_tasks(2310, ARRIVALS, SEED)
    pools = four_pools(made[0].task.classes)
    there = Market(pools, made, SEED, expert_usd=EXPERT_USD)
    named = build_market(read_market("demo"), SEED)
    assert read_market("demo").pools == pools
    assert list(named.events()) == list(there.events())
    for task in list(named.tasks)[::50]:
        for pool in pools:
            order = list(named.order(task, pool.name))
            assert order == list(there.order(task, pool.name))
            for who in order[:5]:
                assert named.answers(task, pool.name, who) == there.answers(task, pool.name, who)
            assert named.said(task, pool.name, 3) == there.said(task, pool.name, 3)


def test_the_demos_market_has_not_changed_since_its_figures_were_published() -> None:
    """The digest is of the events and answers before markets were read from files."""
    market = build_market(read_market("demo"), SEED)
    digest = blake2b(digest_size=8)
    for event in market.events():
        digest.update(msgspec.json.encode(event).replace(b',"asks_per_task":1', b""))  # is newer
    for task, one in market.tasks.items():
        digest.update(one.truth.encode())
        for pool in [*market.specs, EXPERTS]:
            for number in (1, 2):
                ask = Ask(
                    task=task,
                    project="p",
                    ask=number,
                    at=one.task.at,
                    pool=pool,
                    classes=(),
                    payload=None,
                    expires_at=1e9,
                    exclude=(),
                )
                digest.update(msgspec.json.encode(market.answer(ask, one.task.at)))
    assert digest.hexdigest() == "a0643d63727101e3"


def test_in_the_hostile_market_three_in_ten_outside_the_specialists_are_spammers() -> None:
    """Ten seeds of 110 labelers: standard error .014."""
    spec = read_market("hostile")
    kinds: Counter[str] = Counter()
    for seed in range(10):
        market = build_market(resized(spec, 1), seed)
        kinds.update(kind for pool in market.spammers.values() for kind in pool.kinds.values())
        assert not market.spammers["specialist"].kinds
    assert kinds.total() / 1100 == pytest.approx(0.3, abs=0.05)
    assert min(kinds.values()) > 0.25 * kinds.total()


def test_a_gang_names_one_class_from_whatever_pool_right_three_times_in_ten() -> None:
    market = build_market(resized(read_market("hostile"), 500), SEED)
    gang = [
        (pool, who)
        for pool, spammers in market.spammers.items()
        for who, kind in spammers.kinds.items()
        if kind == "gang"
    ]
    assert len({pool for pool, _ in gang}) > 1
    right = []
    for task, one in market.tasks.items():
        answers = {market.said(task, pool, who) for pool, who in gang}
        assert len(answers) == 1
        right.append(answers == {one.truth})
    assert fmean(right) == pytest.approx(0.3, abs=0.06)


def test_a_constant_spammer_has_one_answer_and_a_random_one_has_all() -> None:
    market = build_market(resized(read_market("hostile"), 300), SEED)
    kinds = market.spammers["crowd"].kinds
    said = {
        kind: [len({market.said(task, "crowd", who) for task in market.tasks}) for who in kinds
               if kinds[who] == kind]
        for kind in ("constant", "random")
    }  # fmt: skip
    assert set(said["constant"]) == {1}
    assert set(said["random"]) == {5}


@pytest.mark.parametrize("features", ["shuffled", "swapped"])
def test_markets_named_for_their_features_are_the_demos_but_for_these(features: Features) -> None:
    demo = read_market("demo")
    tasks = msgspec.structs.replace(demo.tasks, features=features)
    assert read_market(features) == msgspec.structs.replace(demo, tasks=tasks)


def test_shuffled_features_are_the_demos_in_another_order() -> None:
    own, others = (tasks_of(read_market(name), SEED) for name in ("demo", "shuffled"))
    rows = [[tuple(one.task.features.values()) for one in tasks] for tasks in (own, others)]
    assert Counter(rows[0]) == Counter(rows[1])
    assert fmean(a == b for a, b in zip(*rows, strict=True)) < 0.02
    assert [one.truth for one in own] == [one.truth for one in others]


def test_swapped_features_change_their_meaning_in_the_middle() -> None:
    own, swapped = (tasks_of(read_market(name), SEED) for name in ("demo", "swapped"))
    half = len(own) // 2
    assert swapped[:half] == own[:half]
    truth_of = {tuple(one.task.features.values()): one.truth for one in own}
    classes = own[0].task.classes
    for one in swapped[half:]:
        shown = truth_of[tuple(one.task.features.values())]
        assert classes.index(shown) == (classes.index(one.truth) + 1) % len(classes)


def test_the_scarce_specialists_answer_36_asks_an_hour() -> None:
    spec = read_market("scarce")
    assert (spec.tasks.count, spec.tasks.classes, spec.arrivals.deadline_s) == (2500, 4, 3600.0)
    assert [pool.capacity_per_hour for pool in spec.pools] == [None, 600.0, 36.0]
    assert [pool.usd_per_label for pool in spec.pools] == [0.02, 0.09, 0.20]
