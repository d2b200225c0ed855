"""Values that are kept for tasks without labels take little memory, however many classes."""

from __future__ import annotations

import numpy as np
import pytest

from bandit.decide.values import MANY, values_usd
from bandit.labels.look_ahead import outlook
from bandit.labels.model import LabelModel
from bandit.labels.weighed import Answer


def test_what_values_depend_on_is_kept_as_a_digest() -> None:
    """Rows of 60 classes and two pools have 115 kB; up to 512 values are kept."""
    classes = tuple(f"c{number}" for number in range(60))
    model = LabelModel()
    weighed = model.weigh(classes, [])
    rows = model.pool_rows(classes, ("a", "b"))
    assert rows.nbytes > 100_000
    kept = [values_usd(rows, weighed, ("a", "b"), costs, 1.0, 1) for costs in ([0.1, 0.2],) * 2]
    assert kept[0] is kept[1]
    other = values_usd(np.flip(rows, axis=2), weighed, ("a", "b"), [0.1, 0.2], 1.0, 1)
    assert other is not kept[0]
    keys = [key for key in weighed.values if isinstance(key, tuple)]
    assert len(keys) == 2
    assert all(len(part) < 100 for key in keys for part in key if isinstance(part, bytes))


@pytest.mark.parametrize("n_classes", [MANY - 20, MANY + 20])
def test_what_is_kept_is_what_is_computed(n_classes: int) -> None:
    """With few classes, and with so many that they are grouped before they are looked up."""
    classes = tuple(f"c{number}" for number in range(n_classes))
    pools, costs, model = ("a", "b"), (0.1, 0.2), LabelModel()
    for number in range(20):
        model.observe(f"t{number}", classes, "a", "ann", classes[number % 3])
        model.observe(f"t{number}", classes, "b", "bob", classes[0])
    weighed = model.weigh(classes, [Answer("a", "ann", "c1")])
    own = model.pool_rows(classes, pools)
    for rows in (own, np.flip(own, axis=0), own):
        ahead = outlook(weighed, rows, pools)
        pairs = zip(
            ahead.values_usd(costs, 1.0, 3), ahead.values_of_one(costs, 1.0, 3), strict=True
        )
        assert values_usd(rows, weighed, pools, costs, 1.0, 3) == tuple(map(max, pairs))
    assert len(weighed.values) == 2
