"""How many labels of a pool to ask for at once, where time is short: rounds of labels.

Labels of one pool are asked for in rounds, b at once; a round takes as long as the pool's label on
average. With s what was answered, P(s) its chance, A(s, c) that of it and class c, and r rounds
left, the value of going on is, in right answers,

    V_0(s) = A(s, 1) + m max(0, A(s, 2) - A(s, 1)),
    V_r(s) = max( V_0(s), max over b > 0 of  sum over answers t to b labels of V_{r-1}(s, t)
                                             - (b cost + delay) P(s) ).

Classes 1 and 2 are the likeliest two, and V_0 is the chance of a right answer: of two classes the
larger A, with m = 1. Of more, each further one may overtake the first as the second does, with its
own chance: m is the chance of all but the first over that of the second. In the last round each
label comes in time with some chance only; it is paid either way. One label after the other is best
where there is time for it and waiting costs nothing, since later ones are then asked only where
earlier ones disagree.

Source: backward induction for group sequential designs, as in Jennison and Turnbull (2000), Group
Sequential Methods with Applications to Clinical Trials, chapter 18.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.labels.look_ahead import outcomes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bandit.labels.confusion import Floats


class Rounds(NamedTuple):
    """The time and the prices of rounds: in right answers, `most_at_once` labels in each.

    `in_time` is the chance that a label of the last round comes in time.
    """

    rounds: int
    in_time: float
    cost: float
    delay: float
    most_at_once: int

    def values(self, each: Floats, leaders: NDArray[np.int64], rivals: float, most: int) -> Floats:
        """Return the value of asking for 0, 1, ... labels at once, and going on as is best.

        `each` are the chances of class and of sequences of up to `most` labels of the pool, as in
        `Outlook.sequences` for all classes; `leaders` are the likeliest two, `rivals` is m.
        """
        steps = _steps(most)
        each = each.reshape(len(each), -1)[:, steps.states]
        first, second = each[leaders]
        now = first + rivals * np.maximum(second - first, 0.0)
        asked = np.arange(most + 1)
        of_round = self.cost * asked + self.delay * np.minimum(asked, 1)
        cost = each.sum(axis=0)[:, None] * of_round + steps.impossible
        cost[:, self.most_at_once + 1 :] = np.inf
        found, value = now, now
        for last in range(self.rounds):
            found = np.zeros((len(now), most + 1))
            found[:, 0] = value
            found[steps.source, steps.asked] = np.add.reduceat(
                steps.ways * value[steps.reached], steps.starts
            )
            if last == 0 and self.in_time < 1.0:
                found = found @ _thinned(most, self.in_time)
            found -= cost
            before, value = value, np.maximum(now, found.max(axis=1))
            if last > 0 and np.array_equal(before, value):
                break  # nor would any round before this one be worth more
        values: Floats = found[0]
        values[0] = now[0]
        return values


class _Steps(NamedTuple):
    """From each number of answers to those after 1, 2, ... further labels, sorted by both."""

    states: NDArray[np.int64]
    reached: NDArray[np.int64]
    ways: Floats
    starts: NDArray[np.int64]
    source: NDArray[np.int64]
    asked: NDArray[np.int64]
    impossible: Floats


@lru_cache(maxsize=16)
def _steps(most: int) -> _Steps:
    second, third, _ = outcomes(most)
    counts = [
        (i, j, k)
        for i in range(most + 1)
        for j, k in zip(second.tolist(), third.tolist(), strict=True)
    ]
    kept = [place for place, count in enumerate(counts) if sum(count) <= most]
    states = [counts[place] for place in kept]
    number = {count: n for n, count in enumerate(states)}
    reached: list[int] = []
    ways, starts, source, asked = [], [], [], []
    impossible = np.zeros((len(states), most + 1))
    for n, (i, j, k) in enumerate(states):
        left = most - (i + j + k)
        impossible[n, left + 1 :] = np.inf
        for b in range(1, left + 1):
            starts.append(len(reached))
            source.append(n)
            asked.append(b)
            for x in range(b + 1):
                for y in range(b + 1 - x):
                    reached.append(number[i + x, j + y, k + b - x - y])
                    ways.append(float(comb(b, x) * comb(b - x, y)))
    return _Steps(
        np.array(kept),
        np.array(reached),
        np.array(ways),
        np.array(starts),
        np.array(source),
        np.array(asked),
        impossible,
    )


def _thinned(most: int, chance: float) -> Floats:
    """Return the chance that n of b labels come in time: shape (n, b)."""
    return np.array(
        [
            [
                comb(b, n) * chance**n * (1.0 - chance) ** (b - n) if n <= b else 0.0
                for b in range(most + 1)
            ]
            for n in range(most + 1)
        ]
    )
