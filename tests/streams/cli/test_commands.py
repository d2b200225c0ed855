"""The verbs `feed` and `tail`, as their users see them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bandit.errors import BadValue, LogError, MissingInput
from streams.cli.feed import feed
from streams.cli.tail import tail
from streams.cli.work import work
from streams.embedded.log import EmbeddedLog
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import TOPICS
from tests.streams.scenes import letters, new_log, read, save, task, worker
from tests.streams.verbs import LINES, interruptible, run, start

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("verb", [feed, tail])
def test_every_verb_has_help_with_an_example(verb: Any) -> None:
    text = run(verb, "--help").output
    assert "Example: poolwise" in text
    assert "LOG" in text


def test_tail_says_which_topics_there_are() -> None:
    assert set(TOPICS) <= set(re.findall(r"\w+", run(tail, "--help").output))


def test_feed_reads_standard_input(path: Path) -> None:
    assert run(feed, path, "-", stdin=b"\n".join(LINES)).output == "-: 4 events written\n"
    log = EmbeddedLog(path)
    assert [record.value for record in read(log, "tasks")] == LINES[2:]
    log.close()


def test_feed_reads_a_pipe_that_is_named_like_a_file(path: Path) -> None:
    """Like `poolwise feed labels.db <(make events)`."""
    reader, writer = os.pipe()
    os.write(writer, b"\n".join(LINES))
    os.close(writer)
    name = f"/dev/fd/{reader}"
    assert run(feed, path, name).output == f"{name}: 4 events written\n"
    os.close(reader)


def test_feed_takes_what_windows_writes(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(LINES) + b"\r\n")
    assert run(feed, path, file).output == f"{file}: 4 events written\n"


def test_feed_names_the_fields_that_it_does_not_know(path: Path) -> None:
    line = b'{"type":"Pool","pool":"a","at":0,"usd_per_label":1,"capacity_per_hr":5}'
    assert run(feed, path, "-", stdin=line).output == (
        "-: 1 event written, 1 unknown field ignored ('capacity_per_hr' of Pool; did you mean"
        " 'capacity_per_hour'?)\n"
    )


def test_feed_names_some_unknown_fields_of_many(path: Path) -> None:
    more = "".join(f',"{letter * 90}":1' for letter in "abcde")
    line = b'{"type":"Tick","at":0%s}\n' % more.encode()
    output = run(feed, path, "-", stdin=line * 2).output
    assert output.startswith("-: 2 events written, 10 unknown fields ignored ('aaaaa")
    assert output.endswith(" of Tick, ...)\n")
    assert output.count(" of Tick") == 3
    assert len(output) < 300


def test_feed_puts_a_tick_into_every_partition(path: Path) -> None:
    run(feed, path, "-", "--partitions", 3, stdin=b'{"type":"Tick","at":1}')
    log = EmbeddedLog(path)
    assert [record.partition for record in read(log, "labels")] == [0, 1, 2]
    log.close()


def test_feed_and_tail_reach_a_log_as_the_settings_say(path: Path, tmp_path: Path) -> None:
    settings = tmp_path / "poolwise.toml"
    settings.write_text("[log]\npartitions = 2\n")
    run(feed, path, "-", "--config", settings, stdin=b'{"type":"Tick","at":1}')
    assert run(tail, path, "labels", "--config", settings).output.count("Tick") == 2
    run(feed, path, "-", stdin=b'{"type":"Tick","at":2}')
    settings.write_text("[log]\npartitions = 3\n")
    with pytest.raises(LogError, match="partitions"):
        run(tail, path, "labels", "--config", settings)


def test_feed_keeps_fields_that_it_does_not_know(path: Path) -> None:
    line = b'{"type":"Tick","at":1.0,"zone":"UTC"}'
    run(feed, path, "-", stdin=line)
    log = EmbeddedLog(path)
    assert [record.value for record in read(log, "labels")] == [line]
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
    assert output == f"{lines}: 4 events written, 1 invalid line written to deadletters\n"
    log = EmbeddedLog(path)
    (letter,) = letters(log)
    assert (letter.rule, letter.original) == ("unknown_type", b'{"type":"Tsk"}')
    assert "line 6" in letter.message
    assert len(read(log, "tasks")) == 2
    log.close()


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


def test_an_address_that_is_none_is_an_error() -> None:
    for address in ("kafka://localhost", "log.txt", "sqlite:", "http://x.db"):
        with pytest.raises(LogError, match=address):
            run(tail, address, "asks")


def test_tail_can_start_later_and_show_places(path: Path, lines: Path) -> None:
    run(feed, path, lines)
    (line,) = run(tail, path, "tasks", "--from", "1", "--places").output.splitlines()
    shown = json.loads(line)
    assert (shown["partition"], shown["offset"], shown["key"]) == (0, 1, "t2")
    assert shown["value"]["task"] == "t2"


def test_tail_refuses_a_position_that_the_log_has_not_reached(path: Path, lines: Path) -> None:
    """An adapter whose log was restored would miss the asks up to the position that it saved."""
    run(feed, path, lines)
    end = len(run(tail, path, "tasks").output.splitlines())
    assert not run(tail, path, "tasks", "--from", str(end)).output
    with pytest.raises(LogError, match=r"restored from a backup.*read from 2 on"):
        run(tail, path, "tasks", "--from", str(end + 1))


def test_tail_reads_partitions_that_have_reached_a_position(path: Path) -> None:
    log = EmbeddedLog(path, 2, create=True)
    log.write([NewRecord("tasks", None, b"%d" % i, int(i > 0)) for i in range(4)])
    log.close()
    assert run(tail, path, "tasks", "--from", "2").output == "3\n"


def test_tail_shows_snapshots_by_their_size_and_bad_input_as_text(path: Path) -> None:
    log = new_log(path)
    save(log, b"\x00" * 1000, 1, 1)
    run(feed, path, "-", "--skip-bad", stdin=b"{")
    log.close()
    chunk, manifest = run(tail, path, "models").output.splitlines()
    assert json.loads(chunk) == {"bytes": 1000}
    assert json.loads(manifest)["position"] == 1


def test_tail_shows_dead_letters_as_texts_and_marks_what_is_none(path: Path) -> None:
    log = new_log(path)
    log.write(
        [
            NewRecord("tasks", "t☃".encode(), b'{"type":\n"Tsk"}'),
            NewRecord("labels", None, b"\xff\n"),
        ]
    )
    worker(log).run(until_idle=True)
    log.close()
    letters = {}
    for line in run(tail, path, "deadletters").output.splitlines():
        letter = json.loads(line)
        letters[letter["topic"]] = letter
    assert {(letter["partition"], letter["offset"]) for letter in letters.values()} == {(0, 0)}
    task_, label = letters["tasks"], letters["labels"]
    assert (task_["rule"], task_["key"]) == ("unknown_type", "t☃")
    assert "did you mean 'Task'" in task_["message"]
    assert task_["original"] == '{"type":\n"Tsk"}'
    assert (label["rule"], label["key"]) == ("malformed", None)
    assert label["original"] == {"base64": "/wo="}
    whole = json.loads(run(tail, path, "deadletters", "--places").output.splitlines()[0])
    assert (whole["partition"], whole["offset"], whole["value"]["rule"]) == (0, 0, "malformed")


def test_a_line_of_tail_is_one_line(path: Path) -> None:
    run(feed, path, "-", stdin=LINES[0])
    log = EmbeddedLog(path)
    log.write(
        [NewRecord("tasks", b"t", b'{"type":\n\r\n"Tick"}'), NewRecord("tasks", b"t", b"\n{")]
    )
    log.close()
    output = run(tail, path, "tasks").output
    assert [json.loads(line) for line in output.splitlines()] == [{"type": "Tick"}, "\n{"]


def test_tests_that_run_in_the_background_can_interrupt_what_they_start() -> None:
    """A shell lets what it starts there ignore SIGINT, and that is inherited."""
    says = [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT))"]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ignored = subprocess.check_output(says)
        with interruptible():
            heard = subprocess.check_output(says)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert ignored != heard
    assert b"default_int_handler" in heard


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
