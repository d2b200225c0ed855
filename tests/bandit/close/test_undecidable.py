"""Tasks that labels can't decide: the verdict says so, beside the answer that is the likeliest."""

from __future__ import annotations

import pytest

from bandit.decide.policies.context import Action, Context
from bandit.engine.decider import reason_of
from bandit.engine.engine import Engine
from bandit.events import Ask, Label, Tick, Verdict
from bandit.learn.brain import Brain
from bandit.reasons import StopReason
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.small import POOL, TASK, change

SETTINGS = Settings(
    policy=PolicySettings(stop_floor=1e-9, explore_floor=1e-9), audit=AuditSettings(share=1e-9)
)


def context(posterior: tuple[float, ...], value_usd: float | None) -> Context:
    """Two labels have come; another is worth `value_usd`, if there is anybody to ask."""
    return Context(
        actions=() if value_usd is None else (Action("a", 0.05, value_usd, 0.7, 0.7),),
        may_stop=True,
        may_answer=False,
        posterior=posterior,
        labels=2,
        labels_left=3,
        worth_usd=1.0,
        learned=0,
    )


@pytest.mark.parametrize(
    ("posterior", "value_usd", "reason"),
    [
        ((0.6, 0.4), -0.01, StopReason.UNDECIDABLE),
        ((0.4, 0.1, 0.5), -0.01, StopReason.UNDECIDABLE),
        ((0.7, 0.3), -0.01, StopReason.VALUE),
        ((0.6, 0.4), 0.01, StopReason.VALUE),
        ((0.6, 0.4), None, StopReason.VALUE),
    ],
    ids=["tied", "two of three tied", "one likelier", "a label would pay", "nobody to ask"],
)
def test_a_tie_that_no_label_settles_is_undecidable(
    posterior: tuple[float, ...], value_usd: float | None, reason: StopReason
) -> None:
    assert reason_of(context(posterior, value_usd)) is reason


def test_two_labels_that_disagree_about_a_task_of_little_worth() -> None:
    """A right answer is worth less than a label: after a tie, nobody else is asked."""
    exploring = PolicySettings(stop_floor=1e-9, explore_floor=1.0)  # or one label is enough
    settings = Settings(policy=exploring, audit=AuditSettings(share=1e-9))
    engine = Engine(settings, Brain(settings))
    for event in (POOL, Tick(at=0.0)):
        engine.receive(event)
    out = engine.receive(change(TASK, value_usd=0.06))
    for number, answer in enumerate(("yes", "no"), 1):
        (ask,) = [event for event in out if isinstance(event, Ask)]
        said = Label(
            label=f"l{number}",
            task="t1",
            ask=ask.ask,
            pool="a",
            labeler=f"w{number}",
            answer=answer,
            at=5.0,
        )
        out = engine.receive(said)
    (verdict,) = [event for event in out if isinstance(event, Verdict)]
    assert (verdict.labels, verdict.why) == (2, "undecidable")
    assert verdict.answer in TASK.classes
