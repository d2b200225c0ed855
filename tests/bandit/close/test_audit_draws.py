"""Who is audited is one draw per task, and an expert's answer is the truth, not a label."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.events import Ask, Decision, Decline, Gold, Label, Pool, Reward, Task, Tick, Verdict
from bandit.learn.brain import Brain
from bandit.reasons import DecisionReason
from bandit.settings import AuditSettings, PolicySettings, Settings

LABELERS = Pool(pool="a", at=0.0, usd_per_label=0.05, ask_timeout_s=1e6)
BRAIN = Brain(Settings())
shares = st.floats(0.001, 1.0)
seeds = st.integers(0, 2**32)


def engine(
    share: float, seed: int, experts: list[Pool], usd_per_day: float | None = None
) -> Engine:
    """Return an engine that takes one label a task, and then audits a share of them."""
    chosen = Settings(
        seed=seed,
        policy=PolicySettings(
            name="fixed", pool="a", labels_per_task=1, max_labels=1, min_labels=1, max_asks=3
        ),
        audit=AuditSettings(share=share, usd_per_day=usd_per_day),
    )
    made = Engine(chosen, BRAIN)
    for pool in (LABELERS, *experts):
        made.receive(pool)
    made.receive(Tick(at=0.0))
    return made


def expert(name: str, *skills: str, usd: float = 1.0) -> Pool:
    return Pool(pool=name, at=0.0, usd_per_label=usd, ask_timeout_s=1e6, gold=True, skills=skills)


def label(ask: Ask, answer: str) -> Label:
    return Label(
        label=f"{ask.task}/{ask.ask}",
        task=ask.task,
        ask=ask.ask,
        pool=ask.pool,
        labeler=f"{ask.pool}-1",
        answer=answer,
        at=ask.at,
    )


def closed(made: Engine, name: str) -> tuple[Verdict, list[Ask]]:
    """Label a task; return its verdict, and the ask of its audit if there is one."""
    (asked,) = (
        event
        for event in made.receive(Task(task=name, project="p", at=0.0, classes=("yes", "no")))
        if isinstance(event, Ask)
    )
    out = made.receive(label(asked, "yes"))
    (verdict,) = (event for event in out if isinstance(event, Verdict))
    return verdict, [event for event in out if isinstance(event, Ask)]


def audited(share: float, seed: int) -> set[str]:
    made = engine(share, seed, [expert("experts")])
    names = [f"t{number}" for number in range(20)]
    return {name for name in names if closed(made, name)[0].audited}


@settings(max_examples=15)
@given(shares, shares, seeds)
def test_a_larger_share_audits_the_same_tasks_and_more(
    share: float, other: float, seed: int
) -> None:
    """So raising the share on a running system takes no audit back."""
    less, more = sorted((share, other))
    assert audited(less, seed) <= audited(more, seed)


@settings(max_examples=15)
@given(shares, seeds)
def test_a_verdict_is_sent_to_an_expert_exactly_if_it_says_that_it_is_audited(
    share: float, seed: int
) -> None:
    made = engine(share, seed, [expert("experts")])
    for number in range(20):
        verdict, asks = closed(made, f"t{number}")
        assert verdict.audit_propensity == share
        assert [ask.pool for ask in asks] == ["experts"] * verdict.audited


@settings(max_examples=15)
@given(
    st.lists(st.sampled_from(("e1", "e2", "e3")), min_size=1, unique=True),
    seeds,
)
def test_experts_are_drawn_evenly_whatever_their_prices(names: list[str], seed: int) -> None:
    made = engine(1.0, seed, [expert(name, usd=len(name) + i) for i, name in enumerate(names)])
    made.receive(Pool(pool="shut", at=0.0, usd_per_label=0.01, gold=True, open=False))
    task = Task(task="t", project="p", at=0.0, classes=("yes", "no"))
    (asked,) = (event for event in made.receive(task) if isinstance(event, Ask))
    out = made.receive(label(asked, "yes"))
    (decision,) = (
        event for event in out if isinstance(event, Decision) and event.why == DecisionReason.AUDIT
    )
    assert decision.pmf == {name: 1.0 / len(names) for name in names}


@settings(max_examples=15)
@given(st.sampled_from(("yes", "no")), seeds)
def test_the_answer_of_an_expert_is_the_truth_and_no_label(answer: str, seed: int) -> None:
    made = engine(1.0, seed, [expert("experts")])
    first, (ask,) = closed(made, "t")
    out = made.receive(label(ask, answer))
    (final,) = (event for event in out if isinstance(event, Verdict))
    assert (final.answer, final.basis, final.confidence) == (answer, "gold", 1.0)
    assert (final.labels, final.usd) == (first.labels, first.usd)


@settings(max_examples=15)
@given(st.sampled_from(("yes", "no")), st.sampled_from(("yes", "no")), seeds)
def test_an_expert_does_not_overrule_gold_that_came_first(
    gold: str, answer: str, seed: int
) -> None:
    made = engine(1.0, seed, [expert("experts")])
    _, (ask,) = closed(made, "t")
    made.receive(Gold(task="t", answer=gold, at=0.0))
    out = made.receive(label(ask, answer))
    assert {event.answer for event in out if isinstance(event, Verdict)} <= {gold}


@settings(max_examples=10)
@given(seeds)
def test_an_audit_that_every_expert_declines_ends(seed: int) -> None:
    """After at most as many asks as two tasks may have for their labels: `policy.max_asks` is 3."""
    made = engine(1.0, seed, [expert(f"e{number}") for number in range(9)])
    _, asks = closed(made, "t")
    pools = []
    while asks:
        (ask,) = asks
        pools.append(ask.pool)
        decline = Decline(task="t", ask=ask.ask, pool=ask.pool, at=0.0)
        asks = [event for event in made.receive(decline) if isinstance(event, Ask)]
    assert len(pools) == 6 - 1  # one ask was for the label
    assert len(set(pools)) == len(pools)


@settings(max_examples=15)
@given(shares, shares, seeds)
def test_a_changed_share_changes_no_audit_of_the_past(
    share: float, other: float, seed: int
) -> None:
    """A worker restarts with another share, and gold revises verdicts that it didn't write."""
    before, after = engine(share, seed, []), engine(other, seed, [])
    first = {name: closed(before, name)[0] for name in (f"t{number}" for number in range(20))}
    after.restore(0, [(key, value) for _, key, value in before.changes()])
    for name, verdict in first.items():
        out = after.receive(Gold(task=name, answer="no", at=0.0))
        (revised,) = (event for event in out if isinstance(event, Verdict))
        assert revised.revision == 1
        assert (revised.audited, revised.audit_propensity) == (
            verdict.audited,
            verdict.audit_propensity,
        )


def test_gold_from_elsewhere_teaches_without_the_chance_of_an_audit() -> None:
    """Nobody drew the task for it, even where an audit was drawn, too, and comes later."""
    made = engine(1.0, 1, [expert("experts")])
    _, (ask,) = closed(made, "t")
    out = made.receive(Gold(task="t", answer="yes", at=0.0)) + made.receive(label(ask, "yes"))
    taught = [one for one in out if isinstance(one, Reward) and one.verdict_answer is not None]
    assert [one.audit_propensity for one in taught] == [None]


def test_what_needs_no_audit_or_can_have_none_says_a_chance_of_zero() -> None:
    """A verdict by gold that came before its labels, and one without an answer."""
    made = engine(1.0, 1, [expert("experts")])
    made.receive(Gold(task="known", answer="yes", at=0.0))
    known = made.receive(Task(task="known", project="p", at=0.0, classes=("yes", "no")))
    made.receive(Task(task="none", project="p", at=0.0, classes=("yes", "no"), deadline_at=5.0))
    late = made.receive(Tick(at=5.0))
    for out, answer in ((known, "yes"), (late, None)):
        (verdict,) = (event for event in out if isinstance(event, Verdict))
        assert verdict.answer == answer
        assert (verdict.audited, verdict.audit_propensity) == (False, 0.0)
        assert not [event for event in out if isinstance(event, Ask)]
