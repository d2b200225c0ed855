"""The command `labelers`: its table, its suspects, its JSON and its errors."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from bandit.errors import MissingInput
from replay.cli.verbs import labelers as command
from replay.labelers.labelers_report import labelers_report
from replay.labelers.show import print_labelers
from tests.replay.labelers.simulated_labels import crowd, one_labeler
from tests.replay.task_log.own_log_writer import (
    World,
    decision,
    reward,
    simulate,
    verdict,
    write_log,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.events import Decision, Reward, Verdict
    from replay.labelers.judged_label import JudgedLabel


def run(*arguments: object) -> Result:
    words = [str(word) for word in arguments]
    return CliRunner().invoke(command, words, env={"COLUMNS": "80"}, catch_exceptions=False)


def events_of(
    labels: list[JudgedLabel], *, shadowed: str = ""
) -> list[Decision | Reward | Verdict]:
    events: list[Decision | Reward | Verdict] = []
    for number, label in enumerate(labels, start=1):
        at, pmf = label.at, {"a": 1.0}
        events.append(decision(label.task, number, at, "a", pmf, 0.5, number - 1))
        written = reward(label.task, number, at, "a", pmf, right=True, basis="consensus")
        events.append(
            msgspec.structs.replace(
                written,
                classes=label.classes,
                labeler=label.labeler,
                answer=label.answer,
                target=dict(label.chances or {}),
                quality=label.agreement,
                usd=label.usd,
                shadowed=label.labeler == shadowed,
            )
        )
    last = labels[-1]
    given = verdict(World(), last.task, 0, last.at + 1, last.answer, 0.9, 0.15, audited=False)
    return [*events, given]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    spammers = {"it's me": lambda *_: 1, "lazy": lambda *_: int(rng.integers(4))}
    tasks = crowd(rng, 400, spammers, labels=3)
    events = [event for labels in tasks for event in events_of(labels, shadowed="lazy")]
    return write_log(tmp_path / "labels.db", events)


def test_tasks_without_labels_of_people_are_counted_in_a_note(tmp_path: Path) -> None:
    """40 tasks with labels and a verdict, 7 that only the machine labeler answered, 2 open ones."""
    events = simulate(World(), 40, 1)
    for number in range(9):
        begun = decision(f"n{number}", 1, 9e5 + number, "stop", {"stop": 1.0}, 0.9, 0)
        events.append(begun)
        if number < 7:
            at = begun.at
            events.append(verdict(World(), begun.task, 0, at, "yes", 0.9, 0.0, audited=False))
    log = write_log(tmp_path / "own.db", events)
    result = run(log)
    assert " labels of 40 tasks; " in result.output
    note = (
        "not counted: 7 tasks that were answered without people's labels, and 2 tasks that are"
        " still open"
    )
    assert f"Note: {note}." in " ".join(result.output.split())
    assert json.loads(run(log, "--json").output)["notes"] == [note]
    whole = write_log(tmp_path / "whole.db", simulate(World(), 40, 1))
    assert json.loads(run(whole, "--json").output)["notes"] == []


def test_a_person_of_several_projects_is_counted_once() -> None:
    rng = np.random.default_rng(1)
    labels = one_labeler(rng, 60, (0.5, 0.5), lambda _, truth: truth)
    labels = [replace(each, project=f"p{number % 3}") for number, each in enumerate(labels)]
    out = StringIO()
    print_labelers(labelers_report(labels, "log.db"), Console(file=out, width=80))
    assert out.getvalue().startswith("1 labeler, 60 labels of 60 tasks; 0 suspects.")
    assert "Pool crowd of project p2: 1 labeler" in out.getvalue()


def test_suspects_come_with_the_evidence_and_a_command_to_copy(log: Path) -> None:
    result = run(log)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "12 labelers, 1,200 labels of 400 tasks; 2 suspects."
    assert any(line.startswith("it's me (a): constant answers, ") for line in lines)
    assert f"  poolwise control {log} --project p --shadow 'it'\"'\"'s me' --why 'constant" in (
        result.output
    )
    lazy = next(i for i, line in enumerate(lines) if line.startswith("lazy (a): random answers"))
    assert "is shadowed already" in "".join(lines[lazy : lazy + 4])
    assert all(len(line) <= 80 for line in lines if not line.startswith("  poolwise control"))


def test_suspects_of_an_archive_come_with_a_command_that_names_no_folder(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    tasks = crowd(rng, 300, {"lazy": lambda *_: 1}, labels=3)
    labels = [label for of in tasks for label in of]
    buffer = StringIO()
    print_labelers(labelers_report(labels, str(tmp_path)), Console(file=buffer, width=80))
    assert "poolwise control LOG --project p --shadow lazy" in buffer.getvalue()


def test_json_has_everybody_with_intervals_and_evidence(log: Path) -> None:
    found = json.loads(run(log, "--json").output)
    rows = {row["labeler"]: row for row in found["labelers"]}
    assert (len(rows), found["tasks"], found["suspect_from"]) == (12, 400, 100.0)
    spammer, honest = rows["it's me"], rows["h3"]
    assert spammer["suspicion"]["kind"] == "constant"
    assert spammer["log10_evidence"] > 2.0
    assert spammer["p_value"] < 0.01
    assert honest["suspicion"] is None
    accuracy = honest["accuracy"]
    assert 0.45 < accuracy["low"] < accuracy["value"] < accuracy["high"] < 0.8
    price = honest["usd"] / honest["labels"] / honest["accuracy"]["value"]
    assert honest["usd_per_right"] == pytest.approx(price)
    assert rows["lazy"]["is_shadowed"]


def test_without_suspects_it_says_so(tmp_path: Path) -> None:
    path = write_log(tmp_path / "own.db", simulate(World(), 50, 1))
    assert "Nobody is suspect." in run(path).output


def test_an_unknown_project_or_a_log_without_labels_is_one_line(log: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no task of project 'q'"):
        run(log, "--project", "q")
    with pytest.raises(MissingInput, match=r"absent\.db: no such file"):
        run(tmp_path / "absent.db")
    with pytest.raises(MissingInput, match="archive that log first"):
        run("kafka://localhost:9092")
    stop = decision("t1", 1, 0.0, "stop", {"stop": 1.0}, 0.5, 0)
    with pytest.raises(MissingInput, match="no label has been rewarded yet"):
        run(write_log(tmp_path / "empty.db", [stop]))
    assert run(log, "--project", "p").exit_code == 0
