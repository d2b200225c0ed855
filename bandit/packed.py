"""Arrays as bytes, and large ones as few bytes: for what is saved of 100,000 labelers.

All are little-endian, so that a snapshot is the same on every machine. In what is packed, bytes of
one significance are put together. Those of small integers, signs and exponents repeat, so zlib
shortens them; the low bits of numbers are noise, on which it would waste time.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from bandit.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FAST = 1
"""zlib's quickest level; the others take thrice the time for some percents."""
SAMPLE = 65_536
"""Bytes that show whether zlib shortens the rest."""
WORTH = 0.75
"""Longest that they may become, as a share, to be worth the time of reading them."""


def packed(array: NDArray[Any]) -> list[bytes]:
    """Return the numbers of an array as bytes, by significance.

    Examples
    --------
    >>> numbers = np.arange(1000)
    >>> sum(map(len, packed(numbers))) < numbers.nbytes / 4
    True
    >>> unpacked(packed(numbers), np.int64, 1000).tolist() == numbers.tolist()
    True
    """
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    planes = little.reshape(-1).view(np.uint8).reshape(array.size, array.itemsize)
    return [_shorter(np.ascontiguousarray(plane).tobytes()) for plane in planes.T]


def unpacked(planes: Sequence[bytes], kind: type[Any], *shape: int) -> NDArray[Any]:
    """Return the array of a type and a shape whose numbers were `packed`.

    Raises
    ------
    StateError
        If it was an array of another type or size.
    """
    dtype = np.dtype(kind)
    count = int(np.prod(shape))
    if len(planes) != dtype.itemsize:
        raise StateError(f"saved array: {len(planes)} bytes a number, not {dtype.itemsize}")
    numbers = np.empty((count, dtype.itemsize), np.uint8)
    for i, plane in enumerate(planes):
        whole = plane if len(plane) == count else decompressed(plane)
        if len(whole) != count:
            raise StateError(f"saved array: {len(whole)} numbers, where {count} should be")
        numbers[:, i] = np.frombuffer(whole, np.uint8)
    array = numbers.reshape(-1).view(dtype.newbyteorder("<")).astype(dtype, copy=False)
    return array.reshape(shape)


def to_bytes(array: NDArray[Any]) -> bytes:
    """Return the numbers of an array as bytes, as they are.

    Examples
    --------
    >>> from_bytes(to_bytes(np.arange(4.0)), np.float64, 2, 2).tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def from_bytes(data: bytes, kind: type[Any], *shape: int) -> NDArray[Any]:
    """Return the array of a type and a shape that `data` holds, as a copy that may be changed.

    Raises
    ------
    StateError
        If it holds another number of bytes.
    """
    dtype = np.dtype(kind)
    wanted = int(np.prod(shape)) * dtype.itemsize
    if len(data) != wanted:
        raise StateError(f"saved array: {len(data)} bytes, where {wanted} should be")
    return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype).reshape(shape)


def compressed(data: bytes) -> bytes:
    """Return fewer bytes, which `decompressed` makes `data` of again."""
    return zlib.compress(data, FAST)


def decompressed(data: bytes) -> bytes:
    """Return what was `compressed`.

    Raises
    ------
    StateError
        If it was not.
    """
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise StateError(f"saved bytes: can't be read: {error}") from error


def _shorter(plane: bytes) -> bytes:
    """Return a plane compressed if that is worth it; it is shorter than the plane then."""
    sample = plane[:SAMPLE]
    if len(compressed(sample)) > WORTH * len(sample):
        return plane
    short = compressed(plane)
    return short if len(short) < len(plane) else plane
