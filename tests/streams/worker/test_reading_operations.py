"""Pools and controls are written about by one worker, once, however many it reads at a time."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import pytest

from bandit.errors import CommitUnknown
from bandit.events import Pool
from streams.config.log_settings import LogSettings
from streams.embedded.log import EmbeddedLog
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import NewRecord, Place
from tests.streams.scenes import FlakyLog, letters, worker, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from streams.log.log import GroupMember, Log

BAD = NewRecord("pools", b"bad", b"{oops")
MANY = [Pool(pool=f"p{number}", at=0.0, usd_per_label=0.01) for number in range(30)]


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """Open a log of either kind with nothing in it."""
    if request.param == "embedded":
        opened: Log = EmbeddedLog(tmp_path / "log.db", create=True, synchronous="NORMAL")
    else:
        address = f"kafka://{request.getfixturevalue('broker').address}/{uuid4()}"
        opened = KafkaLog(address, LogSettings())
        create_topics(opened, 2, 1)
    with closing(opened):
        yield opened


class Commit(NamedTuple):
    """What was committed together."""

    topics: list[str]
    positions: dict[Place, int]


def commits(shared: GroupMember, monkeypatch: pytest.MonkeyPatch) -> list[Commit]:
    """Return a list that will hold each commit."""
    made: list[Commit] = []
    commit = type(shared).commit

    def noted(self: GroupMember, new: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        commit(self, new, positions)
        made.append(Commit([one.topic for one in new], dict(positions)))

    monkeypatch.setattr(type(shared), "commit", noted)
    return made


def test_a_worker_that_runs_until_idle_writes_the_letters_of_bad_pools(log: Log) -> None:
    """On Kafka it learns what it holds while it polls, after it has read the pools."""
    log.write([BAD])
    with closing(worker(log)) as one:
        one.run(until_idle=True)
    (letter,) = letters(log)
    assert (letter.topic, letter.rule, letter.original) == ("pools", "malformed", BAD.value)
    with closing(worker(log)) as again:
        again.run(until_idle=True)
    assert len(letters(log)) == 1


def test_all_pools_that_were_read_together_are_passed_in_one_commit(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, *MANY[:15])
    log.write([BAD])
    write(log, *MANY[15:])
    with closing(worker(log)) as one:
        made = commits(one._member, monkeypatch)
        one.run(until_idle=True)
    place = Place("pools", 0)
    ours = [commit for commit in made if place in commit.positions]
    assert [commit.topics for commit in ours] == [["deadletters", "desk"]]
    assert ours[0].positions[place] >= len(MANY) + 1


def test_a_commit_that_fails_before_tasks_are_handled_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(EmbeddedLog(tmp_path / "log.db", create=True, synchronous="NORMAL")) as log:
        flaky = FlakyLog(log)
        one = worker(flaky)
        one.step()
        log.write([BAD])
        monkeypatch.setattr(one._operations, "follow", lambda **_: None)
        flaky.fail = {flaky.commits: "before"}
        with pytest.raises(CommitUnknown):
            one._operations.catch_up(writes=one._writes_for_all())
        one.close()
