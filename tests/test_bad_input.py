"""Whatever is wrong with what the command is given: one clear line, or a dead letter; never more.

What is done, and what is said about it: `COMMANDS` (`tests/mistakes.py`) are refused on the spot;
of `LETTERS` (`tests/mistaken_events.py`), once in a log, a worker writes a dead letter;
`NO_LETTERS` look wrong and are right.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from bandit.events import Tick
from poolwise import main
from streams.clients.feeding import tick_records
from streams.embedded.log import EmbeddedLog
from streams.log.codec import InputDecoder
from streams.log.log import NewRecord
from streams.log.topics import LABELS, TOPIC_OF, key_of
from tests.mistaken_events import FIRST, LETTERS, NO_LETTERS, Event, Letter
from tests.mistakes import COMMANDS, TICK, Command

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
AT_A_TERMINAL = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from poolwise import main
sys.exit(main())
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _in_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder whose name has a space, with settings that leave nothing to chance."""
    place = tmp_path / "my place"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("sure.toml").write_text('[policy]\nname = "fixed"\npool = "a"\nmin_labels = 2\n')


def poolwise(capfd: pytest.CaptureFixture[str], *args: str) -> Answer:
    """Run the command in this process."""
    code = main(args)
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return Answer(code, out, err)


def work_through(capfd: pytest.CaptureFixture[str], rounds: Sequence[Sequence[Event]]) -> Event:
    """Write each round and let a worker work on it, without a word of error; the last figures."""
    figures: Event = {}
    for events in rounds:
        write([json.dumps(event).encode() for event in events])
        more = ("--until-idle", "--clock", "log", "--config", "sure.toml", "--json")
        done = poolwise(capfd, "work", "l.db", *more)
        assert done[::2] == (0, "")
        figures = json.loads(done.out)
    return figures


def write(lines: Sequence[bytes]) -> None:
    """Write events as programs do: they don't check them, as `poolwise feed` does."""
    with closing(EmbeddedLog(Path("l.db"), create=True)) as log:
        for line in lines:
            event = InputDecoder().decode(line)
            if isinstance(event, Tick):
                log.write(tick_records(line, log.partitions(LABELS)))
            else:
                log.write([NewRecord(TOPIC_OF[type(event)], key_of(event), line)])


def tail(capfd: pytest.CaptureFixture[str], topic: str) -> list[Event]:
    answer = poolwise(capfd, "tail", "l.db", topic)
    assert answer[::2] == (0, "")
    return [json.loads(line) for line in answer.out.splitlines()]


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: case.name)
def test_a_mistake_is_one_clear_line(case: Command, capfd: pytest.CaptureFixture[str]) -> None:
    for name, content in case.files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    answer = poolwise(capfd, *case.args.split())
    assert answer.code == case.code
    assert answer.err.startswith("poolwise: ")
    assert case.says in answer.err
    assert answer.err.count("\n") == 1
    assert (answer.out == "") == (case.code == 1), "only a log that can't answer shows diagnostics"


@pytest.mark.parametrize("case", LETTERS, ids=lambda case: case.name)
def test_an_event_that_breaks_a_rule_is_a_dead_letter(
    case: Letter, capfd: pytest.CaptureFixture[str]
) -> None:
    figures = work_through(capfd, case.rounds)
    (letter,) = tail(capfd, "deadletters")
    assert (letter["rule"], figures["dead_letters"]) == (case.rule, 1)
    assert case.says in letter["message"]
    assert letter["topic"] in ("pools", "tasks", "labels")
    was_held = case.rule == "unknown_class"  # until its task came, so its place isn't known
    assert letter["offset"] is None if was_held else isinstance(letter["offset"], int)
    assert letter["original"]


@pytest.mark.parametrize("name", NO_LETTERS)
def test_what_is_unusual_is_no_mistake(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    rounds, outcome = NO_LETTERS[name]
    figures = work_through(capfd, rounds)
    assert tail(capfd, "deadletters") == []
    asked, verdicts = len(tail(capfd, "asks")), tail(capfd, "verdicts")
    last = verdicts[-1]["answer"] if verdicts else None
    shown = f"{asked} asked {figures['open_tasks']} open, {len(verdicts)} verdicts, last {last}"
    assert shown == outcome


def test_a_bad_line_can_become_a_dead_letter_that_names_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    Path("e.jsonl").write_text(f'{TICK}\n{{"type":"Tick","at":1,"v":2}}\n')
    assert poolwise(capfd, "feed", "l.db", "e.jsonl", "--skip-bad").code == 0
    (letter,) = tail(capfd, "deadletters")
    assert letter["rule"] == "unknown_version"
    assert "e.jsonl, line 2" in letter["message"]


def start(*args: str) -> subprocess.Popen[str]:
    """Start the command in a process that takes signals as a terminal's does."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *args], stdout=pipe, stderr=pipe, text=True
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_worker_is_refused_and_a_signal_ends_the_first_one(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    work_through(capfd, [FIRST])
    with start("work", "l.db") as first, start("tail", "l.db", "labels", "--follow") as ticks:
        assert ticks.stdout is not None
        assert '"Tick"' in ticks.stdout.readline(), "the first worker is at work"
        ticks.terminate()
        second = poolwise(capfd, "work", "l.db", "--until-idle")
        first.send_signal(number)
        out, err = first.communicate(timeout=30)
    assert (second.code, second.out, second.err.count("\n")) == (1, "", 1)
    assert "l.db: another worker of group 'poolwise' is at work on this log" in second.err
    assert (first.returncode, err, out.count("\n")) == (0, "", 1)
    assert "processed" in out


@pytest.mark.parametrize("args", ["simulate --tasks 50000", "demo --dir d"])
def test_ctrl_c_is_one_line_and_no_traceback(args: str) -> None:
    with start(*args.split()) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=2.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.strip() == "poolwise: interrupted"
