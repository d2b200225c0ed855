"""Dead letters of gold and predictions that waited for their task: fed again, they count."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.events import Ask, Decision, Gold, Prediction, Tick, Verdict
from bandit.settings import MemorySettings, PolicySettings, Settings
from streams.clients.resending import resend
from streams.core import engine_maker
from streams.log.codec import encode
from tests.streams.scenes import events, label, letters, new_log, read, record, task, worker, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

WAITS_S = 100.0
SETTINGS = Settings(
    seed=1,
    policy=PolicySettings(name="cheapest", labels_per_task=2),
    memory=MemorySettings(gold_waits_s=WAITS_S, remember_closed_s=1000.0),
)
GOLD = Gold(task="t1", answer="no", at=3.0, source="Ada")
MODEL = Prediction(task="t1", source="model", chances={"yes": 0.75, "no": 0.25}, at=0.0)
JUDGE = Prediction(task="t1", source="judge", chances={"no": 1.0}, at=0.0)


@pytest.fixture
def log(path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    with closing(new_log(path)) as opened:
        yield opened


def work(log: EmbeddedLog, *written: Gold | Prediction | Tick) -> None:
    write(log, *written)
    with closing(worker(log, engine_maker(SETTINGS, 1))) as one:
        one.run(until_idle=True)


def sent(log: EmbeddedLog) -> list[str]:
    """Send all letters again; return the topics that they went to."""
    return [new.topic for sent in resend(log, "poolwise") for new in sent.records]


def answer(log: EmbeddedLog, *answers: str) -> None:
    """Answer the asks, one after the other."""
    for given in answers:
        work(log)
        write(log, label(events(log, "asks", Ask)[-1], 300.0, given))
    work(log)


def test_gold_that_came_too_early_revises_the_verdict_when_it_is_fed_again(
    log: EmbeddedLog,
) -> None:
    work(log, Tick(at=0.0), GOLD, Tick(at=WAITS_S))
    (letter,) = letters(log)
    assert (letter.rule, letter.topic, letter.key) == ("unknown_task", "labels", b"t1")
    assert (letter.offset, letter.original) == (None, encode(GOLD))
    write(log, task("t1"))
    answer(log, "yes", "yes")
    assert sent(log) == ["labels"]
    work(log)
    first, second = events(log, "verdicts", Verdict)
    assert (first.answer, first.basis) == ("yes", "consensus")
    assert (second.answer, second.basis, second.revision) == ("no", "gold", 1)
    assert len(letters(log)) == 1


def test_gold_of_a_class_that_the_task_got_later_counts_when_it_is_fed_again(
    log: EmbeddedLog,
) -> None:
    """The task lacked a class; it is forgotten, and comes again with all of them."""
    gold = Gold(task="t1", answer="maybe", at=3.0)
    write(log, gold, task("t1"))
    answer(log, "yes", "yes")
    (letter,) = letters(log)
    assert (letter.rule, letter.topic) == ("unknown_answer", "labels")
    assert letter.original == encode(gold)
    work(log, Tick(at=0.0), Tick(at=2000.0))
    write(log, task("t1", classes=("yes", "no", "maybe")))
    answer(log, "yes", "yes")
    sent(log)
    work(log)
    assert events(log, "verdicts", Verdict)[-1].answer == "maybe"


def test_predictions_that_came_too_early_count_when_they_are_fed_again(log: EmbeddedLog) -> None:
    work(log, Tick(at=0.0), MODEL, JUDGE)
    work(log, Tick(at=WAITS_S))
    assert {letter.original for letter in letters(log)} == {encode(MODEL), encode(JUDGE)}
    assert sent(log) == ["tasks", "tasks"]
    write(log, task("t1"))
    work(log)
    both = {"model": MODEL.chances, "judge": JUDGE.chances}
    assert [one.predictions for one in events(log, "decisions", Decision)] == [both]


def test_a_prediction_of_a_class_that_the_task_lacks_is_kept_itself_and_not_the_task(
    log: EmbeddedLog,
) -> None:
    wrong = Prediction(task="t1", source="model", chances={"maybe": 1.0}, at=0.0)
    write(log, wrong, JUDGE, task("t1"))
    work(log)
    (letter,) = letters(log)
    assert (letter.rule, letter.topic, letter.key) == ("unknown_class", "tasks", b"t1")
    assert letter.original == encode(wrong)
    assert sent(log) == ["tasks"]
    assert read(log, "tasks")[-1].value == record(wrong).value
