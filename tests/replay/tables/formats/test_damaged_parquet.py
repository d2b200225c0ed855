"""Parquet whose bytes changed on the way: found by checksums where the file has them."""

from __future__ import annotations

import io
import math
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bandit.errors import BadValue, InputError
from replay import evaluate

if TYPE_CHECKING:
    from pathlib import Path

N = 2_000


def content(compression: str, *, checksum: bool) -> bytes:
    rng = np.random.default_rng(1)
    log = {"action": ["a", "b"] * (N // 2), "reward": rng.normal(size=N), "propensity": [0.5] * N}
    file = io.BytesIO()
    pq.write_table(
        pa.table(log),
        file,
        compression=compression,
        use_dictionary=["action", "propensity"],
        write_page_checksum=checksum,
    )
    return file.getvalue()


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_a_changed_byte_of_a_page_with_a_checksum_is_an_error(
    tmp_path: Path, compression: str
) -> None:
    """Nine bytes spread over the rewards, whose pages take most of the file."""
    whole = content(compression, checksum=True)
    path = tmp_path / "log.parquet"
    path.write_bytes(whole)
    assert evaluate(path).rows == N
    for part in range(1, 10):
        changed = bytearray(whole)
        changed[1_500 + part * 1_300] ^= 1
        path.write_bytes(changed)
        with pytest.raises(InputError, match=r"can't be read: .*CRC") as error:
            evaluate(path)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("checksum", [False, True])
def test_a_truncated_file_is_one_line(tmp_path: Path, checksum: bool) -> None:
    whole = content("snappy", checksum=checksum)
    for size in (3, 9, 200, len(whole) // 2, len(whole) - 1):
        (tmp_path / "log.parquet").write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"log\.parquet: can't be read: ") as error:
            evaluate(tmp_path / "log.parquet")
        assert len(str(error.value).splitlines()) == 1


def test_a_value_beyond_the_files_own_statistics_is_an_error_without_checksums(
    tmp_path: Path,
) -> None:
    """Of a changed value within them nothing can be known: the file has nothing to compare with."""
    whole = content("none", checksum=False)
    before = struct.pack("<d", np.random.default_rng(1).normal(size=N)[N // 2])
    assert whole.count(before) == 1
    (tmp_path / "log.parquet").write_bytes(whole.replace(before, struct.pack("<d", 1e20)))
    with pytest.raises(BadValue, match=r"reward has the value 1e\+20, and its statistics say -3"):
        evaluate(tmp_path / "log.parquet")


@pytest.mark.parametrize("statistics", [False, True])
@pytest.mark.parametrize("kind", ["float32", "float64", "int8", "uint64", "float16"])
def test_what_a_file_says_of_its_values_is_no_error_where_it_is_right(
    tmp_path: Path, kind: str, statistics: bool
) -> None:
    """Missing values, NaN and several row groups included."""
    rewards: list[float | None] = [1, 0, None, 1, 1, 0, 1, 0] * 50
    if kind.startswith("float"):
        rewards[8] = math.nan
    log = {"action": ["a", "b"] * 200, "propensity": [0.5] * 400}
    table = pa.table(log | {"reward": pa.array(rewards, getattr(pa, kind)())})
    path = tmp_path / "log.parquet"
    pq.write_table(table, path, row_group_size=64, write_statistics=statistics)
    assert evaluate(path).rows == 350 - kind.startswith("float")


@pytest.mark.parametrize("column", ["action", "kind"])
def test_a_code_beyond_its_dictionary_is_one_line(tmp_path: Path, column: str) -> None:
    """Zeroes over a dictionary's three words leave one empty word; codes 1 and 2 point beyond it.

    Unchecked, an action raised `IndexError` and a context column `ArrowIndexError`.
    """
    words = {"action": ["a", "b", "c"], "kind": ["x", "y", "z"]}
    log: dict[str, Any] = {name: each * 100 for name, each in words.items()}
    log |= {"reward": [1.0, 0.0] * 150, "propensity": [1 / 3] * 300}
    file = io.BytesIO()
    pq.write_table(pa.table(log), file, compression="none", use_dictionary=[*words])
    whole = file.getvalue()
    page = b"".join(b"\1\0\0\0" + word.encode() for word in words[column])
    assert whole.count(page) == 1
    path = tmp_path / "log.parquet"
    path.write_bytes(whole.replace(page, bytes(len(page))))
    with pytest.raises(InputError, match=r"log\.parquet: can't be read: Dictionary ind") as error:
        evaluate(path, context="kind")
    assert len(str(error.value).splitlines()) == 1
