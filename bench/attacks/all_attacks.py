"""Every attack, by group: the word before the colon of its name."""

from __future__ import annotations

from bench.attacks import (
    actions,
    adaptive,
    blind,
    classic,
    clusters,
    dollars,
    offsets,
    order,
)

ATTACKS = (
    *classic.ATTACKS,
    *order.ATTACKS,
    *adaptive.ATTACKS,
    *actions.ATTACKS,
    *clusters.ATTACKS,
    *blind.ATTACKS,
    *dollars.ATTACKS,
    *offsets.ATTACKS,
)
