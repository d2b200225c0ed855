"""The verb `work`, as its users see it."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING

import pytest

from bandit.errors import ConfigError, LogBusy
from bandit.events import Control, Decline, Pool
from streams.cli.feed import feed
from streams.cli.tail import tail
from streams.cli.work import work
from streams.embedded.log import EmbeddedLog
from streams.log.codec import encode
from tests.streams.scenes import read, task
from tests.streams.verbs import LINES, run, start

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.events import Input


def test_feed_work_and_tail_make_a_whole(path: Path, lines: Path) -> None:
    assert run(feed, path, lines).output == f"{lines}: 4 events written\n"
    result = run(work, path, "--until-idle", "--clock", "log", "--json")
    figures = json.loads(result.output)
    assert (figures["decisions"], figures["asks"], figures["open_asks"]) == (2, 2, 2)
    asks = [json.loads(line) for line in run(tail, path, "asks").output.splitlines()]
    assert [(ask["type"], ask["task"]) for ask in asks] == [("Ask", "t1"), ("Ask", "t2")]


def test_work_says_in_one_line_what_it_did(path: Path, lines: Path) -> None:
    run(feed, path, lines)
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert line == (
        f"{path}: stopped at the end of the log: 4 records processed (including ticks),"
        " 2 decisions, 2 asks, 0 rewards, 0 verdicts;"
        " open: 2 tasks, 2 asks"
    )


def test_work_says_why_nothing_is_asked(path: Path) -> None:
    run(feed, path, "-", stdin=LINES[2])
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert line.endswith("open: 1 task, 0 asks; 1 task waits for an available pool")


def test_work_says_what_tasks_wait_for_and_how_many(path: Path) -> None:
    skilled = [task(f"s{n}", skills=("es",)) for n in range(3)]
    several = [task(f"m{n}-{more}", skills=(f"k{n}", "es")) for n in range(3) for more in "ab"]
    stopped = task("held", project="held")
    pause = Control(at=0.0, project="held", paused=True)
    given: list[Input] = [pause, *skilled, *several, stopped]
    lines = [*LINES[:2], *map(encode, given)]
    run(feed, path, "-", stdin=b"\n".join(lines))
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert line.endswith(
        "open: 10 tasks, 0 asks; 3 tasks wait for an available pool with the skill 'es'"
        "; 2 tasks wait for an available pool with the skills 'es' and 'k0'"
        "; 2 tasks wait for an available pool with the skills 'es' and 'k1'"
        "; 2 tasks wait for available pools with other skills"
        f"; 1 task is stopped by an order (see it: poolwise control {path})"
    )


def test_work_says_that_pools_are_full(path: Path) -> None:
    full = Pool(pool="full", at=0.0, usd_per_label=0.1, capacity_per_hour=1e-9)
    decline = Decline(task="t0", ask=1, pool="full", at=1.0)
    run(feed, path, "-", stdin=b"\n".join([encode(full), encode(task("t0")), encode(task("t1"))]))
    run(work, path, "--until-idle", "--clock", "log")
    run(feed, path, "-", stdin=encode(decline))
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert line.endswith("open: 2 tasks, 0 asks; 2 tasks wait for a pool with free capacity")


def test_work_names_the_log_whose_dead_letters_it_wrote(tmp_path: Path) -> None:
    path = tmp_path / "my log.db"
    unknown = b'{"type":"Decline","task":"t","ask":1,"pool":"a","at":1}'
    run(feed, path, "-", stdin=unknown)
    (line,) = run(work, path, "--until-idle", "--clock", "log").output.splitlines()
    assert f"1 dead letter (see them: poolwise tail '{path}' deadletters)" in line


def test_a_worker_that_comes_back_late_waits_until_its_clock_is_believed(
    path: Path, tmp_path: Path
) -> None:
    """The log's time is 1970, the clock's is not: five ticks in a row say so."""
    run(feed, path, "-", stdin=b"\n".join([*LINES, b'{"type":"Tick","at":1}']))
    run(work, path, "--until-idle", "--clock", "log")
    settings = tmp_path / "poolwise.toml"
    settings.write_text("[worker]\ntick_s = 0.02\npoll_s = 0.02\n")
    figures = json.loads(run(work, path, "--until-idle", "--config", settings, "--json").output)
    assert figures["ticks_refused"] == 4
    assert figures["dead_letters"] == 0, "nobody is to blame"
    assert figures["rewards"] == 2, "both asks have expired"


def test_feeding_twice_changes_nothing(path: Path, lines: Path) -> None:
    run(feed, path, lines, lines)
    figures = json.loads(run(work, path, "--until-idle", "--clock", "log", "--json").output)
    assert (figures["asks"], figures["dead_letters"]) == (2, 0)


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
