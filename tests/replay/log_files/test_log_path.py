"""What isn't a log is refused in the same words by every command that reads one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from poolwise import main

if TYPE_CHECKING:
    from pathlib import Path

VERBS = (
    "report", "labelers", "features", "forecast", "experiment read", "experiment plan", "evaluate",
    "tune",
)  # fmt: skip
TABLES = ("evaluate", "tune")
"""Verbs that read tables of decisions: what has a table's name is one for them."""

NO_LOG = (
    "not a poolwise log, or damaged: a log is the file of a worker, or a folder of poolwise"
    " archive. Tables are read by poolwise evaluate (decisions), savings and labelers (labels) and"
    " forecast --table (timestamps)"
)
CSV = "task,labeler,label\nt1,ann,x\nt1,bob,y\n"


def said(capfd: pytest.CaptureFixture[str], verb: str, log: str) -> str:
    options = ["--target", "uniform"] if verb == "evaluate" else []
    code = main([*shlex.split(verb), log, *options])
    out, err = capfd.readouterr()
    assert (code, out) == (1, "")
    return err


@pytest.fixture(autouse=True)
def _in_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["labels.csv", "labels.db", "labels.jsonl"])
def test_a_table_is_no_log(
    verb: str, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(CSV)
    if verb in TABLES and not name.endswith(".db"):
        assert "no column" in said(capfd, verb, name) or name.endswith(".jsonl")
        return
    if verb == "labelers" and not name.endswith(".db"):
        assert main([verb, name]) == 0
        return
    assert said(capfd, verb, name) == f"poolwise: {name}: {NO_LOG}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_not_there_or_empty_is_said_alike(
    verb: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.db").touch()
    assert said(capfd, verb, "absent.db") == "poolwise: absent.db: no such file\n"
    assert said(capfd, verb, "empty.db") == "poolwise: empty.db: the file is empty\n"


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in TABLES])
def test_a_folder_that_is_no_archive_is_said_alike(
    verb: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    told = "poolwise: folder: a folder that is not an archive (poolwise archive)\n"
    assert said(capfd, verb, "folder") == told


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in TABLES])
def test_an_address_is_said_alike(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    told = "poolwise: kafka://h:1: not a file; archive that log first: poolwise archive\n"
    assert said(capfd, verb, "kafka://h:1") == told
    assert said(capfd, verb, "sqlite:absent.db") == "poolwise: absent.db: no such file\n"
