"""Tables in folders called `action=.../`: columns that stand in the names of folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from bandit.errors import UnknownColumn
from bench.attacks.order import ratings
from replay import evaluate

if TYPE_CHECKING:
    from pathlib import Path

ASKED: dict[str, Any] = {
    "action": "action",
    "reward": "reward",
    "propensity": "p",
    "target": "uniform",
}


def log() -> pa.Table:
    return pa.table(ratings(0.5, np.random.default_rng(1), 900))


def test_folders_of_actions_have_the_answer_of_one_file(tmp_path: Path) -> None:
    whole = evaluate(log(), **ASKED)
    pq.write_to_dataset(log(), tmp_path / "log", partition_cols=["action"])
    found = evaluate(tmp_path / "log", **ASKED)
    assert found.value == pytest.approx(whole.value, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((whole.low, whole.high), rel=1e-9)
    assert found.verdict == whole.verdict


def test_a_glob_and_csv_know_their_folders_too(tmp_path: Path) -> None:
    rows = log()
    for action in ("0", "1", "2"):
        folder = tmp_path / f"action={action}"
        folder.mkdir()
        part = rows.filter(pc.equal(rows["action"], action)).drop_columns(["action"])
        pacsv.write_csv(part, folder / "part.csv")
    found = evaluate(tmp_path / "*" / "*.csv", **ASKED)
    assert found.value == pytest.approx(evaluate(rows, **ASKED).value, rel=1e-9)


def test_a_column_of_the_file_goes_before_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "action=9"
    folder.mkdir()
    pq.write_table(log(), folder / "part.parquet")
    assert evaluate(folder, **ASKED).value == evaluate(log(), **ASKED).value


def test_rows_without_a_value_are_left_out_and_names_are_unquoted(tmp_path: Path) -> None:
    for name in ("action=a%20b", "action=c", "action=__HIVE_DEFAULT_PARTITION__"):
        folder = tmp_path / name
        folder.mkdir()
        pq.write_table(pa.table({"reward": [0, 1] * 100, "p": [0.5] * 200}), folder / "0.parquet")
    found = evaluate(tmp_path, **{**ASKED, "target": "always:a b"})
    assert found.unusable.rows == 200
    assert found.rows == 400


def test_a_folder_that_says_nothing_of_a_column_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "day=1"
    folder.mkdir()
    pq.write_table(pa.table({"reward": [0, 1], "p": [0.5, 0.5]}), folder / "0.parquet")
    with pytest.raises(UnknownColumn, match="no column 'action'"):
        evaluate(tmp_path, **ASKED)
