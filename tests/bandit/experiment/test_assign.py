"""Units are drawn to arms by their shares, for good, and independently of all other draws."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from bandit.draw import draw
from bandit.experiment.assign import arm_of, uniform, unit_of
from bandit.experiment_settings import ArmSettings, ExperimentSettings

SHARES = {"old": 0.5, "new": 0.3, "holdout": 0.2}
ARMS = {name: ArmSettings(share=share) for name, share in SHARES.items()}
TASKS = 20_000


def test_arms_come_by_their_shares() -> None:
    """Chi-square with 2 degrees of freedom over 20,000 tasks; false-alarm rate 1e-3."""
    experiment = ExperimentSettings(name="x", arms=ARMS)
    arms = [arm_of(experiment, f"t{i}", "p", 0.0) for i in range(TASKS)]
    distance = sum(
        (arms.count(name) - share * TASKS) ** 2 / (share * TASKS) for name, share in SHARES.items()
    )
    assert distance < chi2.ppf(0.999, 2)


def test_arms_say_nothing_of_another_tests_arms_nor_of_the_draws() -> None:
    """Independence in three tables of 20,000 tasks; false-alarm rate 1e-3 each."""
    ids = [f"t{i}" for i in range(TASKS)]
    first = [uniform("x", "", task) for task in ids]
    others = [
        [uniform("y", "", task) for task in ids],
        [uniform("x", "again", task) for task in ids],
        [draw(0, task, 1) for task in ids],
    ]
    for other in others:
        table = [[0] * 4 for _ in range(4)]
        for a, b in zip(first, other, strict=True):
            table[int(4 * a)][int(4 * b)] += 1
        assert chi2_contingency(table).pvalue > 1e-3


@given(st.text(), st.text(), st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_unit_has_one_arm(one: str, other: str, at: float, later: float) -> None:
    for unit in ("task", "project", "hour"):
        experiment = ExperimentSettings(name="x", unit=unit, arms=ARMS)
        same = unit_of(unit, one, other, at) == unit_of(unit, one, one, later)
        if same:
            arms = arm_of(experiment, one, other, at), arm_of(experiment, one, one, later)
            assert arms[0] == arms[1]


def test_the_arms_of_a_release_stay_where_they_are() -> None:
    """A unit's arm must not move with a new release in the midst of a test."""
    experiment = ExperimentSettings(name="x", salt="s", arms=ARMS)
    arms = [arm_of(experiment, f"t{i}", "p", 0.0) for i in range(8)]
    assert arms == PINNED
    assert math.isclose(uniform("x", "s", "t0"), PINNED_NUMBER, abs_tol=1e-15)


PINNED = ["holdout", "new", "old", "new", "old", "holdout", "holdout", "holdout"]
PINNED_NUMBER = 0.8391123313152854
