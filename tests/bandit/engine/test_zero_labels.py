"""Tasks that the machine labeler answers alone: when, how often, and how it is found out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.events import (
    NO_ASK,
    STOP,
    Ask,
    Control,
    Decision,
    Label,
    Pool,
    Reward,
    Task,
    Tick,
    Verdict,
)
from bandit.settings import AuditSettings, MemorySettings, PolicySettings, Settings
from tests.bandit.hostile import Play, moves, opening
from tests.bandit.learn.taught import CLASSES, features_of, label, taught
from tests.bandit.small import GOLD, change

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bandit.events import Input, Output
    from bandit.settings import Settings as SettingsType
    from tests.bandit.hostile import Move

CHOSEN = Settings(audit=AuditSettings(share=1e-9))
POOL = Pool(pool="a", at=0.0, usd_per_label=0.05, ask_timeout_s=60.0)
EXPERTS = Pool(pool="experts", at=0.0, usd_per_label=0.5, ask_timeout_s=900.0, gold=True)


def task(number: int, **fields: Any) -> Task:
    features = features_of(number)
    made = Task(task=f"new{number}", project="p", at=0.0, classes=CLASSES, features=features)
    return change(made, **fields)  # type: ignore[no-any-return]  # of any event


def engine(chosen: SettingsType = CHOSEN, *more: Input, tasks: int = 300) -> Engine:
    made = Engine(chosen, taught(chosen, tasks))
    for event in (POOL, Tick(at=0.0), *more):
        made.receive(event)
    return made


def all_of(made: Engine, some: Iterable[Input]) -> list[Output]:
    return [one for event in some for one in made.receive(event)]


def first_decisions(out: list[Output]) -> list[Decision]:
    return [one for one in out if isinstance(one, Decision) and one.ask == 1]


def verdicts_of(out: list[Output]) -> list[Verdict]:
    return [one for one in out if isinstance(one, Verdict)]


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_what_is_foreseen_is_answered_without_people_but_for_a_share(share: float) -> None:
    """Of 200 tasks; false alarms of the share 1e-4."""
    chosen = change(CHOSEN, policy=PolicySettings(check_share=share))
    out = all_of(engine(chosen), (task(number) for number in range(200)))
    decisions = first_decisions(out)
    assert all(one.labels == 0 and one.prior for one in decisions)
    assert [one.pmf[STOP] for one in decisions] == pytest.approx([1.0 - share] * 200)
    verdicts = verdicts_of(out)
    answered = {one.task: one for one in verdicts}
    assert len(verdicts) == pytest.approx(200 * (1.0 - share), abs=3.9 * (200 * 0.25) ** 0.5)
    assert {(one.basis, one.why, one.labels, one.usd) for one in verdicts} == {
        ("model", "value", 0, 0.0)
    }
    for number in range(200):
        if (verdict := answered.get(f"new{number}")) is not None:
            assert verdict.answer == CLASSES[number % 2]
            assert (verdict.confidence or 0.0) > 0.9
    assert sum(isinstance(one, Ask) for one in out) == 200 - len(verdicts)


@pytest.mark.parametrize(
    ("tasks", "control", "features"),
    [
        (40, None, True),  # it has seen too few tasks
        (300, Control(at=0.0, project="p", machine="off"), True),
        (300, None, False),  # it knows nothing of this task
    ],
)
def test_it_never_answers_where_it_may_not(
    tasks: int, control: Control | None, features: bool
) -> None:
    made = engine(CHOSEN, *([] if control is None else [control]), tasks=tasks)
    some = [task(number) if features else task(number, features={}) for number in range(30)]
    decisions = first_decisions(all_of(made, some))
    if features and control is None:
        assert not made.brain.project("p").machine.is_ready
    if not features:
        decisions = [one for one in decisions if not one.prior]
    assert all(STOP not in one.pmf for one in decisions)
    if control is not None:
        assert all(not one.prior for one in decisions)


def test_one_that_is_frozen_answers_and_learns_nothing() -> None:
    made = engine(CHOSEN, Control(at=0.0, project="p", machine="frozen"))
    out = all_of(made, (task(number) for number in range(40)))
    assert len(verdicts_of(out)) > 20
    before = made.brain.project("p").machine.seen
    truth = {one.task: CLASSES[int(one.task[3:]) % 2] for one in verdicts_of(out)}
    rewards = [
        one
        for name, answer in truth.items()
        for one in made.receive(change(GOLD, task=name, answer=answer))
        if isinstance(one, Reward)
    ]
    assert len(rewards) == len(truth)
    all_of(made, rewards)  # type: ignore[arg-type]  # rewards are fed like inputs
    assert made.brain.project("p").machine.seen == before


def test_one_that_is_frozen_while_labels_contradict_it_has_people_asked_about_every_task() -> None:
    """Until it is on again, whatever people answer meanwhile."""
    made = engine()
    surprise = made.brain.project("p").machine.surprise
    while not surprise.is_cautious:
        surprise.learn(-1.0)
    made.receive(Control(at=0.0, project="p", machine="frozen"))
    out = all_of(made, (task(number) for number in range(40)))
    assert not verdicts_of(out)
    assert all(one.prior and STOP not in one.pmf for one in first_decisions(out))
    assert sum(isinstance(one, Ask) for one in out) == 40
    rewards = [
        one
        for number in range(40)
        for one in made.receive(change(GOLD, task=f"new{number}", answer=CLASSES[number % 2]))
        if isinstance(one, Reward)
    ]
    all_of(made, rewards)  # type: ignore[arg-type]  # rewards are fed like inputs
    again = all_of(made, (task(number) for number in range(40, 60)))
    assert all(STOP not in one.pmf for one in first_decisions(again))


def test_a_task_that_is_checked_keeps_the_prior_of_its_first_decision() -> None:
    """Whatever is learned in between; its rewards carry it."""
    chosen = change(CHOSEN, policy=PolicySettings(check_share=1.0, min_labels=3))
    made = engine(chosen)
    (first, ask) = made.receive(task(0))
    assert isinstance(first, Decision)
    assert isinstance(ask, Ask)
    assert first.prior
    for number in range(400, 440):
        for n in (1, 2):
            made.receive(label(number, n))
    assert made.brain.project("p").prior(CLASSES, features_of(0), {}) != first.prior
    given_ = Label(label="l", task="new0", ask=1, pool="a", labeler="w1", answer="yes", at=5.0)
    out = made.receive(given_)
    assert [one.prior for one in out if isinstance(one, Decision)] == [first.prior]
    out = made.receive(change(GOLD, task="new0", answer="yes"))
    rewards = [one for one in out if isinstance(one, Reward)]
    assert len(rewards) == 2
    assert all(one.prior == first.prior for one in rewards)


def test_an_audit_of_an_answer_without_labels_teaches_model_and_calibration() -> None:
    chosen = change(CHOSEN, audit=AuditSettings(share=1.0))
    made = engine(chosen, EXPERTS)
    out: list[Output] = []
    for number in range(20):
        out = made.receive(task(number))
        if verdicts_of(out):
            break
    (verdict,) = verdicts_of(out)
    assert (verdict.basis, verdict.audited, verdict.audit_propensity) == ("model", True, 1.0)
    (ask,) = [one for one in out if isinstance(one, Ask)]
    assert ask.pool == "experts"
    before = made.brain.project("p").machine.seen
    wrong = CLASSES[CLASSES.index(verdict.answer or "") - 1]
    expert = Label(
        label="l", task=ask.task, ask=ask.ask, pool="experts", labeler="e", answer=wrong, at=9.0
    )
    out = made.receive(expert)
    (revised,) = verdicts_of(out)
    assert (revised.basis, revised.answer, revised.revision) == ("gold", wrong, 1)
    rewards = [one for one in out if isinstance(one, Reward)]
    (alone,) = [one for one in rewards if one.ask == NO_ASK]
    assert (alone.target, alone.basis, alone.audit_propensity) == (wrong, "gold", 1.0)
    assert (alone.verdict_answer, alone.prior is None) == (verdict.answer, False)
    for reward in rewards:
        made.receive(reward)
    project = made.brain.project("p")
    assert project.machine.seen == before + 1
    assert project.calibration.golds == 1
    assert project.calibration.calibrated(0.99) < 0.98
    assert project.labels.labelers.golds == 0


def test_where_no_pool_has_room_the_share_that_is_checked_waits() -> None:
    """Scarce people don't make the machine labeler answer what it is to be checked on."""
    chosen = change(CHOSEN, policy=PolicySettings(check_share=0.4))
    busy = change(POOL, capacity_per_hour=1e-3, ask_timeout_s=1e5)
    made = engine(chosen, busy)
    out = all_of(made, (task(number) for number in range(200)))
    decisions = first_decisions(out)
    assert sum(one.choice == STOP for one in decisions) == pytest.approx(120, abs=28)
    assert all(one.pmf[STOP] == pytest.approx(0.6) for one in decisions)
    later = all_of(made, (Tick(at=600.0 * hour) for hour in range(1, 10)))
    assert verdicts_of(later) == []  # one draw a task, not one whenever it is looked at


# Whatever comes in ----------------------------------------------------------------------------

known_tasks = st.tuples(
    st.just("task"),
    st.sampled_from(("t1", "t2", "t3")),
    st.just(("yes", "no")),
    st.integers(0, 9).map(features_of),
    st.sampled_from((None, None, 50.0)),
    st.none(),
    st.sampled_from((None, 0.95)),
)
wild = st.lists(st.one_of(moves, known_tasks, known_tasks), max_size=40).map(
    lambda some: (*opening[:3], *some)
)


@settings(max_examples=80, deadline=None)
@given(wild, st.sampled_from((0.05, 0.5, 1.0)), st.sampled_from((0.02, 1.0)), st.booleans())
def test_answers_without_labels_keep_every_promise_whatever_comes_in(
    some: Sequence[Move], check_share: float, share: float, forgets: bool
) -> None:
    chosen = Settings(
        policy=PolicySettings(check_share=check_share, max_labels=4, max_asks=8),
        audit=AuditSettings(share=share),
        memory=MemorySettings(remember_closed_s=100.0 if forgets else 1e6),
    )
    play = Play(chosen, taught(chosen))
    play.play(some)
    play.finish()
    prior: dict[str, object] = {}
    for out in play.history.outputs:
        for one in out:
            if isinstance(one, Decision):
                if one.ask == 1:
                    prior[one.task] = one.prior
                assert one.prior == prior[one.task]
                if one.labels == 0 and one.why != "audit" and one.pmf.get(STOP, 1.0) < 1.0:
                    assert one.prior
                    assert one.pmf[STOP] <= max(1.0 - check_share, 0.01) + 1e-9
            elif isinstance(one, Reward) and one.ask != NO_ASK:
                assert one.prior == prior[one.task]
            elif isinstance(one, Verdict):
                assert (one.basis == "model") <= (one.labels == 0)
                assert one.basis != "none" or one.labels == 0
