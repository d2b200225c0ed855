"""Counter-based uniform numbers (SplitMix64): a hash of a row's number and a word, no state."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats


def uniforms(index: NDArray[np.int64], key: str) -> Floats:
    """Return one number in (0, 1) for each of `index`, shape (n,).

    Source: the finaliser of SplitMix64, Steele, Lea and Flood (2014), OOPSLA, figure 16.

    Examples
    --------
    >>> bool(np.all(uniforms(np.arange(3), "a") == uniforms(np.arange(3), "a")))
    True
    """
    start = np.uint64(crc32(key.encode()) << 32)
    z = index.astype(np.uint64)
    z += start + np.uint64(1)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = mixed(z)
    z >>= np.uint64(11)
    numbers: Floats = z.astype(np.float64)
    numbers += 0.5
    numbers *= 2.0**-53
    return numbers


def mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of numbers, shape (n,), in place: the finaliser of SplitMix64."""
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z
