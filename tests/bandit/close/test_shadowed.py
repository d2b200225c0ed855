"""A shadowed labeler is asked, paid and judged, and their labels change no answer and no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
import pytest

from bandit.events import (
    Ask,
    Control,
    DeadLetter,
    Decision,
    Gold,
    Label,
    Reward,
    Task,
    Tick,
    Verdict,
)
from bandit.settings import Settings
from tests.bandit.small import GOLD, LABEL, SECOND, SETTINGS, TASK, change, engine

if TYPE_CHECKING:
    from bandit.events import Output

T = TypeVar("T")

SHADOW = Control(at=0.0, project="p", shadow=("w1",))
THIRD = change(LABEL, label="l3", ask=3, labeler="w3")


def of(kind: type[T], out: list[Output]) -> list[T]:
    return [event for event in out if isinstance(event, kind)]


def test_their_label_counts_for_nothing_and_the_task_goes_on() -> None:
    made = engine(SHADOW, TASK)
    out = made.receive(LABEL)
    (decision,), (ask,) = of(Decision, out), of(Ask, out)
    assert (decision.labels, decision.answers) == (0, ())
    assert ask.exclude == ("w1",)  # as without shadowing: nobody labels a task twice
    made.receive(change(SECOND, answer="no"))
    out = made.receive(change(THIRD, answer="no"))
    (verdict,) = of(Verdict, out)
    assert (verdict.answer, verdict.labels) == ("no", 2)
    assert verdict.usd == pytest.approx(0.15)


def test_their_reward_says_so_and_compares_them_with_the_others() -> None:
    made = engine(SHADOW, TASK)
    out = [*made.receive(LABEL), *made.receive(change(SECOND, answer="no"))]
    out += made.receive(change(THIRD, answer="no"))
    shadowed, *others = of(Reward, out)
    assert shadowed.shadowed
    assert not any(reward.shadowed for reward in others)
    (verdict,) = of(Verdict, out)
    assert shadowed.target == verdict.posterior
    assert shadowed.quality == verdict.posterior["yes"] < 0.5
    assert (shadowed.usd, shadowed.basis, shadowed.machine_labels) == (0.05, "consensus", None)
    assert [reward.machine_labels for reward in others] == [2, 2]
    by_gold = of(Reward, made.receive(GOLD))
    assert [(one.shadowed, one.quality) for one in by_gold] == [
        (True, 1.0),
        (False, 0.0),
        (False, 0.0),
    ]
    assert [one.verdict_confidence is not None for one in by_gold] == [False, True, False]


def test_nothing_is_learned_from_their_labels() -> None:
    with_label, without = (engine(SHADOW, settings=Settings()) for _ in range(2))
    rewards = []
    for made in (with_label, without):
        out = list(made.receive(TASK))
        out += made.receive(LABEL)
        for ask, labeler in ((2, "w2"), (3, "w3"), (4, "w4")):
            out += made.receive(
                change(LABEL, label=f"l{ask}", ask=ask, labeler=labeler, answer="no")
            )
        out += made.receive(Gold(task="t1", answer="no", at=9.0))
        rewards = of(Reward, out)
        assert any(reward.shadowed for reward in rewards)
        for reward in rewards:
            if made is with_label or not reward.shadowed:
                made.receive(reward)
    models = [made.brain.project("p").saved() for made in (with_label, without)]
    assert msgspec.json.encode(models[0]) == msgspec.json.encode(models[1])
    assert with_label.brain.pool_rate("p", "a") == without.brain.pool_rate("p", "a")


def test_labels_count_again_once_the_order_is_lifted_and_old_ones_stay_out() -> None:
    made = engine(SHADOW, TASK)
    made.receive(LABEL)
    made.receive(Control(at=6.0, project="p"))
    made.receive(SECOND)
    (verdict,) = of(Verdict, made.receive(THIRD))
    assert verdict.labels == 2
    made.receive(change(TASK, task="t2"))
    made.receive(change(LABEL, task="t2", label="l4"))
    (verdict,) = of(Verdict, made.receive(change(SECOND, task="t2", label="l5")))
    assert verdict.labels == 2
    assert verdict.usd == pytest.approx(0.10)


def test_only_that_project_shadows_them() -> None:
    made = engine(SHADOW, change(TASK, project="q"))
    made.receive(LABEL)
    (verdict,) = of(Verdict, made.receive(SECOND))
    assert verdict.labels == 2


def test_a_task_of_shadowed_labelers_alone_ends() -> None:
    policy = msgspec.structs.replace(SETTINGS.policy, max_asks=3)
    made = engine(
        change(SHADOW, shadow=("w1", "w2", "w3")),
        TASK,
        settings=msgspec.structs.replace(SETTINGS, policy=policy),
    )
    out = [event for label in (LABEL, SECOND, THIRD) for event in made.receive(label)]
    (verdict,) = of(Verdict, out)
    assert (verdict.answer, verdict.basis, verdict.labels) == (None, "none", 0)
    assert verdict.usd == pytest.approx(0.15)
    assert [(one.shadowed, one.basis) for one in of(Reward, out)] == [(True, "none")] * 3


def test_a_late_label_of_theirs_leaves_the_answer_as_it_is() -> None:
    made = engine(SHADOW, change(TASK, deadline_at=10.0))
    made.receive(change(LABEL, labeler="w2"))
    (before,) = of(Verdict, made.receive(Tick(at=11.0)))
    assert before.labels == 1
    (after,) = of(Verdict, made.receive(change(SECOND, labeler="w1", answer="no")))
    assert (after.answer, after.labels, after.revision) == ("yes", 1, 1)
    assert after.confidence == before.confidence


@pytest.mark.parametrize(
    ("control", "rule", "message"),
    [
        (change(SHADOW, shadow=("",)), "bad_id", "shadow ''"),
        (change(SHADOW, project=None), "bad_field", "shadow belongs in a control of a project"),
        (
            change(SHADOW, shadow=("w",) * 1001),
            "bad_field",
            "shadow: 1,001 labelers, at most 1,000",
        ),
    ],
)
def test_what_cannot_be_shadowed_is_refused(control: Control, rule: str, message: str) -> None:
    (letter,) = of(DeadLetter, engine().receive(control))
    assert letter.rule == rule
    assert message in letter.message


def test_an_ask_does_not_prefer_them() -> None:
    made = engine(settings=Settings())
    names = ("w1", "w2", "w3", "w4")
    for number in range(40):
        out = list(made.receive(change(TASK, task=f"t{number}")))
        given = 0
        while out:
            event = out.pop(0)
            if isinstance(event, Reward):
                made.receive(event)
            elif isinstance(event, Ask):
                label = Label(
                    label=f"{number}/{event.ask}",
                    task=event.task,
                    ask=event.ask,
                    pool="a",
                    labeler=names[given % 4],
                    answer="yes" if number % 2 else "no",
                    at=1.0,
                )
                given += 1
                out += made.receive(label)

    def preferred(task: Task) -> tuple[str, ...]:
        (ask,) = of(Ask, made.receive(task))
        return tuple(ask.prefer)

    before = preferred(change(TASK, task="before"))
    assert "w1" in before
    made.receive(SHADOW)
    assert preferred(change(TASK, task="after")) == tuple(name for name in before if name != "w1")
