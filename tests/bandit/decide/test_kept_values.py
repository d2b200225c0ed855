"""Values that are kept for tasks without labels take little memory, however many classes."""

from __future__ import annotations

import numpy as np

from bandit.decide.values import values_usd
from bandit.labels.model import LabelModel


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
