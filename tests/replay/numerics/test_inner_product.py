"""Inner products that one thread sums up, whatever their length."""

from __future__ import annotations

import math

import numpy as np
import pytest

from replay.numerics.inner_product import AT_ONCE, inner


@pytest.mark.parametrize("n", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE, 40_000])
def test_an_inner_product_of_any_length_is_the_exact_one(n: int) -> None:
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=n), rng.normal(size=n)
    assert inner(a, b) == pytest.approx(math.fsum((a * b).tolist()), abs=1e-9)


def test_an_inner_product_of_views_is_that_of_their_copies() -> None:
    both = np.random.default_rng(6).normal(size=(30_000, 2))
    assert inner(both[:, 0], both[:, 1]) == pytest.approx(float(both[:, 0] @ both[:, 1].copy()))
