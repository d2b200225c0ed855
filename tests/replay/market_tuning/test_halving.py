"""Successive halving keeps what is best, and costs what it says."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bandit.settings import PolicySettings
from replay.market_tuning.halving import BATCH, RUNGS, race
from replay.market_tuning.search import most_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

sizes = st.integers(1, BATCH)


def policies(count: int) -> list[PolicySettings]:
    return [PolicySettings(rate=float(number + 1)) for number in range(count)]


@given(st.lists(st.lists(st.floats(-1, 1), min_size=4, max_size=4), min_size=1, max_size=BATCH))
def test_whoever_is_dropped_was_no_better_than_half_of_those_who_were_left(
    table: list[list[float]],
) -> None:
    some = policies(len(table))
    of = dict(zip(some, table, strict=True))
    trials = race(some, 10, lambda those, seeds: [of[one][:seeds] for one in those])
    assert [trial.policy for trial in trials] == some
    assert [trial.number for trial in trials] == list(range(10, 10 + len(some)))
    for rung, after in pairwise(RUNGS):
        stayed = [one for one in trials if len(one.over_default_usd) >= after]
        left = [one for one in trials if len(one.over_default_usd) == rung]
        assert len(stayed) == (len(stayed) + len(left) + 1) // 2
        for one in left:
            assert all(
                sum(one.over_default_usd[:rung]) <= sum(other.over_default_usd[:rung]) + 1e-12
                for other in stayed
            )
    assert all(one.dropped == (len(one.over_default_usd) < RUNGS[-1]) for one in trials)


@given(sizes)
def test_a_race_takes_the_runs_that_are_announced(count: int) -> None:
    ran: set[tuple[PolicySettings, int]] = set()

    def differences(those: Sequence[PolicySettings], seeds: int) -> list[list[float]]:
        ran.update((one, seed) for one in those for seed in range(seeds))
        return [[one.rate] * seeds for one in those]

    race(policies(count), 0, differences)
    assert len(ran) == most_runs(count) - RUNGS[-1]  # the default's own runs are the rest
