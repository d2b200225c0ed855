"""A live test from end to end: simulated on a log, worked on again, archived, evaluated."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from poolwise import main
from replay.log_files.histories import OwnLog

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.events import Decision

TASKS = 150
TEST = """
[experiment]
name = "first"
[experiment.arms.control]
share = 0.5
[experiment.arms.bold]
share = 0.3
rate = 5.0
[experiment.arms.holdout]
share = 0.2
fixed = { pool = "crowd", labels = 2 }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration, and the log of a simulated test."""
    path = tmp_path_factory.mktemp("test")
    (path / "ab.toml").write_text(TEST)
    args = ["--market", "demo", "--tasks", str(TASKS), "--seed", "1", "--json"]
    config = ["--config", str(path / "ab.toml"), "--log", str(path / "run.db")]
    assert main(["simulate", *args, *config]) == 0
    return path


def decisions_of(path: Path) -> list[Decision]:
    with OwnLog(path) as log:
        return [one for history in log.histories() for one in history.decisions]


def test_a_simulated_test_leaves_a_log_to_read(folder: Path) -> None:
    decisions = decisions_of(folder / "run.db")
    arms = Counter({one.task: one.arm for one in decisions}.values())
    assert set(arms) == {"control", "bold", "holdout"}
    assert sum(arms.values()) == TASKS
    assert {one.experiment for one in decisions} == {"first"}
    brains = {(one.arm, one.brain) for one in decisions[len(decisions) // 2 :]}
    assert brains == {("control", "shared"), ("bold", "own"), ("holdout", "own")}


def test_an_archive_keeps_what_the_log_says(folder: Path) -> None:
    archive = folder / "archive"
    assert main(["archive", str(folder / "run.db"), str(archive), "--until-idle"]) == 0
    assert decisions_of(archive) == decisions_of(folder / "run.db")


def test_the_log_of_a_test_can_be_evaluated(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["evaluate", str(folder / "run.db"), "--target", "uniform", "--json"]) in {0, 3}
    assert json.loads(capsys.readouterr().out)


def test_a_worker_says_at_its_start_whose_brain_each_arm_has(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(folder / "ab.toml")]
    assert main(["work", str(folder / "run.db"), "--until-idle", *config]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "experiment first by task: arms control 50 % (shared brain), bold 30 % (own brain),"
        " holdout 20 % (own brain)"
    )


def test_a_shadow_leaves_out_what_arms_have_learned_for_themselves(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = [one for one in decisions_of(folder / "run.db") if one.why != "audit"]
    own = [one for one in decisions if one.brain == "own"]
    capsys.readouterr()
    args = ["--shadow", "--until-idle", "--json", "--config", str(folder / "ab.toml")]
    assert main(["work", str(folder / "run.db"), *args]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert len(own) > 30
    assert figures["left_out"]["arms with own brains"] == len(own)
    assert figures["compared"] > 100
    assert figures["same"] > 0.9
    assert figures["same_model"] > 0.9


MISTAKES = {
    "unknown pool": ('"crowd"', '"crwd"', "'crwd': no pool of labelers has this name; did you"),
    "experts": ('"crowd"', '"experts"', "'experts': no pool of labelers has this name; known: "),
    "shares": ("0.3", "0.4", "(sum 1.1): must be 1 in all"),
    "unknown setting": ("rate", "rte", "experiment.arms.bold.rte is unknown; did you mean 'rate'?"),
    "unknown unit": ("[exp", "x = 1\n[exp", "x is unknown"),
    "one arm": (TEST[TEST.index("[experiment.arms.bold]") :], "", "number of experiment.arms = 1"),
}


@pytest.mark.parametrize("verb", ["simulate", "work"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str, mistake: str
) -> None:
    before, after, message = MISTAKES[mistake]
    bad = tmp_path / "bad.toml"
    bad.write_text(TEST.replace(before, after, 1))
    simulated = ["--market", "demo", "--tasks", "5"]
    args = simulated if verb == "simulate" else [str(folder / "run.db"), "--until-idle"]
    assert main([verb, *args, "--config", str(bad)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_log_that_exists_is_not_written_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "run.db").read_bytes()
    assert main(["simulate", "--tasks", "5", "--log", str(folder / "run.db")]) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("exists already; name a new file, or delete this one")
    assert (folder / "run.db").read_bytes() == before
