"""Offsets: the same rewards in other units, a + b · reward, of which no claim may depend."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bench.attacks.attack import Attack
from bench.attacks.dollars import log_normal
from bench.attacks.segments import MEAN, asked, table, truth

if TYPE_CHECKING:
    from bench.attacks.segments import Draw, Floats

RATED: Floats = np.clip(MEAN, 0.2, 3.8)
TOP = 8.0


def normal(rng: np.random.Generator, mean: Floats) -> Floats:
    """Normal rewards of standard deviation 1."""
    return mean + rng.normal(size=len(mean))


def ratings(rng: np.random.Generator, mean: Floats) -> Floats:
    """Ratings of 1 to 5, binomial; E = 1 + mean, held between .2 and 3.8."""
    rated: Floats = 1.0 + rng.binomial(4, np.clip(mean, 0.2, 3.8) / 4.0).astype(np.float64)
    return rated


def two_values(rng: np.random.Generator, mean: Floats) -> Floats:
    """0 and 1; E = mean / TOP."""
    return (rng.random(len(mean)) < np.minimum(mean / TOP, 1.0)).astype(float)


def constant(rng: np.random.Generator, mean: Floats) -> Floats:
    """Return 1 for every row."""
    del rng
    return np.ones(len(mean))


KINDS: tuple[tuple[str, float, Draw, Floats], ...] = (
    ("normal", 0.93, normal, MEAN),
    ("ratings", 0.93, ratings, 1.0 + RATED),
    ("two values", 0.93, two_values, np.minimum(MEAN / TOP, 1.0)),
    ("dollars", 0.92, partial(log_normal, sigma=1.0, paid=0.3), MEAN),
)
UNITS = ((0.0, 1.0), (1_000.0, 1.0), (-1_000.0, 1.0), (1e6, 1.0), (5.0, -3.0), (0.0, 1e-4))


def _attack(
    name: str, goal: float, draw: Draw, mean: Floats, units: tuple[float, float], *, blind: bool
) -> Attack:
    offset, factor = units
    target = "between"
    known = "chances unknown, " if blind else ""
    return Attack(
        f"offsets: {known}{offset:g} + {factor:g} · {name}",
        goal,
        truth(offset + factor * mean, target),
        partial(table, draw=draw, target=target, offset=offset, factor=factor),
        asked(blind=blind),
        asked() if blind else {},
    )


ATTACKS: tuple[Attack, ...] = (
    *(_attack(*kind, units, blind=False) for kind in KINDS for units in UNITS),
    *(_attack(*kind, (1_000.0, 1.0), blind=True) for kind in KINDS),
    _attack("constant", 0.93, constant, np.ones_like(MEAN), (0.0, 5.0), blind=False),
)
"""Of a constant the interval holds the truth to rounding: it is one point."""
