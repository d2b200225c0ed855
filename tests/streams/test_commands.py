"""The verbs `feed`, `work` and `tail`, as their users see them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bandit.errors import BadValue, ConfigError, LogBusy, LogError, MissingInput
from streams.codec import encode
from streams.commands import feed, tail, work
from streams.embedded import EmbeddedLog
from streams.log import NewRecord
from streams.snapshots import Snapshots
from tests.streams.scenes import POOLS, letters, new_log, read, task

ROOT = Path(__file__).resolve().parents[2]
LINES = [encode(one) for one in (*POOLS, task("t1"), task("t2"))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log is to be."""
    return tmp_path / "log.db"


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Return a file with two pools and two tasks."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(LINES) + b"\n\n")
    return file


def run(verb: Any, *args: object, stdin: bytes | None = None) -> Result:
    """Run a verb; an error of ours is raised, as the face sees it."""
    return CliRunner().invoke(verb, list(map(str, args)), input=stdin, catch_exceptions=False)


def start(*args: object, **more: Any) -> subprocess.Popen[bytes]:
    """Start the whole command in a process of its own."""
    command = [sys.executable, "-m", "poolwise", *map(str, args)]
    pipe = subprocess.PIPE
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment, **more)


@pytest.mark.parametrize("verb", [work, feed, tail])
def test_every_verb_has_help_with_an_example(verb: Any) -> None:
    text = run(verb, "--help").output
    assert "Example: poolwise" in text
    assert "LOG" in text


def test_feed_work_and_tail_make_a_whole(path: Path, lines: Path) -> None:
    assert run(feed, path, lines).output == f"{lines}: 4 events\n"
    result = run(work, path, "--until-idle", "--clock", "log", "--json")
    figures = json.loads(result.output)
    assert (figures["decisions"], figures["asks"], figures["open_asks"]) == (2, 2, 2)
    asks = [json.loads(line) for line in run(tail, path, "asks").output.splitlines()]
    assert [(ask["type"], ask["task"]) for ask in asks] == [("Ask", "t1"), ("Ask", "t2")]


def test_work_says_in_one_line_what_it_did(path: Path, lines: Path) -> None:
    run(feed, path, lines)
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert line == (
        "4 records handled (ticks too), 2 decisions, 2 asks, 0 rewards, 0 verdicts;"
        " open: 2 tasks, 2 asks"
    )


def test_work_says_why_nothing_is_asked(path: Path) -> None:
    run(feed, path, "-", stdin=LINES[2])
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert line.endswith(
        "open: 1 task, 0 asks; no pool is asked: none is open with the skills and"
        " the room they need"
    )


def test_work_names_the_log_whose_dead_letters_it_wrote(tmp_path: Path) -> None:
    path = tmp_path / "my log.db"
    run(feed, path, "-", stdin=b'{"type":"Gold","task":"t","answer":"a","at":1e13}')
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert f"1 dead letter (poolwise tail '{path}' deadletters)" in line


def test_a_worker_that_comes_back_late_waits_until_its_clock_is_believed(
    path: Path, tmp_path: Path
) -> None:
    """The log's time is 1970, the clock's is not: five ticks in a row say so."""
    run(feed, path, "-", stdin=b"\n".join([*LINES, b'{"type":"Tick","at":1}']))
    run(work, path, "--until-idle", "--clock", "log")
    settings = tmp_path / "poolwise.toml"
    settings.write_text("[worker]\ntick_s = 0.02\npoll_s = 0.02\n")
    figures = json.loads(run(work, path, "--until-idle", "--config", settings, "--json").output)
    assert figures["dead_letters"] == 4
    assert figures["rewards"] == 2, "both asks have expired"


def test_feed_reads_standard_input(path: Path) -> None:
    assert run(feed, path, "-", stdin=b"\n".join(LINES)).output == "-: 4 events\n"
    log = EmbeddedLog(path)
    assert [one.value for one in read(log, "tasks")] == LINES[2:]
    log.close()


def test_feed_reads_a_pipe_that_is_named_like_a_file(path: Path) -> None:
    """Like `poolwise feed labels.db <(make events)`."""
    reader, writer = os.pipe()
    os.write(writer, b"\n".join(LINES))
    os.close(writer)
    name = f"/dev/fd/{reader}"
    assert run(feed, path, name).output == f"{name}: 4 events\n"
    os.close(reader)


def test_feed_takes_what_windows_writes(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(LINES) + b"\r\n")
    assert run(feed, path, file).output == f"{file}: 4 events\n"


def test_feed_says_how_many_fields_it_does_not_know(path: Path) -> None:
    line = b'{"type":"Pool","pool":"a","at":0,"usd_per_label":1,"capacity_per_hr":5}'
    assert run(feed, path, "-", stdin=line).output == "-: 1 event, 1 unknown field ignored\n"


def test_feed_puts_a_tick_into_every_partition(path: Path) -> None:
    run(feed, path, "-", "--partitions", 3, stdin=b'{"type":"Tick","at":1}')
    log = EmbeddedLog(path)
    assert [one.partition for one in read(log, "labels")] == [0, 1, 2]
    log.close()


def test_feed_keeps_fields_that_it_does_not_know(path: Path) -> None:
    line = b'{"type":"Tick","at":1.0,"zone":"UTC"}'
    run(feed, path, "-", stdin=line)
    log = EmbeddedLog(path)
    assert [one.value for one in read(log, "labels")] == [line]
    log.close()


def test_a_bad_line_is_named_and_nothing_of_its_file_is_written(path: Path, lines: Path) -> None:
    with lines.open("ab") as file:
        file.write(b'{"type":"Tsk"}\n')
    with pytest.raises(BadValue, match=r"events\.jsonl, line 6: unknown_type: .*'Task'"):
        run(feed, path, lines)
    log = EmbeddedLog(path)
    assert all(read(log, topic) == [] for topic in ("pools", "tasks", "deadletters"))
    log.close()


def test_bad_lines_may_go_to_the_dead_letters(path: Path, lines: Path) -> None:
    with lines.open("ab") as file:
        file.write(b'{"type":"Tsk"}\n')
    output = run(feed, path, lines, "--skip-bad").output
    assert output == f"{lines}: 4 events, 1 bad line to the dead letters\n"
    log = EmbeddedLog(path)
    (letter,) = letters(log)
    assert (letter.rule, letter.original) == ("unknown_type", b'{"type":"Tsk"}')
    assert "line 6" in letter.message
    assert len(read(log, "tasks")) == 2
    log.close()


def test_feeding_twice_changes_nothing(path: Path, lines: Path) -> None:
    run(feed, path, lines, lines)
    figures = json.loads(run(work, path, "--until-idle", "--clock", "log", "--json").output)
    assert (figures["asks"], figures["dead_letters"]) == (2, 0)


def test_verbs_that_read_want_a_log_that_is_there(path: Path) -> None:
    for verb, more in ((work, ()), (tail, ("asks",))):
        with pytest.raises(MissingInput, match=r"log\.db"):
            run(verb, path, *more)
    with pytest.raises(MissingInput, match=r"none\.jsonl"):
        run(feed, path, "none.jsonl")


def test_a_missing_file_makes_no_log_and_feeds_no_other(path: Path, lines: Path) -> None:
    with pytest.raises(MissingInput, match=r"none\.jsonl"):
        run(feed, path, lines, "none.jsonl")
    assert not path.exists()


def test_work_makes_a_log_when_told_to(path: Path) -> None:
    run(work, path, "--create", "--until-idle", "--clock", "log")
    EmbeddedLog(path).close()


def test_work_takes_its_settings_from_a_file(path: Path, lines: Path, tmp_path: Path) -> None:
    run(feed, path, lines)
    settings = tmp_path / "poolwise.toml"
    settings.write_text(f'[log]\naddress = "sqlite:{path}"\n[policy]\nname = "uniform"\n')
    run(work, "--config", settings, "--until-idle", "--clock", "log")
    decisions = [json.loads(line) for line in run(tail, path, "decisions").output.splitlines()]
    assert {decision["policy"] for decision in decisions} == {"uniform"}
    settings.write_text("[polcy]")
    with pytest.raises(ConfigError, match="'policy'"):
        run(work, "--config", settings)


def test_work_without_log_or_config_is_wrong_usage() -> None:
    assert run(work).exit_code == 2


def test_an_address_that_is_none_is_an_error() -> None:
    for address in ("kafka://localhost:9092", "log.txt", "sqlite:", "http://x.db"):
        with pytest.raises(LogError, match=address):
            run(tail, address, "asks")


def test_tail_can_start_later_and_show_places(path: Path, lines: Path) -> None:
    run(feed, path, lines)
    (line,) = run(tail, path, "tasks", "--from", "1", "--places").output.splitlines()
    shown = json.loads(line)
    assert (shown["partition"], shown["offset"], shown["key"]) == (0, 1, "t2")
    assert shown["value"]["task"] == "t2"


def test_tail_shows_snapshots_by_their_size_and_bad_input_as_text(path: Path) -> None:
    log = new_log(path)
    Snapshots(log).write(b"\x00" * 1000, 1, 1)
    run(feed, path, "-", "--skip-bad", stdin=b"{")
    log.close()
    chunk, manifest = run(tail, path, "models").output.splitlines()
    assert json.loads(chunk) == {"bytes": 1000}
    assert json.loads(manifest)["position"] == 1


def test_a_line_of_tail_is_one_line(path: Path) -> None:
    run(feed, path, "-", stdin=LINES[0])
    log = EmbeddedLog(path)
    log.write(
        [NewRecord("tasks", b"t", b'{"type":\n\r\n"Tick"}'), NewRecord("tasks", b"t", b"\n{")]
    )
    log.close()
    output = run(tail, path, "tasks").output
    assert [json.loads(line) for line in output.splitlines()] == [{"type": "Tick"}, "\n{"]


def test_sigterm_lets_the_worker_finish_and_save(path: Path, lines: Path) -> None:
    run(feed, path, lines)
    with start("work", path, "--clock", "log", "--json") as process:
        log = EmbeddedLog(path)
        until = time.monotonic() + 30
        while not read(log, "asks") and time.monotonic() < until:
            time.sleep(0.02)
        with pytest.raises(LogBusy):
            run(work, path)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        log.close()
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["asks"] == 2


def test_tail_follow_shows_what_comes_and_ends_quietly(path: Path) -> None:
    run(feed, path, "-", stdin=LINES[0])
    with start("tail", path, "tasks", "--follow") as process:
        run(feed, path, "-", stdin=LINES[2])
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["task"] == "t1"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")


def test_a_closed_pipe_ends_tail_quietly(path: Path) -> None:
    run(feed, path, "-", stdin=b"\n".join(encode(task(f"t{i}")) for i in range(3000)))
    with start("tail", path, "tasks") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0
