"""Tables: every format says the same, in batches, as often as asked."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bandit.errors import BadValue
from replay import evaluate
from replay.tables.formats.table import open_table


def frame(n: int = 3000, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, n)
    pmf = np.array([[0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.3, 0.4, 0.3]])
    action = (pmf[x].cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return pd.DataFrame(
        {
            "action": action,
            "reward": (rng.random(n) < 0.2 + 0.2 * action).astype(int),
            "propensity": pmf[x, action],
            "x": np.array(["red", "green", "blue"])[x],
            "size": rng.normal(size=n).round(3),
            "wanted": np.where(action == 1, 1.0, 0.0),
        }
    )


def saved(folder: Path, kind: str, data: pd.DataFrame) -> Any:
    path = folder / f"log.{kind}"
    if kind == "frame":
        return data
    if kind == "arrow":
        return pa.Table.from_pandas(data)
    if kind == "polars":
        return pl.from_pandas(data)
    if kind in ("csv", "csv.gz"):
        data.to_csv(path, index=False)
    elif kind == "tsv":
        data.to_csv(path, index=False, sep="\t")
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pandas(data), path, row_group_size=700)
    else:
        text = "".join(json.dumps(row) + "\n" for row in data.to_dict("records"))
        path.write_bytes(gzip.compress(text.encode()) if kind.endswith(".gz") else text.encode())
    return path


KINDS = ["csv", "csv.gz", "tsv", "parquet", "jsonl", "jsonl.gz", "frame", "arrow", "polars"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_same_answer(tmp_path: Path, kind: str) -> None:
    """Chunks differ between formats, so sums may differ in their last digits."""
    expected = evaluate(frame(), context=["x", "size"])
    answer = evaluate(saved(tmp_path, kind, frame()), context=["x", "size"])
    assert answer.rows == 3000
    for a, b in zip(answer.estimates, expected.estimates, strict=True):
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_can_be_read_twice(tmp_path: Path, kind: str) -> None:
    table = open_table(saved(tmp_path, kind, frame(50)))
    first, second = ([b.to_pydict() for b in table.batches(["x", "action"])] for _ in range(2))
    assert first == second
    assert sum(len(batch["x"]) for batch in first) == 50


def test_a_column_can_be_asked_for_twice(tmp_path: Path) -> None:
    path = saved(tmp_path, "csv", frame(50))
    assert evaluate(path, context=["x", "x"]).rows == 50


def test_true_and_false_are_rewards(tmp_path: Path) -> None:
    data = frame(300)
    data["reward"] = data["reward"].astype(bool)
    for kind in ("csv", "parquet", "jsonl"):
        answer = evaluate(saved(tmp_path, kind, data))
        assert answer.logging.value == pytest.approx(frame(300)["reward"].mean())


def test_estimates_find_what_the_target_would_earn() -> None:
    """Action 1 is rewarded .4 of the time; 30,000 rows, four standard errors are under .03."""
    answer = evaluate(frame(30_000), context=["x"], target="always:1")
    found = {e.estimator: e.value for e in answer.estimates}
    assert answer.estimates[-1].estimator == "DR"
    for name in ("IPS", "SNIPS", "Cressie-Read", "rejection", "DM", "SNDR", "DR"):
        assert found[name] == pytest.approx(0.4, abs=0.03)
    assert answer.verdict == "good"


def test_a_column_target_has_the_baseline_form_instead_of_dr() -> None:
    """`wanted` is the chance of `always:1`: the same weights, so the same IPS and SNIPS."""
    column = evaluate(frame(30_000), context=["x"], target="column:wanted")
    always = evaluate(frame(30_000), context=["x"], target="always:1")
    assert column.estimates[-1].estimator == "SN baseline"
    assert not {"DM", "DR"} & {e.estimator for e in column.estimates}
    assert column.estimates[0].value == always.estimates[0].value
    assert column.value == pytest.approx(0.4, abs=0.03)
    assert any("DM and DR can't be" in note for note in column.notes)


def test_logging_is_evaluated_by_what_was_logged() -> None:
    answer = evaluate(frame(), target="logging")
    for estimate in answer.estimates:
        assert estimate.value == pytest.approx(frame()["reward"].mean())
    assert answer.diagnostics.ess == pytest.approx(3000)


def test_dr_is_narrower_than_ips_where_contexts_explain_rewards() -> None:
    answer = evaluate(frame(10_000), context=["x"])
    width = {e.estimator: e.high - e.low for e in answer.estimates}
    assert width["DR"] < width["IPS"]


def peak_mb(path: Path) -> float:
    """Largest memory of a process of its own that evaluates `path`."""
    code = (
        "import sys; from bench.peers.peak_memory import peak_mb; from replay import evaluate;"
        " evaluate(sys.argv[1], context=['x', 'size']);"
        " print(peak_mb())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=Path(__file__).parents[4],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(run.stdout)


def test_memory_stays_flat_however_long_the_file_is(tmp_path: Path) -> None:
    """Five times 200,000 rows take less than 80 MB more; held whole they would take 200."""
    short, long = tmp_path / "short.csv", tmp_path / "long.csv"
    block = frame(200_000)
    block.to_csv(short, index=False)
    body = block.to_csv(index=False, header=False)
    with long.open("w") as file:
        file.write(short.read_text())
        for _ in range(4):
            file.write(body)
    assert peak_mb(long) - peak_mb(short) < 80


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl"])
def test_what_windows_writes_is_read(tmp_path: Path, name: str) -> None:
    """A mark before the text, two characters to end a line, and empty lines."""
    lines = {
        "log.csv": ["action,reward", "a,1", "", "b,0", ""],
        "log.jsonl": ['{"action":"a","reward":1}', "", '{"action":"b","reward":0}', ""],
    }[name]
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    found = [batch.to_pydict() for batch in open_table(tmp_path / name).batches(["action"])]
    assert found == [{"action": ["a", "b"]}]


def test_a_column_of_too_many_values_is_no_slice_and_costs_no_memory() -> None:
    """It is refused at the first rows, not after all of them have a slice each."""
    data = frame(30_000).assign(id=range(30_000))
    with pytest.raises(BadValue, match="--by id: it has over 200 values"):
        evaluate(data, by=["id"])
