"""Sparse random projection of long vectors, and of texts as vectors of their words.

With S = `NONZEROS` entries per coordinate i of a vector x, drawn by a keyed hash,

    y = S^(-1/2) sum_i x_i sum_j sign(i, j) e(bucket(i, j)),   j = 1, ..., S,

so that squared lengths and inner products are kept on average. The hash is keyed by the name of the
feature and the coordinate (an index, or a word): no matrix is stored, every process and release
draws the same, and a longer vector keeps the entries of a shorter one. Sums are made in a fixed
order, so that each machine gets the same numbers.

References
----------
Kane and Nelson (2014), Sparser Johnson-Lindenstrauss transforms, Journal of the ACM 61(1), 4.
Weinberger et al. (2009), Feature hashing for large scale multitask learning, ICML.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

NONZEROS = 8
"""Entries of a coordinate: one would let two large coordinates cancel out; more only cost time."""
BLOCK = 1024
"""Coordinates whose entries are drawn and remembered together."""
MOST_WORDS = 4096
"""Different words of a text that count, the first ones: so a text takes milliseconds at most."""
LONGEST_WORD = 32
"""A longer run of letters is of a script without spaces, so its pairs of letters count instead."""

_WORD = re.compile(r"\w+")
_SIGN = 1 << 15


def projected(name: str, numbers: tuple[float, ...], size: int) -> tuple[float, ...]:
    """Return a vector of the feature `name` as `size` numbers.

    Examples
    --------
    >>> projected("image", (1.0, 0.0, 2.0), 4) == projected("image", (1.0, 0.0, 2.0, 0.0), 4)
    True
    """
    sums = np.zeros(size)
    seed = _seed(name)
    for first in range(0, len(numbers), BLOCK):
        part = np.array(numbers[first : first + BLOCK])
        sums += _summed(_entries(seed, first // BLOCK)[: len(part)], part, size)
    return rounded(sums.tolist(), NONZEROS**0.5)


def projected_words(name: str, text: str, size: int) -> tuple[float, ...]:
    """Return the words of a text of the feature `name` as `size` numbers, of length about 1.

    Each different word counts once, in any case of its letters.

    Examples
    --------
    >>> projected_words("note", "A dog bites", 4) == projected_words("note", "bites a DOG!", 4)
    True
    """
    seed = _seed(name)
    cells = [_entries_of_word(seed, word) for word in _words(text)]
    if not cells:
        return (0.0,) * size
    entries = np.frombuffer(b"".join(cells), dtype="<u2").reshape(len(cells), NONZEROS)
    sums = _summed(entries, np.ones(len(cells)), size)
    return rounded(sums.tolist(), (NONZEROS * len(cells)) ** 0.5)


def rounded(numbers: Iterable[float], scale: float = 1.0) -> tuple[float, ...]:
    """Return numbers divided by `scale`, at 6 significant digits, which any model can live with.

    Examples
    --------
    >>> rounded([1.0, -0.0], 3.0)
    (0.333333, 0.0)
    """
    return tuple(float(f"{number / scale:.6g}") + 0.0 for number in numbers)


def _summed(
    entries: NDArray[np.uint16], values: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Add each value to its buckets with its signs, one after the other."""
    signs = np.where(entries & _SIGN, -1.0, 1.0)
    buckets = (entries & (_SIGN - 1)) % size
    weights = (signs * values[:, None]).ravel()
    return np.bincount(buckets.ravel(), weights, size).astype(np.float64, copy=False)


def _words(text: str) -> Iterator[str]:
    pieces = (piece for run in _WORD.findall(text.casefold()) for piece in _pieces(run))
    return islice(dict.fromkeys(pieces), MOST_WORDS)


def _pieces(run: str) -> list[str]:
    if len(run) <= LONGEST_WORD:
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=1024)
def _seed(name: str) -> bytes:
    return blake2b(name.encode(errors="surrogatepass"), digest_size=16, person=b"feature").digest()


@lru_cache(maxsize=256)
def _entries(seed: bytes, block: int) -> NDArray[np.uint16]:
    """Return the buckets and signs of a block of coordinates, shape (BLOCK, NONZEROS)."""
    at_once = 32 // NONZEROS
    first = block * BLOCK // at_once
    drawn = (
        blake2b(number.to_bytes(8, "big"), key=seed, person=b"coordinates").digest()
        for number in range(first, first + BLOCK // at_once)
    )
    return np.frombuffer(b"".join(drawn), dtype="<u2").reshape(BLOCK, NONZEROS)


@lru_cache(maxsize=65_536)
def _entries_of_word(seed: bytes, word: str) -> bytes:
    data = word.encode(errors="surrogatepass")
    return blake2b(data, key=seed, digest_size=2 * NONZEROS, person=b"word").digest()
