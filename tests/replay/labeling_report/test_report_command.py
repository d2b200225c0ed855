"""The command `report`: what it prints and writes, and what it says of mistakes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from poolwise import main
from tests.replay.labeling_report.planted import CALM, histories
from tests.replay.labeling_report.read_page import ReadPage, objects
from tests.replay.labeling_report.reports import MIXED, events
from tests.replay.task_log.own_log_writer import decision, write_log

if TYPE_CHECKING:
    from collections.abc import Sequence


ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with logs: `new.db` with spammers, `old.db`, `open.db` without a verdict."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    write_log(tmp_path / "new.db", events(histories(MIXED, 150, 1)))
    write_log(tmp_path / "old.db", events(histories(CALM, 80, 2)))
    write_log(tmp_path / "open.db", [decision("t1", 1, 0.0, "a", {"a": 1.0}, 0.5, 0)])
    (tmp_path / "labels.csv").write_text("task,labeler,label\nt,a,x\n")
    (tmp_path / "empty.db").write_bytes(b"")
    return tmp_path


def test_it_writes_a_page_and_prints_the_summary(
    place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "new.db"]) == 0
    printed = " ".join(capfd.readouterr().out.split())
    page = ReadPage((place / "report.html").read_text(encoding="utf-8"))
    assert main(["report", "new.db", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert " ".join(found["summary"]) in printed
    assert all(sentence in page.texts for sentence in found["summary"])
    assert "Page: report.html" in printed
    for one in found["recommendations"]:
        assert one["verify"] in printed
    known = objects(found)
    for number in page.numbers:
        assert any(of.get(number.name) == number.value for of in known), number


def test_json_writes_no_page_unless_it_is_asked_for(place: Path) -> None:
    assert main(["report", "new.db", "--json"]) == 0
    assert not Path("report.html").exists()
    assert main(["report", "new.db", "--json", "--html", "page.html"]) == 0
    assert Path("page.html").exists()


def test_two_logs_are_compared(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--compare", "old.db", "new.db", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["log"], found["compared_with"]) == ("new.db", "old.db")
    rows = {row["name"]: row for row in found["changes"]}
    cost = rows["Cost per task, audits included"]
    before, after = found["before"]["usd_per_task"], found["totals"]["usd_per_task"]
    assert cost["difference"] == pytest.approx(after["value"] - before["value"])
    assert cost["low"] < cost["difference"] < cost["high"]
    assert cost["better"] is False
    assert main(["report", "--compare", "old.db", "new.db"]) == 0
    printed = capfd.readouterr().out
    assert "Compared with old.db:" in printed
    assert "Before and after" in " ".join(ReadPage(Path("report.html").read_text()).texts)


def test_the_command_that_verifies_suspects_shows_them(
    place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "new.db", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    (advice,) = (one for one in found["recommendations"] if one["kind"] == "suspects")
    assert main(advice["verify"].split()[1:]) == 0
    printed = capfd.readouterr().out
    assert all(f"{name} (" in printed for name in advice["labelers"])


@pytest.mark.parametrize("name", ["log.db", "archive"])
def test_logs_and_archives_of_earlier_releases_are_read(
    place: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    old = ROOT / "tests" / "golden" / "release_0_1" / name
    if old.is_file():
        old = Path(shutil.copy(old, place / "release.db"))
    assert main(["report", str(old), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["totals"]["tasks"] >= 17
    assert found["period"].endswith("2026")
    assert found["exploration"] is None


MISTAKES: list[tuple[Sequence[str], int, str]] = [
    ((), 2, "Give a LOG, or two with --compare OLD NEW."),
    (("new.db", "--compare", "old.db", "new.db"), 2, "Give a LOG, or two with --compare"),
    (("--compare", "old.db"), 2, "Option '--compare' requires 2 arguments"),
    (("old.db", "new.db"), 2, "Got unexpected extra argument (new.db)"),
    (("absent.db",), 1, "absent.db: no such file"),
    (("labels.csv",), 1, "labels.csv: not a poolwise log, or damaged"),
    (("empty.db",), 1, "empty.db: the file is empty"),
    (("kafka://localhost:9092",), 1, "archive that log first: poolwise archive"),
    (("new.db", "--project", "pp"), 1, "no task of project 'pp'; did you mean 'p'?"),
    (("open.db",), 1, "open.db: no task is closed yet, so there is nothing to report"),
    (("new.db", "--html", "nowhere/page.html"), 1, "the folder nowhere isn't there; make it first"),
    (("new.db", "--html", "."), 1, ".: is a folder; name a file in it"),
    (("new.db", "--html", "new.db"), 1, "new.db: is the log itself; name another file"),
    (("--compare", "new.db", "new.db"), 1, "new.db: is the same log as OLD"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), MISTAKES)
def test_a_mistake_is_one_clear_line(
    place: Path,
    capfd: pytest.CaptureFixture[str],
    arguments: Sequence[str],
    code: int,
    says: str,
) -> None:
    assert main(["report", *arguments]) == code
    answer = capfd.readouterr()
    assert answer.out == ""
    lines = [line for line in answer.err.splitlines() if line.strip()]
    assert says in lines[-1]
    assert len(lines) == 1 or code == 2  # usage comes before
    assert not (place / "report.html").exists()
