"""The evaluator's speed and memory, as ratios against peers in the same run.

    python bench/evaluate.py [--obp PYTHON] [--rows 100000000] [--folder FOLDER] [--parts 1234]

1  1,000,000 rows × 5 actions, all estimators with intervals, from a Parquet file to the answer (no
   imports on either side): ours against obp's seven with 100 bootstrap rounds (PYTHON is one that
   obp is installed for, bench/peers/README.md); largest memory of the whole process
2  IPS and SNIPS alone in a job for each core, against DuckDB's SQL for the same sums over the same
   file, and for the two values alone: of a hundredth, a tenth and all of ROWS rows
3  ROWS rows of Parquet: largest memory resident, and time a row against a tenth of the rows
4  two jobs against one

Files are made in FOLDER and kept for another run. Prints `ratio NAME VALUE` lines.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
ACTIONS = 5
AT_ONCE = 500_000
RUNS = 3
"""Of which the fastest counts, against DuckDB: for both."""

OURS = """
import json, resource, sys, time
from bench.peers.peak_memory import peak_mb
from replay import evaluate
started, spent = time.perf_counter(), time.process_time()
answer = evaluate(sys.argv[1], **json.loads(sys.argv[2]))
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "processor_seconds": time.process_time() - spent,
    "peak_mb": max(  # of children, who begin with no more than the peak of this process
        peak_mb(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    ),
    "value": answer.value,
}))
"""


def policy(x: Any, lean: Any) -> Any:
    powers = np.exp(x * lean)
    return powers / powers.sum(axis=1, keepdims=True)


def make(path: Path, rows: int, *, wide: bool) -> Path:
    """Write a log; `wide` has the target's chance of every action, and a model's q̂ of each."""
    if path.exists():
        return path
    rng, writer = np.random.default_rng(1), None
    for start in range(0, rows, AT_ONCE):
        n = min(AT_ONCE, rows - start)
        x = rng.normal(size=(n, 1))
        logging = 0.02 + 0.9 * policy(x, np.linspace(-1, 1, ACTIONS))
        target = policy(x, np.linspace(1.5, -1, ACTIONS))
        action = (logging.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
        at = np.arange(n)
        columns = {
            "action": action,
            "reward": (rng.random(n) < 0.1 + 0.1 * action).astype(float),
            "propensity": logging[at, action],
            "chance": target[at, action],
        }
        if wide:
            columns |= {f"t_{a}": target[:, a] for a in range(ACTIONS)}
            columns |= {f"q_{a}": np.full(n, 0.1 + 0.1 * a) for a in range(ACTIONS)}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return path


def ours(path: Path, **options: Any) -> dict[str, float]:
    """Evaluate in a process of its own."""
    command = [sys.executable, "-c", OURS, str(path), json.dumps(options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    print(f"  poolwise {options}: {found}")
    return found


def best(runs: int, path: Path, **options: Any) -> dict[str, float]:
    return min((ours(path, **options) for _ in range(runs)), key=lambda one: one["seconds"])


def against_obp(folder: Path, python: str) -> None:
    path = make(folder / "wide.parquet", 1_000_000, wide=True)
    script = ROOT / "bench" / "peers" / "obp_speed.py"
    done = subprocess.run([python, script, path], capture_output=True, text=True, check=True)
    peer = json.loads(done.stdout)
    print(f"  obp: {peer}")
    found = best(3, path, target="columns:t_")
    seconds = sum(peer["seconds"].values())
    print(f"ratio obp_to_ours_seconds {seconds / found['seconds']:.1f}")
    processor = sum(peer["processor_seconds"].values()) / found["processor_seconds"]
    print(f"ratio obp_to_ours_processor {processor:.1f}")
    print(f"ratio ours_to_obp_memory {found['peak_mb'] / peer['peak_mb']:.2f}")


SAME = """count(*), sum(w), sum(w*w), sum(w*r), sum(w*w*r), sum(w*w*r*r), sum(w*w*w*w),
    sum(w*w*w*w*r), sum(w*w*w*w*r*r), sum(w*w*w*w*r*r*r), sum(w*w*w*w*r*r*r*r), sum(w*r*r),
    sum(w*r*w*r*w*r), sum(r), sum(r*r), sum(r*r*r), sum(r*r*r*r), max(w), max(w*r), min(r), max(r),
    min(p), max(p), min(c), max(c)"""
"""What the two values, their intervals, and the checks of every value are made from."""

VALUES = "sum(w*r) / count(*), sum(w*r) / sum(w)"


def against_duckdb(folder: Path, rows: int) -> None:
    for name, part in (("hundredth", 100), ("tenth", 10), ("whole", 1)):
        many = rows // part
        path = make(folder / f"{name}.parquet", many, wide=False)
        options: dict[str, Any] = {"target": "column:chance", "estimators": ["IPS", "SNIPS"]}
        found = best(RUNS, path, **options, jobs=len(os.sched_getaffinity(0)))
        for sums, select in (("same_sums", SAME), ("two_values", VALUES)):
            seconds, processor = duckdb_seconds(path, select)
            print(f"  duckdb, {sums}: {seconds:.3f} s, {processor:.3f} s of the processor")
            to = f"ours_to_duckdb_{sums}_of_{many}_rows"
            print(f"ratio {to} {found['seconds'] / seconds:.1f}")
            print(f"ratio {to}_processor {found['processor_seconds'] / processor:.1f}")


def duckdb_seconds(path: Path, select: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor, of the fastest run after one to warm up."""
    sql = f"""select {select} from (select chance / propensity as w, reward as r,
        propensity as p, chance as c from '{path}')"""
    duckdb.execute(sql).fetchall()
    runs = []
    for _ in range(RUNS):
        started, spent = time.perf_counter(), time.process_time()
        duckdb.execute(sql).fetchall()
        runs.append((time.perf_counter() - started, time.process_time() - spent))
    return min(runs)


def large(folder: Path, rows: int) -> None:
    tenth = make(folder / "tenth.parquet", rows // 10, wide=False)
    whole = make(folder / "whole.parquet", rows, wide=False)
    small = ours(tenth, target="column:chance")
    big = ours(whole, target="column:chance")
    print(f"ratio time_a_row_of_whole_to_tenth {big['seconds'] / small['seconds'] / 10:.2f}")
    print(f"peak_mb {big['peak_mb']:.0f} of {rows:,} rows")


def in_two_jobs(folder: Path, rows: int) -> None:
    path = make(folder / "whole.parquet", rows, wide=False)
    one = ours(path, target="column:chance")
    two = ours(path, target="column:chance", jobs=2)
    assert one["value"] == two["value"]
    print(f"ratio one_job_to_two {one['seconds'] / two['seconds']:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obp", default="", metavar="PYTHON")
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--folder", default=str(Path(tempfile.gettempdir()) / "poolwise-bench"))
    parser.add_argument("--parts", default="1234")
    asked = parser.parse_args()
    folder = Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    if "1" in asked.parts:
        if asked.obp:
            against_obp(folder, asked.obp)
        else:
            print("part 1 needs --obp PYTHON")
    if "2" in asked.parts:
        against_duckdb(folder, asked.rows)
    if "3" in asked.parts:
        large(folder, asked.rows)
    if "4" in asked.parts:
        in_two_jobs(folder, asked.rows)


if __name__ == "__main__":
    main()
