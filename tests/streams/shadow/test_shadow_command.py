"""`poolwise work --shadow`: its report, its file, and that it leaves no trace in the log."""

from __future__ import annotations

import json
import re
import signal
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.errors import BadValue, ConfigError, LogBusy, LogError
from streams.cli.work import work
from streams.embedded.log import EmbeddedLog
from streams.monitor.health import Board, Limits
from streams.monitor.metrics import Metrics
from streams.shadow.comparison import ShadowComparison
from streams.shadow.log import ShadowLog
from streams.shadow.shadow import Shadow
from tests.streams.shadow.shadow_story import VALUE, changed, lines, lived, new, shadowed
from tests.streams.verbs import run, start

if TYPE_CHECKING:
    from pathlib import Path

OTHER = changed(changed(VALUE, "project", target_accuracy=0.95), "policy", rate=0.3)
TOML = """
[policy]
rate = 0.3
[project]
target_accuracy = 0.95
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a log is that a worker has worked through."""
    path = tmp_path / "log.db"
    with closing(new(path, 2)) as log:
        lived(log, VALUE, rounds=15)
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a file with another configuration."""
    file = tmp_path / "other.toml"
    file.write_text(TOML)
    return file


def test_a_shadow_leaves_the_log_as_it_is(path: Path, config: Path, tmp_path: Path) -> None:
    before, files = path.read_bytes(), sorted(file.name for file in tmp_path.iterdir())
    result = run(work, path, "--shadow", "--config", config, "--until-idle")
    assert result.exit_code == 0
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == files


def test_the_report_says_what_differs(path: Path, config: Path) -> None:
    args = (work, path, "--shadow", "--config", config, "--until-idle")
    figures = json.loads(run(*args, "--json").output)
    report = run(*args).output
    assert f"Shadow of {path}: {figures['compared']:,} of {figures['decisions']:,} dec" in report
    assert f"choice: {figures['same']:.1%}; mean overlap of" in report
    assert f"probabilities: {figures['agreement']:.1%}" in report
    rows = {line.split("  ")[0]: line.split() for line in report.splitlines() if line}
    assert rows["policy"][1:] == ["value/inverse_gap", "value/inverse_gap"]
    assert rows["stops"][1] == f"{figures['stop']['logged']:.1%}"
    for name in ("stops", "b"):
        logged, shadow = (float(cell.rstrip("%")) for cell in rows[name][1:3])
        assert float(rows[name][3]) == pytest.approx(shadow - logged), "of the figures shown"
    assert rows["b"][2] == f"{figures['pools']['b']['shadow']:.1%}"
    assert rows["first"][1] == f"{figures['by_why']['first']['compared']}"
    assert {"p", "q"} <= rows.keys()
    text = " ".join(report.split())
    assert "Nothing was asked or paid." in text
    assert "the decisions would have another most likely choice" in text
    assert "one step ahead" in text
    assert "poolwise evaluate" in text
    assert all(len(line) <= 80 for line in report.splitlines()[1:])


def test_a_shadow_of_nothing_says_so(tmp_path: Path) -> None:
    new(tmp_path / "log.db").close()
    report = run(work, tmp_path / "log.db", "--shadow", "--until-idle").output
    assert report.splitlines()[-1] == "Nothing to compare: no decision had more than one option."


def test_options_that_do_not_go_together_are_wrong_usage(path: Path) -> None:
    assert run(work, path, "--shadow", "--create").exit_code == 2
    assert run(work, path, "--shadow-log", "f.jsonl").exit_code == 2
    assert run(work, path, "--from-now").exit_code == 2


def test_sigterm_lets_it_report(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "shadow.jsonl"
    with start("work", path, "--shadow", "--shadow-log", file, "--json") as process:
        until = time.monotonic() + 30
        while not (file.exists() and file.stat().st_size) and time.monotonic() < until:
            time.sleep(0.02)
        with closing(EmbeddedLog(path)) as log:
            lived(log, VALUE, rounds=1)  # a worker has room beside it
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")
    figures = json.loads(out)
    assert figures["compared"] > 100
    assert len(file.read_bytes().splitlines()) == figures["decisions"]


def test_with_follow_it_has_the_newest_model(path: Path) -> None:
    args = (work, path, "--shadow", "--until-idle", "--json")
    alone, following = (json.loads(run(*args, *more).output) for more in ((), ("--follow",)))
    assert alone["same_model"] == 1.0
    assert following["same_model"] < 0.5
    assert following["decisions"] == alone["decisions"]


def test_it_says_how_far_it_is(path: Path) -> None:
    with closing(EmbeddedLog(path)) as log, closing(Shadow(log, VALUE)) as shadow:
        board = Board(
            Limits(turn_s=60.0, lag=10, model_age_s=60.0, silence_s=5.0, skew_s=30.0),
            see_every_s=0.0,
        )
        board.publish(shadow)
        assert list(board.not_ready()) == ["lag"]
        shadow.run(until_idle=True)
        board.publish(shadow)
        assert board.not_ready() == {}
        exposition = Metrics(board).exposition("")[0].decode()
    assert 'poolwise_lag_records{partition="1",topic="decisions"} 0.0' in exposition
    assert re.search(r"poolwise_model_position [1-9]", exposition)


# Its file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [0.8, 0.95])
def test_begun_again_it_goes_on_where_its_file_ends(tmp_path: Path, target: float) -> None:
    other = changed(OTHER, "project", target_accuracy=target)
    file = tmp_path / "shadow.jsonl"
    reports: list[dict[str, Any]] = []

    def each(number: int) -> None:
        if number % 2:
            with closing(ShadowLog(file)) as noted:
                reports.append(shadowed(log, other, file=noted))
            with file.open("ab") as broken:
                broken.write(b'{"partition":0,"off')  # as a crash leaves it

    with closing(new(tmp_path / "log.db", 2)) as log:
        lived(log, VALUE, rounds=24, each=each)
        whole = lines(log, other, tmp_path / "whole.jsonl")
        again = lines(log, other, file)
        at_once = shadowed(log, other)
    assert len(again) == len({(line.partition, line.offset) for line in again}) == len(whole)
    for partition in range(2):
        ours, theirs = (
            [line for line in lines_ if line.partition == partition] for lines_ in (again, whole)
        )
        assert ours == theirs
    assert any(line.log_worth for line in whole)
    assert reports[-1]["decisions"] > reports[-2]["decisions"] > reports[0]["decisions"] > 0
    assert reports[-1]["agreement"] == pytest.approx(at_once["agreement"], abs=1e-12)
    assert reports[-1]["pools"]["a"] == pytest.approx(at_once["pools"]["a"], abs=1e-12)


def test_each_line_says_what_was_done_and_what_would_have_been(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "shadow.jsonl"
    run(work, path, "--shadow", "--until-idle", "--shadow-log", file)
    line = json.loads(file.read_bytes().splitlines()[0])
    assert (line["partition"], line["offset"], line["ask"], line["why"]) == (0, 0, 1, "first")
    assert line["choice"] in line["pmf"]
    assert line["shadow"]["choice"] in line["shadow"]["pmf"]
    assert line["task"].startswith("t")
    assert line["at"] > 0.0


def test_a_file_that_is_not_a_shadow_s_is_refused(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "shadow.jsonl"
    file.write_bytes(b'{"partition":0}\n')
    with pytest.raises(BadValue, match="line 1: not a comparison of a shadow"):
        run(work, path, "--shadow", "--shadow-log", file)
    assert file.read_bytes() == b'{"partition":0}\n'


def test_a_file_of_another_log_is_refused(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "shadow.jsonl"
    run(work, path, "--shadow", "--until-idle", "--shadow-log", file)
    new(tmp_path / "another.db", 2).close()
    with pytest.raises(LogError, match="belongs to another log"):
        run(work, tmp_path / "another.db", "--shadow", "--shadow-log", file)


def test_one_shadow_writes_a_file(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "shadow.jsonl"
    with closing(ShadowLog(file)), pytest.raises(LogBusy, match="another shadow"):
        run(work, path, "--shadow", "--shadow-log", file)


def test_a_file_that_can_not_be_written_is_one_line(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        run(work, path, "--shadow", "--shadow-log", tmp_path / "none" / "shadow.jsonl")


def test_a_line_is_in_the_file_once_it_is_written(path: Path, tmp_path: Path) -> None:
    with closing(EmbeddedLog(path)) as log:
        comparisons = lines(log, OTHER, tmp_path / "shadow.jsonl")
    with closing(ShadowLog(tmp_path / "one.jsonl")) as noted:
        noted.write(comparisons[:1])
        (line,) = noted.path.read_bytes().splitlines()
        assert msgspec.json.decode(line, type=ShadowComparison) == comparisons[0]
