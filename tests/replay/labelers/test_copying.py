"""Copiers and gangs are told from honest labelers who are wrong on the same hard tasks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from replay.labelers.copying import copying
from replay.labelers.pairs import pairs_of
from tests.replay.labelers.simulated_labels import crowd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.labelers.judged_label import JudgedLabel

ENOUGH = math.log(200.0)


def logs(tasks: list[list[JudgedLabel]]) -> dict[str, float]:
    return {name: found.log_evidence for name, found in copying(pairs_of(tasks)).items()}


def test_honest_labelers_who_share_mistakes_are_not_suspect() -> None:
    """12 crowds of 10: at most 1 % may be suspect; fail above 5 of 120, false alarm 2e-3."""
    alarms = 0
    for seed in range(12):
        tasks = crowd(np.random.default_rng(seed), 400, {}, hard=0.2)
        alarms += sum(log >= math.log(100.0) for log in logs(tasks).values())
    assert alarms <= 5


def test_a_copier_is_suspect_and_the_one_who_is_copied_is_not() -> None:
    def copier(_: int, __: int, said: Mapping[str, int]) -> int | None:
        return said.get("h0")

    tasks = crowd(np.random.default_rng(1), 1500, {"copier": copier}, honest=6)
    found = copying(pairs_of(tasks))
    assert found["copier"].log_evidence >= ENOUGH
    assert found["copier"].others == ("h0",)
    assert found["copier"].agreed == found["copier"].pairs
    assert found["copier"].expected < 0.8 * found["copier"].pairs
    assert all(one.log_evidence < ENOUGH for name, one in found.items() if name != "copier")


def test_a_gang_that_agrees_beforehand_is_found_with_its_members() -> None:
    answers = np.random.default_rng(7).integers(4, size=3000)

    def member(number: int, *_: object) -> int:
        return int(answers[number])

    gang = {"g0": member, "g1": member, "g2": member}
    found = copying(pairs_of(crowd(np.random.default_rng(2), 800, gang)))
    for name in gang:
        assert found[name].log_evidence >= ENOUGH
        assert set(found[name].others) == set(gang) - {name}
    assert all(one.log_evidence < ENOUGH for name, one in found.items() if name not in gang)


def test_constant_labelers_of_one_class_do_not_look_like_copiers() -> None:
    spammers = {"c0": lambda *_: 1, "c1": lambda *_: 1}
    found = logs(crowd(np.random.default_rng(3), 1000, spammers))
    assert max(found["c0"], found["c1"]) < ENOUGH
