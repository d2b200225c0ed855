"""Hidden states of a task, besides its class: what difficulty may have done to it.

chance[c, z]       chance of state z for a task of class c
tempting[z]        the tempting class of a hard task; on a task of that very class: not hard
rival[z]           the second class of an ambiguous task; the same
log_odds[z]        what is added to the log-odds to be right

Amounts without bounds (Rasch, blur) take NODES values of equal chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from replay.market.difficulty import Ambiguous, Rasch, Tempting, Visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.market.difficulty import Difficulty
    from replay.numerics.arrays import Floats

NODES = 5


@dataclass(frozen=True)
class HiddenStates:
    """The states, and their chances by class: shape (classes, states)."""

    chance: Floats
    tempting: tuple[int | None, ...]
    rival: tuple[int | None, ...]
    log_odds: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.log_odds)


def hidden_states(difficulty: Sequence[Difficulty], classes: int) -> HiddenStates:
    """List the states that the forms of difficulty can put a task into.

    Examples
    --------
    >>> states = hidden_states([Tempting(share=0.1)], classes=3)
    >>> states.tempting, states.chance[0].round(2).tolist()
    ((0, 1, 2), [0.9, 0.05, 0.05])
    """
    tempting: list[int | None] = [None]
    rival: list[int | None] = [None]
    added = [0.0]
    hard = coin = 0.0
    for form in difficulty:
        match form:
            case Tempting():
                tempting, hard = list(range(classes)), form.share
            case Ambiguous():
                rival, coin = list(range(classes)), form.share
            case Rasch():
                added = [one + form.spread * node for one in added for node in _normal_nodes()]
            case Visible():
                added = [one - form.weight * node for one in added for node in _uniform_nodes()]
    states = list(product(tempting, rival, added))
    chance = np.array(
        [
            [
                _one_of(which, c, hard, classes) * _one_of(other, c, coin, classes) / len(added)
                for which, other, _ in states
            ]
            for c in range(classes)
        ]
    )
    return HiddenStates(
        chance=chance,
        tempting=tuple(which for which, _, _ in states),
        rival=tuple(other for _, other, _ in states),
        log_odds=tuple(log_odds for *_, log_odds in states),
    )


def _one_of(other: int | None, c: int, share: float, classes: int) -> float:
    """Chance of another class to be the one; the class itself stands for none."""
    if other is None:
        return 1.0
    return 1.0 - share if other == c else share / (classes - 1)


def _uniform_nodes() -> list[float]:
    return [(node + 0.5) / NODES for node in range(NODES)]


def _normal_nodes() -> list[float]:
    return [NormalDist().inv_cdf(share) for share in _uniform_nodes()]
