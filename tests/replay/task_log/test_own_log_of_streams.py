"""The replay reads what the streams write, though neither imports the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.events import Decision, Reward
from replay import evaluate
from replay.log_files import log_file
from streams.embedded import file as sqlitefile
from streams.embedded.log import EmbeddedLog
from streams.log.log import NewRecord
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path


def test_a_log_that_a_worker_holds_open_is_read(tmp_path: Path) -> None:
    events = simulate(World(audit=0.2), 400, seed=1)
    log = EmbeddedLog(tmp_path / "log.db", partitions=3, create=True)
    topics = {Decision: "decisions", Reward: "rewards"}
    log.write(
        [
            NewRecord(topics.get(type(e), "verdicts"), e.task.encode(), msgspec.json.encode(e))
            for e in events
        ]
    )
    answer = evaluate(tmp_path / "log.db")
    log.close()
    same = evaluate(write_log(tmp_path / "other.db", events))
    assert answer.counts["tasks"] == 400
    assert answer.estimates == same.estimates


def test_both_mean_the_same_file() -> None:
    assert sqlitefile.APPLICATION_ID == log_file.APPLICATION_ID
    assert sqlitefile.PLAIN == log_file.PLAIN
    assert sqlitefile.COMPRESSED == log_file.COMPRESSED
