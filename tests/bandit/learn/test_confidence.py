"""The likeliest class, and chances that calibration makes sharper or flatter."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bandit.learn.confidence import leader, sharpen


def test_the_first_of_equals_leads() -> None:
    assert leader({"b": 0.5, "a": 0.5}) == ("b", 0.5)


@given(st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=8), st.floats(0.0, 1.0))
def test_sharpened_chances_keep_their_leader_and_the_confidence_asked_for(
    weights: list[float], confidence: float
) -> None:
    total = math.fsum(weights)
    chances = {f"c{i}": weight / total for i, weight in enumerate(weights)}
    top, _ = leader(chances)
    found = sharpen(chances, top, confidence)
    second = max(chance for name, chance in chances.items() if name != top)
    tie = second / (1.0 - chances[top] + second)
    assert found[top] == max(confidence, tie)
    assert found[top] >= max(found.values()) - 1e-12
    assert abs(math.fsum(found.values()) - 1.0) <= 1e-9
    assert min(found.values()) >= 0.0
