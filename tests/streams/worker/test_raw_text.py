"""Payloads and long texts of tasks: which topics hold them, and that nothing else ever does.

A word that is nowhere else is put into the payload and another into a long feature; then everything
that was written or is shown is searched for both.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.events import Ask, Gold, Label, Pool, Prediction, Reward, Task, Tick
from bandit.learn import saved_brain
from bandit.packed import decompressed
from bandit.settings import AuditSettings, MemorySettings, PolicySettings, Settings
from replay.evaluation.api import evaluate
from replay.log_files.archive_folder import ArchiveFolder
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.log.topics import TOPICS
from streams.monitor.health import Board, Limits
from streams.monitor.metrics import Metrics
from streams.worker.worker import Worker
from tests.streams.archive.archive_audit import archive_all, audit
from tests.streams.scenes import events, kept, letters, new_log, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

OF_PAYLOAD, OF_TEXT = "xylographer", "quillwort"
SETTINGS = Settings(
    seed=1,
    policy=PolicySettings(name="uniform", labels_per_task=2, max_labels=3),
    audit=AuditSettings(share=0.5),
    memory=MemorySettings(remember_closed_s=500.0),
)


def task(number: int) -> Task:
    return Task(
        task=f"t{number}",
        project="p",
        at=float(number),
        classes=("yes", "no"),
        features={
            "lang": ("de", "en")[number % 2],
            "length": float(number),
            "comment": f"{OF_TEXT} said that {number} is a number, and many other words beside it",
            "image": tuple(0.01 * (n + number) for n in range(100)),
        },
        deadline_at=number + 400.0,
        payload={"text": f"A {OF_PAYLOAD} and {number}"},
    )


def live(log: EmbeddedLog) -> str:
    """Let tasks come, be answered, audited, refused, closed and forgotten; return what is shown."""
    board = Board(Limits(turn_s=60.0, lag=20, model_age_s=600.0, silence_s=5.0, skew_s=30.0))
    metrics = Metrics(board)
    one = Worker(
        log,
        engine_maker(SETTINGS, log.partitions("tasks")),
        WorkerSettings(snapshot_every=5, snapshot_min_s=0.0, tick_s=3600.0),
        progress=board.publish,
        observe=metrics.observe,
    )
    write(log, Pool(pool="experts", at=0.0, usd_per_label=1.0, gold=True), Tick(at=0.0))
    answered: set[tuple[str, int]] = set()
    for number in range(30):
        now = 10.0 * number
        model = Prediction(task=f"t{number}", source="model", chances={"yes": 1.0}, at=now)
        late = msgspec.structs.replace(model, source="late", task=f"t{number - 5}")
        write(log, *([late] if number % 10 == 9 else []))  # closed or asked about by then
        write(log, model, task(number), msgspec.structs.replace(task(number), at=-1.0))
        if number % 10 == 4:
            write(log, Gold(task=f"t{number}", answer="yes", at=now))  # before any label
        for ask in events(log, "asks", Ask):
            if (ask.task, ask.ask) not in answered:
                write(log, answer(ask, now))
                answered.add((ask.task, ask.ask))
        write(log, Tick(at=now))
        one.step()
        one.step()
    write(log, *(Tick(at=300.0 + 100.0 * n) for n in range(8)))
    for _ in range(5):
        one.step()
    shown = repr(one.figures()) + metrics.exposition("")[0].decode()
    one.finish()
    one.close()
    return shown


def answer(ask: Ask, at: float) -> Label:
    return Label(
        label=f"{ask.task}/{ask.ask}",
        task=ask.task,
        ask=ask.ask,
        pool=ask.pool,
        labeler=f"w{ask.ask}",
        answer="yes",
        at=at,
    )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedLog:
    return new_log(tmp_path_factory.mktemp("raw") / "log.db", partitions=2)


@pytest.fixture(scope="module")
def figures(log: EmbeddedLog) -> str:
    return live(log)


def holding(log: EmbeddedLog, word: str) -> set[str]:
    """Topics but dead letters with a record that has the word, in its value or its key."""
    return {
        topic
        for topic in TOPICS
        if topic != "deadletters"
        for record in read(log, topic)
        if word.encode() in (record.value or b"") + (record.key or b"")
    }


def model(log: EmbeddedLog) -> str:
    """Return what the newest snapshot holds, the compressed names of its labelers too."""
    saved = saved_brain.read(next(kept(log).newest_first()).data)
    names = [decompressed(one.labels.labelers) for one in saved.projects.values()]
    return f"{saved} {names}"


def test_the_payload_stands_where_asks_are_made_and_nowhere_else(
    log: EmbeddedLog, figures: str
) -> None:
    """The desk keeps it for the next ask of the task, an audit's too, until it is forgotten."""
    assert holding(log, OF_PAYLOAD) == {"tasks", "desk", "asks"}
    assert OF_PAYLOAD not in figures
    assert "'late_predictions': 3" in figures
    assert "poolwise_predictions_late_total" in figures


def test_a_long_text_stands_in_the_input_alone(log: EmbeddedLog, figures: str) -> None:
    assert holding(log, OF_TEXT) == {"tasks"}
    assert OF_TEXT not in figures
    assert "w1" in model(log)  # there was something to search
    assert OF_TEXT not in model(log)
    assert OF_PAYLOAD not in model(log)
    assert len(events(log, "rewards", Reward)) > 40


def test_a_dead_letter_quotes_neither_and_keeps_the_record_as_it_came(
    log: EmbeddedLog, figures: str
) -> None:
    found = letters(log)
    assert figures
    assert {letter.rule for letter in found} == {"contradicts"}
    assert not any(word in letter.message for letter in found for word in (OF_PAYLOAD, OF_TEXT))
    assert all(OF_TEXT.encode() in (letter.original or b"") for letter in found)


def test_the_archive_holds_neither_and_all_of_the_rest(
    log: EmbeddedLog, figures: str, tmp_path: Path
) -> None:
    """Vectors, predictions and rewards without a pool come back from the columns as they were."""
    assert figures
    archive_all(log, tmp_path)
    audit(log, tmp_path)
    with closing(ArchiveFolder(tmp_path)) as folder:
        for topic in ("decisions", "rewards", "verdicts"):
            found = list(folder.values(topic))
            assert sorted(found) == sorted(one.value or b"" for one in read(log, topic))
            assert not any(word.encode() in b"".join(found) for word in (OF_PAYLOAD, OF_TEXT))
        rewards = [msgspec.json.decode(one, type=Reward) for one in folder.values("rewards")]
    alone = [one for one in rewards if one.pool is None]
    assert {(one.ask, one.basis, one.target) for one in alone} == {(0, "gold", "yes")}
    assert all(one.predictions == {"model": {"yes": 1.0}} for one in rewards)
    vectors = {"comment[words>32]", "image[100>32]"}
    assert all(vectors <= one.features.keys() for one in rewards)


def test_the_log_and_its_archive_are_evaluated_alike(
    log: EmbeddedLog, figures: str, tmp_path: Path
) -> None:
    assert figures
    archive_all(log, tmp_path)
    found = [evaluate(path, target="uniform") for path in (log.path, tmp_path)]
    assert found[0].counts == found[1].counts
    assert found[0].counts["unread"] == 0
    assert (found[0].logging, found[0].withheld) == (found[1].logging, found[1].withheld)


def test_what_stays_on_the_desk_of_a_task_is_what_is_logged(log: EmbeddedLog, figures: str) -> None:
    """And it is written again as it was read."""
    assert figures
    states = [one.value for one in read(log, "desk") if (one.key or b"").startswith(b"task/")]
    found = [msgspec.json.decode(value)["task"]["features"] for value in states if value]
    assert found
    assert all("comment" not in features and "image" not in features for features in found)
