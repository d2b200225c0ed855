"""The entry of each row's own action, for every way that arrays lie in memory."""

from __future__ import annotations

import numpy as np
import pytest

from replay.numerics.of_action import of_action

RNG = np.random.default_rng(2)
WAYS = {
    "by row": RNG.random((50, 4)),
    "by column": np.asfortranarray(RNG.random((50, 4))),
    "rows of a longer one by column": np.asfortranarray(RNG.random((90, 4)))[20:70],
    "rows of a longer one by row": RNG.random((90, 4))[20:70],
    "every other column": RNG.random((50, 8))[:, ::2],
    "one row for all": np.broadcast_to(RNG.random(4), (50, 4)),
    "one action": RNG.random((50, 1)),
    "no rows": np.zeros((0, 4)),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_row_gets_the_entry_of_its_own_action(way: str) -> None:
    values = WAYS[way]
    n, k = values.shape
    action = np.random.default_rng(3).integers(0, k, n)
    assert of_action(values, action).tolist() == [values[i, a] for i, a in enumerate(action)]
