"""Random draws as a keyed hash (BLAKE2b): the same on every machine and run, without a state."""

from __future__ import annotations

from bisect import bisect_right
from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


def draw(seed: int, task: str, ask: int, purpose: str = "choice") -> float:
    """Return a uniform number in [0, 1), determined by (seed, task, ask, purpose).

    Examples
    --------
    >>> draw(0, "t1", 1) == draw(0, "t1", 1), draw(0, "t1", 1) == draw(0, "t1", 2)
    (True, False)
    """
    text = msgspec.json.encode((seed, task, ask, purpose))
    return (int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 11) / 2**53


def choose(pmf: Mapping[str, float], uniform: float) -> str:
    """Pick one key of `pmf`, whose values are non-negative and sum to 1, by a draw in [0, 1).

    Examples
    --------
    >>> choose({"a": 0.25, "b": 0.0, "stop": 0.75}, 0.25)
    'stop'
    """
    names = [name for name, chance in pmf.items() if chance > 0.0]
    steps = list(accumulate([pmf[name] for name in names]))
    return names[min(bisect_right(steps, uniform * steps[-1]), len(names) - 1)]
