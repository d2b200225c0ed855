"""The report on labelers of a table: the figures of `weigh`, true answers, suspects, errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import replay
from bandit.errors import BadValue, MissingInput
from replay.cli.verbs import labelers as command

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HEAD = ("task", "labeler", "label", "pool", "at", "price", "gold")


def run(*arguments: object) -> str:
    words = [str(word) for word in arguments]
    result = CliRunner().invoke(command, words, env={"COLUMNS": "80"}, catch_exceptions=False)
    return result.output


def report(*arguments: object) -> dict[str, Any]:
    found = json.loads(run(*arguments, "--json"))
    assert isinstance(found, dict)
    return found


def made(seed: int, *, tasks: int = 150, lazy: bool = False, gold: float = 0.0) -> pd.DataFrame:
    """Three labels a task by six people, right in 70 to 95 %; `lazy` says x to everything."""
    rng = np.random.default_rng(seed)
    skill, rows = rng.uniform(0.7, 0.95, 6), []
    for task in range(tasks):
        truth = int(rng.integers(3))
        known = "xyz"[truth] if rng.random() < gold else ""
        for number, who in enumerate(rng.choice(6, 3, replace=False)):
            wrong = (truth + 1 + int(rng.integers(2))) % 3
            answer = truth if rng.random() < skill[who] else wrong
            answer = 0 if lazy and who == 0 else answer
            at = f"2026-01-{1 + task // 10:02d}T09:{number:02d}:00"
            rows.append((f"t{task}", f"w{who}", "xyz"[answer], "crowd", at, 0.05, known))
    return pd.DataFrame(rows, columns=HEAD)


def written(table: pd.DataFrame, place: Path, left_out: Iterable[str] = ()) -> Path:
    table.drop(columns=[*left_out]).to_csv(place, index=False)
    return place


def test_without_true_answers_labelers_are_right_as_often_as_weigh_says(tmp_path: Path) -> None:
    table = made(1)
    found = report(written(table, tmp_path / "labels.csv", ["gold"]))
    expected = replay.weigh(table.drop(columns=["gold", "price"])).labelers
    for row in found["labelers"]:
        assert row["accuracy"]["value"] == pytest.approx(expected.right[row["labeler"]])
        assert row["usd_per_right"] == pytest.approx(0.05 / row["accuracy"]["value"])
        assert row["drift"] is not None


def test_with_true_answers_of_all_tasks_it_is_the_share_of_right_labels(tmp_path: Path) -> None:
    table = made(2, gold=1.0)
    found = report(written(table, tmp_path / "labels.csv"))
    right = (table.label == table.gold).groupby(table.labeler)
    for row in found["labelers"]:
        name = row["labeler"]
        assert row["accuracy"]["value"] == pytest.approx(right.mean()[name])
        assert (row["gold_right"], row["gold_labels"]) == (right.sum()[name], right.size()[name])


def test_what_a_table_does_not_have_is_not_shown(tmp_path: Path) -> None:
    file = written(made(3), tmp_path / "labels.csv", ["at", "price", "pool", "gold"])
    found = report(file)
    assert {row["pool"] for row in found["labelers"]} == {"all"}
    assert all(row["drift"] is None is row["usd_per_right"] for row in found["labelers"])
    assert any("told by the order of rows" in note for note in found["notes"])
    assert "Nobody is suspect." in run(file)


def test_a_suspect_of_a_table_comes_without_a_command_for_a_log(tmp_path: Path) -> None:
    output = run(written(made(4, lazy=True), tmp_path / "labels.csv"))
    assert "6 labelers, 450 labels of 150 tasks; 1 suspect." in output
    assert "w0 (crowd): constant answers, " in output
    assert "control" not in output
    assert "hadow" not in output


def test_honest_labelers_of_tables_are_no_suspects(tmp_path: Path) -> None:
    """Of 60 honest labelers none: at 1 in 100 each, more than 3 had a chance of 0.3 %."""
    suspects = 0
    for seed in range(10):
        file = written(made(seed, tasks=100), tmp_path / f"{seed}.csv", ["gold"])
        suspects += sum(row["suspicion"] is not None for row in report(file)["labelers"])
    assert suspects <= 3


@pytest.mark.parametrize(
    ("name", "text", "args", "says"),
    [
        ("l.csv", "task,labeler,label\nt,a,x\nu,b,y\n", (), "nothing to compare labelers by"),
        ("l.csv", "task,labeler,label\nt,a,x\nt,b,x\n", (), "every label is 'x'"),
        ("l.csv", "task,labeler,label\nt,a,x\n", ("--project", "p"), "is a table, which has no"),
        ("l.db", "SQLite", ("--label", "x"), "--label x: names a column of a table, and "),
        ("l.db", "SQLite", ("--truth", "x"), "--truth x: names a column of a table, and "),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    tmp_path: Path, name: str, text: str, args: tuple[str, ...], says: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises((BadValue, MissingInput)) as error:
        run(file, *args)
    assert says in str(error.value)


def test_one_label_a_task_is_enough_where_there_are_true_answers(tmp_path: Path) -> None:
    table = made(5, gold=1.0).drop_duplicates("task")
    found = report(written(table, tmp_path / "labels.csv"))
    assert sum(row["gold_labels"] for row in found["labelers"]) == 150
