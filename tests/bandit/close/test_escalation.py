"""Escalation: experts are asked where no label is worth its price, but they are."""

from __future__ import annotations

from statistics import fmean

import pytest

from bandit.engine.engine import Engine
from bandit.events import Ask, Control, Decision, Decline, Label, Output, Reward, Tick, Verdict
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.market import Crew, History, Market, Work, pool
from tests.bandit.small import POOL, TASK, change

NO_AUDITS = AuditSettings(share=1e-9, least=1e-9)
POLICY = PolicySettings(
    escalate=True, max_labels=1, max_asks=4, stop_floor=1e-9, explore_floor=1e-9
)
SETTINGS = Settings(policy=POLICY, audit=NO_AUDITS)
EXPERTS = change(POOL, pool="experts", usd_per_label=0.6, gold=True)
WORTHY = change(TASK, value_usd=100.0)
POOR = change(TASK, value_usd=0.3)


def opened(settings: Settings, task: object) -> tuple[Engine, Ask]:
    """An engine with a labeler's pool and one of experts, and the ask for its task's label."""
    engine = Engine(settings, Brain(settings))
    for event in (POOL, EXPERTS, Tick(at=0.0)):
        engine.receive(event)
    out = engine.receive(task)  # type: ignore[arg-type]
    (ask,) = [event for event in out if isinstance(event, Ask)]
    return engine, ask


def label(ask: Ask, answer: str, labeler: str = "w1") -> Label:
    return Label(
        label=f"l{ask.ask}",
        task=ask.task,
        ask=ask.ask,
        pool=ask.pool,
        labeler=labeler,
        answer=answer,
        at=5.0,
    )


def test_an_expert_settles_what_labels_cannot() -> None:
    """After the only label that is allowed, an answer at .7 of $100 is worth an expert's $0.60."""
    engine, ask = opened(SETTINGS, WORTHY)
    assert ask.pool == "a"
    out = engine.receive(label(ask, "yes"))
    decision, escalated = out
    assert isinstance(decision, Decision)
    assert isinstance(escalated, Ask)
    assert (decision.choice, set(decision.pmf)) == ("experts", {"experts", "stop"})
    assert decision.values_usd["experts"] == pytest.approx(
        100.0 * (1.0 - decision.confidence) - 0.6, abs=1e-9
    )
    assert escalated.prefer == ()
    out = engine.receive(label(escalated, "no", "expert-1"))
    (verdict,) = [event for event in out if isinstance(event, Verdict)]
    assert (verdict.answer, verdict.confidence, verdict.basis) == ("no", 1.0, "gold")
    assert (verdict.labels, verdict.why, verdict.audited) == (1, "gold", False)
    assert verdict.usd == pytest.approx(POOL.usd_per_label + 0.6)
    rewards = {reward.ask: reward for reward in out if isinstance(reward, Reward)}
    judged = rewards[ask.ask]
    assert (judged.target, judged.quality, judged.basis) == ("no", 0.0, "gold")
    assert judged.audit_propensity == 1.0
    assert judged.verdict_confidence == pytest.approx(decision.confidence, abs=0.02)
    assert rewards[escalated.ask].why == "escalation"


@pytest.mark.parametrize(
    ("settings", "task"),
    [
        (change(SETTINGS, policy=change(POLICY, escalate=False)), WORTHY),
        (SETTINGS, POOR),
        (change(SETTINGS, policy=change(POLICY, name="cheapest", labels_per_task=1)), WORTHY),
    ],
    ids=["not wanted", "not worth it", "another policy"],
)
def test_elsewhere_experts_are_not_asked(settings: Settings, task: object) -> None:
    engine, ask = opened(settings, task)
    out = engine.receive(label(ask, "yes"))
    assert not [event for event in out if isinstance(event, Ask)]


def test_where_experts_decline_the_pools_of_labelers_are_valued_as_before() -> None:
    """Several tasks share one look-ahead, which is kept: experts' values don't belong in it."""
    settings = change(SETTINGS, policy=change(POLICY, max_labels=2))
    engine = Engine(settings, Brain(settings))
    for event in (change(POOL, usd_per_label=90.0), EXPERTS, Tick(at=0.0)):
        engine.receive(event)
    seen: list[float] = []
    for number in range(3):
        out = engine.receive(change(WORTHY, task=f"t{number}"))
        (ask,) = [event for event in out if isinstance(event, Ask)]
        assert ask.pool == "experts"
        out += engine.receive(Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=1.0))
        seen += [event.values_usd["a"] for event in out if isinstance(event, Decision)]
    assert len(set(seen)) == 1
    assert len(seen) >= 3


def test_tasks_without_labels_are_alike_before_and_after_one_was_escalated() -> None:
    """What labels are worth is kept for all tasks without labels; experts are no part of it."""
    settings = change(SETTINGS, policy=change(POLICY, stop_floor=0.01, explore_floor=0.02))
    engine = Engine(settings, Brain(settings))
    for event in (change(POOL, usd_per_label=2.0), EXPERTS, Tick(at=0.0)):
        engine.receive(event)
    decisions = []
    for name in ("t1", "t2", "t3"):
        out = engine.receive(change(TASK, task=name, value_usd=2.0))
        decisions += [event for event in out if isinstance(event, Decision)]
    assert len(decisions) == 3
    assert all(one.values_usd == decisions[0].values_usd for one in decisions)
    assert set(decisions[0].values_usd) == {"a", "experts"}


def without_room(policy: PolicySettings, *, experts_open: bool = True) -> list[Output]:
    """What follows from a task's first label where the labelers' pool has become dear and full."""
    engine, ask = opened(change(SETTINGS, policy=change(policy, max_labels=3)), WORTHY)
    full = change(POOL, usd_per_label=90.0, capacity_per_hour=0.001)
    engine.receive(full)
    (other,) = [
        event
        for event in engine.receive(change(WORTHY, task="other", value_usd=9000.0))
        if isinstance(event, Ask)
    ]
    assert other.pool == "a"  # which takes the only place
    engine.receive(change(EXPERTS, open=experts_open))
    return engine.receive(label(ask, "yes"))


SINGLE = change(POLICY, second_opinion=1e-9)


def test_an_expert_settles_what_stops_for_want_of_room() -> None:
    """No further label is worth its price, and the pool has no room; experts are worth theirs."""
    decision, escalated = without_room(SINGLE)
    assert isinstance(decision, Decision)
    assert isinstance(escalated, Ask)
    assert (decision.choice, set(decision.pmf)) == ("experts", {"experts", "stop"})
    assert decision.propensity == decision.pmf["experts"]


@pytest.mark.parametrize(
    ("policy", "experts_open"),
    [(change(SINGLE, escalate=False), True), (SINGLE, False)],
    ids=["not wanted", "experts have no room either"],
)
def test_without_experts_it_stops(policy: PolicySettings, experts_open: bool) -> None:
    decision, verdict, *_ = without_room(policy, experts_open=experts_open)
    assert isinstance(decision, Decision)
    assert isinstance(verdict, Verdict)
    assert (decision.choice, verdict.why, verdict.answer) == ("stop", "value", "yes")


def test_what_waits_for_room_is_not_escalated() -> None:
    """A second label is still wanted, whatever it loses: the task waits for it."""
    assert without_room(change(POLICY, second_opinion=0.99, explore_floor=1.0)) == []


def test_a_pinned_project_asks_no_expert() -> None:
    engine = Engine(SETTINGS, Brain(SETTINGS))
    for event in (POOL, EXPERTS, Tick(at=0.0), Control(at=0.0, project="p", pool="a")):
        engine.receive(event)
    (ask,) = [event for event in engine.receive(WORTHY) if isinstance(event, Ask)]
    out = engine.receive(label(ask, "yes"))
    assert not [event for event in out if isinstance(event, Ask)]


def test_a_pool_of_experts_that_declines_is_not_asked_again() -> None:
    engine, ask = opened(SETTINGS, WORTHY)
    _, escalated = engine.receive(label(ask, "yes"))
    assert isinstance(escalated, Ask)
    decline = Decline(task=escalated.task, ask=escalated.ask, pool="experts", at=6.0)
    out = engine.receive(decline)
    (verdict,) = [event for event in out if isinstance(event, Verdict)]
    assert (verdict.answer, verdict.why) == ("yes", "max_labels")
    assert verdict.usd == pytest.approx(POOL.usd_per_label)


def test_an_expert_who_answers_after_the_deadline_revises_the_verdict() -> None:
    """The price of the ask is given back at the deadline, and paid when the answer comes."""
    engine, ask = opened(SETTINGS, change(WORTHY, deadline_at=10.0))
    _, escalated = engine.receive(label(ask, "yes"))
    assert isinstance(escalated, Ask)
    assert escalated.expires_at == 10.0
    out = engine.receive(Tick(at=11.0))
    (before,) = [event for event in out if isinstance(event, Verdict)]
    assert (before.answer, before.why, before.basis) == ("yes", "deadline", "single")
    assert before.usd == pytest.approx(POOL.usd_per_label)
    out = engine.receive(label(escalated, "no", "expert-1"))
    (after,) = [event for event in out if isinstance(event, Verdict)]
    assert (after.answer, after.basis, after.revision) == ("no", "gold", 1)
    assert after.usd == pytest.approx(POOL.usd_per_label + 0.6)
    rewards = [event for event in out if isinstance(event, Reward)]
    assert [(one.why, one.basis, one.previous_basis) for one in rewards] == [
        ("first", "gold", "none"),
        ("escalation", "none", "expired"),
    ]


def run(settings: Settings, seed: int) -> tuple[Market, History]:
    crews = [
        Crew(pool("cheap", 0.02), 0.7, misled=0.3),
        Crew(pool("experts", 0.5, gold=True), 1.0),
    ]
    market = Market(crews, Work(600, every_s=5.0, tick_s=60.0, value_usd=5.0), seed)
    return market, market.run(Engine(settings, Brain(settings)))


def test_escalating_makes_answers_right_for_what_it_costs() -> None:
    """Of 600 tasks, labelers share an error on .3; three markets gain .028, .108 and .132."""
    net, accuracy = [], []
    for escalate in (False, True):
        settings = Settings(seed=1, policy=PolicySettings(escalate=escalate), audit=NO_AUDITS)
        right, cost = [], []
        for seed in (3, 4, 5):
            market, history = run(settings, seed)
            for verdict in history.first_verdicts():
                right.append(verdict.answer == market.truth(verdict.task))
                cost.append(verdict.usd)
        accuracy.append(fmean(right))
        net.append(5.0 * fmean(right) - fmean(cost))
    assert accuracy[1] > accuracy[0] + 0.03
    assert net[1] > net[0]
