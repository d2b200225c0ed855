"""Columns of Arrow split into their different values."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from replay.tables.formats.piece import Piece
from replay.tables.values.faults import Faults
from replay.tables.values.numbers import CLOSE, categories, numbers

INTEGERS = {
    pa.int8(): [-128, 127, -128, 0],
    pa.uint8(): [255, 0, 255],
    pa.int64(): [-(2**63), -(2**63) + 5, -(2**63)],
    pa.uint64(): [2**64 - 1, 2**64 - CLOSE, 2**63],
    pa.int32(): [7, 7 + CLOSE, 7],
    pa.int16(): [3],
}


@pytest.mark.parametrize("kind", INTEGERS, ids=str)
def test_integers_are_split_into_the_same_names_as_their_texts(kind: pa.DataType) -> None:
    column = pa.array(INTEGERS[kind], kind)
    faults = Faults(Piece(0, "memory", "", "table"), 0, len(column))
    index, words = categories("action", column, faults)
    assert [words[int(at)].as_py() for at in index] == [str(value) for value in column.to_pylist()]
    assert len(words) == len(set(column.to_pylist()))


def test_integers_of_which_one_is_missing_keep_their_names() -> None:
    column = pa.array([3, None, 4])
    index, words = categories("action", column, Faults(Piece(0, "memory", "", "table"), 0, 3))
    assert index[1] == -1
    assert [words[int(at)].as_py() for at in index[[0, 2]]] == ["3", "4"]
    assert index.dtype == np.int64


def test_percentages_and_dollars_are_numbers_as_spreadsheets_write_them() -> None:
    texts = ["30%", " 7.5 % ", "-$2.50", "$3", "0.5", "TRUE", "$", "%", "5%%", "$$1", "1$", "3_0%"]
    faults = Faults(Piece(0, "memory", "", "table"), 0, len(texts))
    values = numbers("p", pa.array(texts), faults)
    assert values[:6].tolist() == [0.3, 0.075, -2.5, 3.0, 0.5, 1.0]
    assert faults.bad.tolist() == [False] * 6 + [True] * 6
