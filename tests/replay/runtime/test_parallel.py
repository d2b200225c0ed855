"""Threads, processes and one job alone read the same pieces, and give the same last bit."""

from __future__ import annotations

from resource import RUSAGE_CHILDREN, getrusage
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from replay import evaluate
from replay.tables.formats import table as tables
from replay.tables.formats.table import open_table

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rng = np.random.default_rng(11)
    n, actions = 30_000, 3
    chance = np.exp(rng.normal(size=(n, actions)))
    chance /= chance.sum(axis=1, keepdims=True)
    action = rng.integers(0, actions, n)
    wanted = {f"t_{at}": chance[:, at] for at in range(actions)}
    frame = pd.DataFrame(
        {
            "action": action,
            "reward": rng.gamma(1.0, 1.0 + action),
            "propensity": 1 / actions,
            "x": rng.normal(size=n),
            **wanted,
        }
    )
    for at, part in enumerate(np.array_split(np.arange(n), 3)):
        frame.iloc[part].to_parquet(tmp_path / f"{at}.parquet", index=False)
    return tmp_path


def ask(log: Path, jobs: int) -> dict[str, Any]:
    answer: Evaluation = evaluate(log, target="columns:t_", context=["x"], jobs=jobs)
    return {name: getattr(answer, name) for name in ("estimates", "diagnostics", "overlap")}


def processes_time() -> float:
    spent = getrusage(RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def test_a_short_log_is_read_by_threads_to_the_same_last_bit(log: Path) -> None:
    before = processes_time()
    assert ask(log, 2) == ask(log, 1)
    assert processes_time() == before


def test_a_long_log_is_read_by_processes_to_the_same_last_bit(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = processes_time()
    alone = ask(log, 1)
    monkeypatch.setattr(tables, "WORTH_PROCESSES", 1)
    assert ask(log, 2) == alone
    assert processes_time() > before


def test_text_is_read_by_processes_of_any_length(log: Path, tmp_path: Path) -> None:
    assert open_table(log).suits_threads()
    pd.read_parquet(log / "0.parquet").to_csv(tmp_path / "log.csv", index=False)
    assert not open_table(tmp_path / "log.csv").suits_threads(short=True)
