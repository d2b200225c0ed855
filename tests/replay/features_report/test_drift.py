"""Drift: what neighbours share is no alarm, changes are dated, and missing values count."""

from __future__ import annotations

import numpy as np
import pytest

from replay.features_report.drift import ALPHA, drifts
from replay.features_report.series import Series

TASKS = 1200


def numbers(name: str, values: np.ndarray) -> Series:
    return Series(name, "task", "number", tuple(values.tolist()), np.arange(len(values)))


def texts(name: str, values: list[str | None]) -> Series:
    return Series(name, "task", "text", tuple(values), np.arange(len(values)))


def autocorrelated(rng: np.random.Generator, n: int, phi: float) -> np.ndarray:
    noise = rng.normal(size=n)
    for i in range(1, n):
        noise[i] += phi * noise[i - 1]
    return noise


@pytest.mark.slow
def test_series_without_a_change_are_named_in_one_log_of_a_hundred() -> None:
    """Ten series a log, half of them autocorrelated: 60 logs, fail above 4.

    At a true rate of .01, false alarm of this test 4e-4; a rate of .15 is caught in 96 %.
    """
    named = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        series = [numbers(f"x{i}", rng.normal(size=TASKS)) for i in range(4)]
        series += [texts("lang", rng.choice(["en", "de", "fr"], TASKS).tolist())]
        series += [numbers(f"r{i}", autocorrelated(rng, TASKS, 0.3 + 0.15 * i)) for i in range(5)]
        named += any(one.changed for one in drifts(series))
    assert named <= 4


def test_a_shuffle_of_neighbours_alone_would_be_an_alarm() -> None:
    """What the blocks are for: as independent tasks, these changed; as they are, nobody knows."""
    rng = np.random.default_rng(3)
    slow = np.repeat(rng.normal(size=TASKS // 60), 60) + 0.1 * rng.normal(size=TASKS)
    (found,) = drifts([numbers("slow", slow)])
    assert not found.changed
    assert found.why_not is not None
    assert "resemble each other" in found.why_not


@pytest.mark.parametrize("at", [0.3, 0.7])
def test_a_change_is_found_and_dated(at: float) -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=TASKS)
    values[int(at * TASKS) :] += 1.0
    found, calm = drifts([numbers("x", values), numbers("y", rng.normal(size=TASKS))])
    assert found.changed
    assert not calm.changed
    assert found.since_task == pytest.approx(at * TASKS, abs=0.05 * TASKS)
    assert found.psi == pytest.approx(1.0, abs=0.4)  # of two normals, one apart
    assert (found.p_value or 1.0) < ALPHA < (calm.p_value or 0.0)


def test_values_that_go_missing_and_new_texts_are_changes() -> None:
    rng = np.random.default_rng(5)
    half = TASKS // 2
    gone: list[float | None] = rng.normal(size=TASKS).tolist()
    gone[half:] = [None if rng.random() < 0.4 else value for value in gone[half:]]
    lost = Series("gone", "task", "number", tuple(gone), np.arange(TASKS))
    old, new = rng.choice(["en", "de"], half), rng.choice(["en", "de", "fr"], half)
    found = drifts([lost, texts("lang", [*old.tolist(), *new.tolist()])])
    assert [one.changed for one in found] == [True, True]


def test_one_number_of_a_vector_is_enough() -> None:
    rng = np.random.default_rng(6)
    values = rng.normal(size=(TASKS, 8))
    values[TASKS // 2 :, 3] += 1.0
    vector = Series(
        "v", "task", "vector", tuple(tuple(row) for row in values.tolist()), np.arange(TASKS)
    )
    (found,) = drifts([vector])
    assert found.changed
    assert found.psi == pytest.approx(1.0, abs=0.4)


def test_what_cannot_be_tested_says_why() -> None:
    ids = texts("id", [f"i{i}" for i in range(TASKS)])
    same = texts("same", ["x"] * TASKS)
    few = numbers("few", np.arange(50.0))
    whys = [one.why_not or "" for one in drifts([ids, same, few])]
    assert "value of its own" in whys[0]
    assert "one value" in whys[1]
    assert "too few" in whys[2]
    assert all(not one.changed for one in drifts([ids, same, few]))


def test_the_same_series_gives_the_same_figures() -> None:
    values = np.random.default_rng(7).normal(size=TASKS)
    assert drifts([numbers("x", values)]) == drifts([numbers("x", values)])
