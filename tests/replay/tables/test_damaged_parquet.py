"""Parquet whose bytes changed on the way: found by checksums where the file has them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bandit.errors import InputError
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
