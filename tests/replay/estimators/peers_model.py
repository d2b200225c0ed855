"""What our estimators and their peers are both asked: logs, targets, a reward model, designs.

Needs numpy and the standard library alone, because it is also imported in environments that hold
a peer and not us: see bench/peers/README.md.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

Floats: TypeAlias = NDArray[np.float64]

ACTIONS = {"men": 34, "all": 80}
"""Items of each campaign of the Open Bandit Dataset."""

TARGETS = ("uniform", "softmax")
DESIGNS = ("mild", "heavy", "rare")


@dataclass(frozen=True, slots=True)
class Log:
    """n rows of a campaign; arrays of shape (n,), `position` counted from 0."""

    action: NDArray[np.int64]
    position: NDArray[np.int64]
    click: Floats
    propensity: Floats
    actions: int


def read_log(folder: Path, campaign: str) -> Log:
    """Read what Thompson sampling logged; `folder` holds `bts/men.csv.gz` and its like."""
    names = ("item_id", "position", "click", "propensity_score")
    with gzip.open(folder / "bts" / f"{campaign}.csv.gz", "rt") as file:
        rows = np.array([[float(row[name]) for name in names] for row in csv.DictReader(file)])
    action, position = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64) - 1
    return Log(action, position, rows[:, 2], rows[:, 3], ACTIONS[campaign])


def target_pmf(target: str, actions: int) -> Floats:
    """Chance of each action, shape (actions,): 1/K, or a softmax of 2 sin(a + 1)."""
    if target == "uniform":
        return np.full(actions, 1.0 / actions)
    preference = np.exp(2.0 * np.sin(np.arange(actions) + 1.0))
    pmf: Floats = preference / preference.sum()
    return pmf


def predicted(log: Log) -> Floats:
    """q̂ of every action in every row, shape (n, K): m(action) m(position) / mean click.

    m is a click mean that 100 rows of the overall mean are added to.
    """
    overall = log.click.mean()

    def shrunk(group: NDArray[np.int64], groups: int) -> Floats:
        clicks = np.bincount(group, weights=log.click, minlength=groups)
        means: Floats = (clicks + 100.0 * overall) / (np.bincount(group, minlength=groups) + 100.0)
        return means

    by_action, by_position = shrunk(log.action, log.actions), shrunk(log.position, 3)
    q: Floats = by_position[log.position][:, None] * by_action[None, :] / overall
    return q


def design(name: str, n: int = 2_000) -> tuple[Floats, Floats]:
    """Weights of mean 1 and rewards in [0, 1] of n rows, the same wherever numpy is.

    mild   weights uniform on [0.5, 1.5], rewards uniform on [0, 1]
    heavy  Pareto weights with shape 1.5, at most 100; a reward of 1 with chance 0.3
    rare   weights 5 with chance 0.2, else 0; a reward of 1 with chance 0.01
    """
    drawn = np.random.default_rng(DESIGNS.index(name) + 1).random((2, n))
    if name == "mild":
        return 0.5 + drawn[0], drawn[1]
    if name == "heavy":
        weight: Floats = np.minimum((1.0 - drawn[0]) ** (-1 / 1.5) / 3.0, 100.0)
        return weight, (drawn[1] < 0.3).astype(np.float64)
    return np.where(drawn[0] < 0.2, 5.0, 0.0), (drawn[1] < 0.01).astype(np.float64)
