"""What is saved of a brain is short, is read back to the last bit, or is refused in one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bandit.errors import StateError
from bandit.learn.brain import Brain
from bandit.packed import compressed, decompressed, packed, unpacked
from bandit.settings import MemorySettings, Settings
from bench.snapshots import full

KINDS = (np.float32, np.float64, np.int64, np.uint8)
ANY = st.sampled_from(KINDS).flatmap(
    lambda kind: arrays.arrays(kind, arrays.array_shapes(max_dims=3, min_side=0, max_side=9))
)


@given(ANY)
def test_an_array_is_read_back_to_the_last_bit(array: np.ndarray[Any, Any]) -> None:
    kind = array.dtype.type
    found = unpacked(packed(array), kind, *array.shape)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()
    assert found.flags.writeable


@pytest.mark.parametrize("array", [np.arange(5_000), np.random.default_rng(1).random(5_000)])
def test_whether_compressed_or_not_it_is_never_longer(array: np.ndarray[Any, Any]) -> None:
    planes = packed(array)
    assert sum(map(len, planes)) <= array.nbytes
    assert unpacked(planes, array.dtype.type, 5_000).tolist() == array.tolist()


@pytest.mark.parametrize(
    ("kind", "shape"), [(np.float32, (1000,)), (np.int64, (999,)), (np.int64, (10, 101))]
)
def test_an_array_of_another_type_or_size_is_refused(kind: type, shape: tuple[int, ...]) -> None:
    with pytest.raises(StateError, match="saved array: "):
        unpacked(packed(np.arange(1000)), kind, *shape)


@given(st.binary(max_size=50))
def test_bytes_that_are_not_compressed_are_refused(data: bytes) -> None:
    assert decompressed(compressed(data)) == data
    with pytest.raises(StateError, match="saved bytes: can't be read"):
        decompressed(compressed(data)[:-1])


@pytest.mark.slow
def test_100_000_labelers_with_five_classes_take_25_megabytes() -> None:
    """By the difference of two brains; a labeler of twelve labels has 50 counts of four bytes."""
    few, many = (full(count, 5) for count in (1_000, 11_000))
    data = many.to_bytes()
    each = (len(data) - len(few.to_bytes())) / 10_000
    assert len(few.to_bytes()) + 99_000 * each < 25e6
    settings = Settings(memory=MemorySettings(max_labelers=10**9))
    assert Brain.from_bytes(settings, data).to_bytes() == data
