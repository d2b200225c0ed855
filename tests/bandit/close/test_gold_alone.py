"""Gold of a task without labels has a reward of its own, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.events import NO_ASK, Input, Prediction, Reward, Tick
from bandit.labels.model import LabelModel
from bandit.labels.saved import save
from bandit.learn import saved_brain
from bandit.machine.labeler import MachineLabeler
from bandit.settings import AuditSettings, MemorySettings
from tests.bandit.small import (
    DECLINE,
    GOLD,
    LABEL,
    POOL,
    SECOND,
    SETTINGS,
    TASK,
    change,
    engine,
    kinds,
)

if TYPE_CHECKING:
    from bandit.events import Output

FEATURED = change(TASK, features={"lang": "en", "place": (0.5, 1.0)})


def alone(out: list[Output]) -> list[Reward]:
    return [one for one in out if isinstance(one, Reward) and one.ask == NO_ASK]


@pytest.mark.parametrize(
    "events",
    [
        (GOLD, FEATURED),  # before its task
        (FEATURED, GOLD),  # while a pool is asked
        (FEATURED, Tick(at=61.0), Tick(at=122.0), GOLD),  # after asks that expired
        (change(FEATURED, deadline_at=10.0), Tick(at=10.0), GOLD),  # after a verdict without labels
    ],
)
def test_it_says_the_truth_and_what_was_known_of_the_task(events: tuple[Input, ...]) -> None:
    model = Prediction(task="t1", source="model", chances={"yes": 1.0}, at=0.0)
    made = engine(model)
    out = [one for event in events for one in made.receive(event)]
    (reward,) = alone(out)
    assert (reward.pool, reward.labeler, reward.answer, reward.quality) == (None,) * 4
    assert (reward.target, reward.basis, reward.revision) == ("yes", "gold", 0)
    assert (reward.usd, reward.reward, reward.delay_s) == (0.0, None, None)
    assert reward.features == {"lang": "en", "place[2]": (0.5, 1.0)}
    assert reward.predictions == {"model": {"yes": 1.0}}
    assert reward.verdict_answer is None
    assert out.index(reward) > [type(one).__name__ for one in out].index("Verdict")


@pytest.mark.parametrize("before", [(TASK, LABEL), (TASK, LABEL, SECOND)])
def test_gold_of_a_task_with_labels_judges_them_and_has_none(before: tuple[Input, ...]) -> None:
    made = engine(*before)
    out = made.receive(GOLD)
    assert alone(out) == []
    assert "Reward" in kinds(out)


def test_a_late_label_is_judged_by_the_gold_and_the_reward_stays_one() -> None:
    made = engine(TASK, GOLD)
    out = made.receive(LABEL)
    assert alone(out) == []
    (reward,) = [one for one in out if isinstance(one, Reward)]
    assert (reward.ask, reward.basis, reward.quality) == (1, "gold", 1.0)


def test_a_repeat_of_the_gold_writes_nothing() -> None:
    made = engine(TASK, GOLD)
    assert made.receive(change(GOLD, source="another")) == []


def test_it_is_written_once_over_a_restart() -> None:
    kept = change(SETTINGS, memory=MemorySettings(remember_closed_s=1e6))
    made = engine(TASK, GOLD, settings=kept)
    again = engine(settings=kept)
    again.restore(0, [(key, value) for _, key, value in made.changes()])
    assert alone(again.receive(LABEL)) == []


def test_an_audit_of_labels_has_none() -> None:
    made = engine(settings=change(SETTINGS, audit=AuditSettings(share=1.0)))
    made.receive(change(POOL, pool="experts", gold=True))
    out = [one for event in (TASK, LABEL, SECOND) for one in made.receive(event)]
    expert = change(LABEL, label="l3", ask=4, pool="experts", labeler="e")
    out += made.receive(expert)
    assert alone(out) == []
    assert any(isinstance(one, Reward) and one.basis == "gold" for one in out)


def test_the_brain_learns_of_it_what_features_say_and_nothing_of_labelers() -> None:
    made = engine(DECLINE)
    out = [one for event in (GOLD, FEATURED) for one in made.receive(event)]
    for reward in alone(out):
        made.receive(reward)
    assert made.brain.position == 1
    saved = saved_brain.read(made.brain.to_bytes())
    assert saved.projects["p"].machine != MachineLabeler().saved()
    assert saved.projects["p"].labels == save(LabelModel())
    assert (saved.labelers, saved.pools, saved.judged) == ({}, {}, {})
