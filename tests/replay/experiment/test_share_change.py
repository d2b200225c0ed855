"""A change of shares during a test is found, and constant shares are seldom taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.experiment.arms.share_change import ShareChange, share_change

NAMES = ("control", "new")


def found(rng: np.random.Generator, *parts: tuple[int, float]) -> ShareChange | None:
    """Look at units of which each part has so many, a share of them of the new arm."""
    units = [(rng.random(count) < share).astype(np.int64) for count, share in parts]
    return share_change(np.concatenate(units), NAMES)


@pytest.mark.parametrize("share", [0.5, 0.1, 0.02])
def test_constant_shares_are_seldom_called_changed(share: float) -> None:
    """400 tests looked at after each of 1,500 units: 1 % allowed, fail above 12; alarm 1e-3."""
    rng = np.random.default_rng(5)
    assert sum(found(rng, (1500, share)) is not None for _ in range(400)) <= 12


@pytest.mark.parametrize(
    ("parts", "units"),
    [
        (((400, 0.1), (400, 0.5)), 400),
        (((2000, 0.05), (1000, 0.2)), 2000),
        (((600, 0.3), (3000, 0.5)), 600),
    ],
)
def test_a_ramp_is_found_near_its_place(parts: tuple[tuple[int, float], ...], units: int) -> None:
    """20 ramps, whose first and second share differ by 9 standard errors and more."""
    rng = np.random.default_rng(6)
    for _ in range(20):
        change = found(rng, *parts)
        assert change is not None
        assert 0.7 * units <= change.units <= 1.4 * units
        assert change.before["new"] < change.after["new"]
        assert sum(change.before.values()) == pytest.approx(1.0)


def test_a_change_is_remembered_when_shares_are_as_they_were() -> None:
    """For a while all went to one arm, as where a configuration lost its test."""
    rng = np.random.default_rng(7)
    assert found(rng, (1000, 0.5), (300, 0.05), (4000, 0.5)) is not None


@given(st.lists(st.integers(0, 2), max_size=200))
def test_any_arms_have_a_p_value_or_no_change(arms: list[int]) -> None:
    change = share_change(np.array(arms, dtype=np.int64), ("a", "b", "c"))
    if change is not None:
        assert 0.0 < change.p_value < 0.01
        assert sum(change.after.values()) == pytest.approx(1.0)
        assert 0 < change.units < len(arms)
