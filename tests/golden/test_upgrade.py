"""What earlier releases left behind is read as they read it, and gone on with in place."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow.dataset as ds
import pytest

from bandit.events import Ask, Label, Verdict
from bandit.learn.quality import ARGUMENTS
from replay.log_files.log_file import LogFile
from streams.cli.archive import archive
from streams.clients.address import open_log
from streams.clients.feeding import records_of
from streams.config.config import read_config
from streams.core import engine_maker
from streams.log.codec import InputDecoder
from streams.worker.worker import Worker
from tests.golden.of_release.expected import expected
from tests.golden.releases import RELEASES, copied
from tests.streams.scenes import events, kept, label, letters, read, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path

    from streams.log.log import Log


@pytest.fixture(params=RELEASES, ids=lambda release: release.name)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of what a release has left."""
    return copied(request.param, tmp_path)


@pytest.fixture
def wanted(release: Path) -> dict[str, Any]:
    """Return what that release says of it."""
    found: dict[str, Any] = json.loads((release / "expected.json").read_text(encoding="utf-8"))
    return found


def flat(found: Any, name: str = "") -> dict[str, Any]:
    """Return the leaves of nested objects by their path."""
    if not isinstance(found, dict):
        return {name: found}
    parts = [flat(value, f"{name}/{key}") for key, value in found.items()]
    return {path: leaf for part in parts for path, leaf in part.items()}


def arguments(log: Log) -> str:
    """Return VW's arguments in the newest snapshot."""
    saved = msgspec.json.decode(next(kept(log).newest_first()).data)
    return str(saved["vw_arguments"])


def test_desks_brain_and_positions_are_read_as_that_release_read_them(
    release: Path, wanted: dict[str, Any]
) -> None:
    """Where the model's features have changed, pools' plain records stand for it."""
    with closing(open_log(str(release / "log.db"))) as log:
        if arguments(log) != ARGUMENTS:
            wanted["qualities"] = {
                name: {name.partition(", ")[2]: rate} for name, rate in wanted["pool_rates"].items()
            }
    assert flat(expected(release / "log.db")) == pytest.approx(flat(wanted), rel=1e-4)


def unanswered(log: Log, now: float) -> list[Ask]:
    """Return the asks that no label has come for, and that are still awaited."""
    lines = [msgspec.json.decode(one.value or b"") for one in read(log, "labels")]
    answered = {(line.get("task"), line.get("ask")) for line in lines}
    asks = events(log, "asks", Ask)
    return [ask for ask in asks if (ask.task, ask.ask) not in answered and ask.expires_at > now]


def test_its_log_and_archive_are_gone_on_with_in_place(
    release: Path, wanted: dict[str, Any]
) -> None:
    path, config = release / "log.db", read_config(release / "poolwise.toml")
    with closing(open_log(str(path))) as log:
        make = engine_maker(config.core, log.partitions("tasks"))
        with closing(Worker(log, make, config.worker)) as worker:
            worker.run(until_idle=True)
            assert worker.handled == 0  # nothing is done twice
            assert worker.core.open_asks() == wanted["open_asks"]
            assert worker.learner.counters["learned"] == 0
            now = max(ask.at for ask in events(log, "asks", Ask)) + 2.0
            for _ in range(12):
                labels: list[Label] = [label(ask, now) for ask in unanswered(log, now)]
                write(log, *labels)
                now += 30.0
                tick = b'{"type":"Tick","at":%f}' % now
                log.write(records_of(tick, InputDecoder(), log.partitions("labels")))
                worker.run(until_idle=True)
            assert worker.learner.counters["learned"] > 10
        assert letters(log) == []
        assert len(events(log, "verdicts", Verdict)) > wanted["records"]["verdicts"] + 5
        assert arguments(log) == ARGUMENTS
    run(archive, path, release / "archive", "--until-idle")
    with closing(LogFile(path)) as file:
        for topic in ("decisions", "rewards", "verdicts"):
            rows = ds.dataset(release / "archive" / topic, format="parquet").count_rows()
            assert rows == len(list(file.values(topic))) > wanted["records"][topic]
