"""What earlier releases left behind is read as they read it, and gone on with in place."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow.dataset as ds
import pytest

from bandit.events import Ask, Label, Reward, Verdict
from bandit.labels.labelers import DECAY, GONE_DECAY, one_coin
from bandit.learn import saved_brain
from bandit.learn.brain import Brain
from bandit.learn.pool_quality import key_of
from bandit.learn.quality import ARGUMENTS
from bandit.settings import Settings
from replay.evaluation.api import evaluate
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
    if found.pop("accuracies", None):  # of a model of labels that is gone: its records are left
        with closing(open_log(str(release / "log.db"))) as log:
            records = msgspec.json.decode(next(kept(log).newest_first()).data)["labelers"]
        names = ("right", "total", "golds")
        found["labelers"] = {
            key: {name: one.get(name, 0) for name in names} for key, one in records.items()
        }
    return found


def flat(found: Any, name: str = "") -> dict[str, Any]:
    """Return the leaves of nested objects by their path."""
    if not isinstance(found, dict):
        return {name: found}
    parts = [flat(value, f"{name}/{key}") for key, value in found.items()]
    return {path: leaf for part in parts for path, leaf in part.items()}


def arguments(log: Log) -> str:
    """Return VW's arguments in the newest snapshot."""
    return saved_brain.read(next(kept(log).newest_first()).data).vw_arguments


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


def test_records_of_its_labelers_are_where_the_model_of_labels_begins(release: Path) -> None:
    """Of the first label of someone it knew, the model has the counts of one coin, and one more."""
    with closing(open_log(str(release / "log.db"))) as log:
        data = next(kept(log).newest_first()).data
        rewards = [one for one in events(log, "rewards", Reward) if one.basis == "consensus"]
    records = msgspec.json.decode(data)["labelers"]
    known = [one for one in rewards if records[key(one)].get("total", 0.0) > 1.0]
    assert known
    for reward in known:
        record, pool = records[key(reward)], msgspec.json.decode(data)["pools"][pool_key(reward)]
        brain = Brain.from_bytes(Settings(), data)
        even = dict.fromkeys(reward.classes, 1.0 / len(reward.classes))  # so that one label counts
        new = msgspec.structs.replace(
            reward, task="new", why="first", previous_basis=None, revision=0, prior=even
        )
        brain.learn(new)
        model = brain.project(reward.project).labels
        counts = model.labelers.of([model.labelers.slots[reward.labeler or ""]])[0]
        k = len(reward.classes)
        answer = reward.classes.index(reward.answer or "")
        before = one_coin(record.get("right", 0.0), record["total"], k)
        added = counts - DECAY * before
        for chain in added:
            others = np.delete(chain, answer, axis=1)
            assert others == pytest.approx(np.zeros((k, k - 1)), abs=1e-5)
            assert chain[:, answer].sum() == pytest.approx(1.0, abs=1e-5)
            assert chain[answer, answer] > 1.0 / k
        of_pool = one_coin(pool["right"], pool["total"], k)
        sums = model.labelers.sums[0, 1, 0]
        assert sums == pytest.approx(GONE_DECAY * (of_pool - before) + counts[0], abs=1e-4)
        assert brain.project("none").labels.labelers.slots == {}


def key(reward: Reward) -> str:
    """Return the key of the record of a reward's labeler."""
    return key_of(reward.project, reward.labeler or "")


def pool_key(reward: Reward) -> str:
    """Return the key of the record of a reward's pool."""
    return key_of(reward.project, reward.pool or "")


EVALUATED = {
    "release_0_1": {
        "tasks": 29,
        "pending": 12,
        "cut": 13,
        "stuck": 4,
        "audited": 1,
        "gold": 1,
        "rows": 12,
        "mean of the log": 0.286553750089958,
        "IPS": 0.09872596189750721,
    },
    "release_0_1_d2899fb": {
        "tasks": 28,
        "pending": 10,
        "cut": 8,
        "stuck": 5,
        "audited": 3,
        "gold": 3,
        "rows": 15,
        "mean of the log": 0.36757510262530513,
        "IPS": 0.12754426841945787,
    },
}
"""Today's evaluation of each release's log: counts, and estimates that no change of a model moves.

A change of what the evaluator takes for an audit or a price moves them: state them anew then.
"""


@pytest.mark.parametrize("place", ["log.db", "archive"])
def test_its_log_and_its_archive_are_evaluated_alike_and_as_ever(release: Path, place: str) -> None:
    """Only answers that rest on labels are audited: gold that came before them is no audit."""
    found = evaluate(release / place, target="uniform")
    assert found.logging is not None
    values = {one.estimator: one.value for one in (found.logging, *found.withheld)}
    assert found.counts["unread"] == found.counts["headless"] == 0
    seen, wanted = {**found.counts, **values, "rows": found.rows}, EVALUATED[release.name]
    assert {name: seen[name] for name in wanted} == pytest.approx(wanted, rel=1e-9)
    with closing(open_log(str(release / "log.db"))) as log:
        first = [one for one in events(log, "verdicts", Verdict) if one.revision == 0]
    audits = [one for one in first if one.audited and one.answer and one.basis != "gold"]
    assert 0 < found.counts["audited"] <= len(audits)


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
