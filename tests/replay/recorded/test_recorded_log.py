"""`poolwise simulate --recorded DIR --log FILE`: a log of recorded labels, to read afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import replay
from poolwise import main

if TYPE_CHECKING:
    from pathlib import Path

TASKS, LABELERS = 30, 4


def label_of(task: int, who: int) -> str:
    """Return the recorded label: right in three of four, no two labelers alike."""
    return "xyz"[(task + (task % LABELERS == who)) % 3]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    lines = [
        f"t{task},w{who},{label_of(task, who)},{'ab'[who % 2]}"
        for task in range(TASKS)
        for who in range(LABELERS)
    ]
    folder = tmp_path / "recorded"
    folder.mkdir()
    (folder / "labels.csv").write_text("\n".join(["task,labeler,label,pool", *lines]))
    truth = [f"t{task},{'xyz'[task % 3]}" for task in range(TASKS)]
    (folder / "truth.csv").write_text("\n".join(["task,truth", *truth]))
    return folder


def test_its_figures_are_those_of_the_log_that_it_leaves(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "run.db"
    assert main(["simulate", "--recorded", str(recorded), "--log", str(log), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tasks"] == TASKS
    assert main(["labelers", str(log), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["labelers"]
    assert sum(row["labels"] for row in rows) == found["labels"] > TASKS
    assert sum(row["usd"] for row in rows) == pytest.approx(found["usd"])
    assert {row["labeler"] for row in rows} <= {f"w{who}" for who in range(LABELERS)}
    assert replay.evaluate(log, target="greedy").rows == TASKS


def test_what_the_worker_refuses_is_one_line(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = recorded / "labels.csv"
    labels.write_text(labels.read_text().replace("w1,", f"{'w' * 2000},"))
    assert main(["simulate", "--recorded", str(recorded), "--log", str(tmp_path / "run.db")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "labeler" in line
    assert "such refusal" in line
