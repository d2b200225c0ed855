"""Paired difference of two targets, task by task."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.stats.weighted_rows import Scored


def difference(first: Scored, other: Scored) -> Scored:
    """Tasks scored under one target, less the same under another: `Audited` sums both alike."""
    assert first.certain is not None
    assert other.certain is not None
    away = replace(
        first,
        weight=first.weight - other.weight,
        direct=first.direct - other.direct,
        doubly=first.scores - other.scores,
    )
    certain = replace(
        away,
        direct=np.zeros(len(first)),
        doubly=first.certain.scores - other.certain.scores,
    )
    return replace(away, certain=certain)
