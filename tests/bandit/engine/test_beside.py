"""Several asks of a task at once: where time is short or waiting costs something, and not else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from bandit.events import STOP, Ask, Control, DeadLetter, Decision, Pool, Reward, Tick, Verdict
from bandit.settings import PolicySettings, ProjectSettings, Settings
from tests.bandit.small import DECLINE, GOLD, LABEL, TASK, change, engine

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Output

SLOW = Pool(
    pool="a",
    at=0.0,
    usd_per_label=0.02,
    expected_delay_s=1200.0,
    ask_timeout_s=36_000.0,
    asks_per_task=9,
)
SOON = change(TASK, deadline_at=1500.0)
WAITING_COSTS = Settings(project=ProjectSettings(delay_usd_per_hour=0.3))


def running(*pools: Pool, settings: Settings | None = None) -> Engine:
    return engine(*(pools or (SLOW,)), settings=settings or Settings())


def asks(out: list[Output]) -> list[Ask]:
    return [one for one in out if isinstance(one, Ask)]


def label(made: Engine, ask: Ask, answer: str = "yes", at: float = 10.0) -> list[Output]:
    who = f"w{ask.ask}"
    of_ask = {"label": who, "ask": ask.ask, "pool": ask.pool, "labeler": who}
    return made.receive(change(LABEL, answer=answer, at=at, **of_ask))


def verdicts(out: list[Output]) -> list[Verdict]:
    return [one for one in out if isinstance(one, Verdict)]


# How many are asked -------------------------------------------------------------------------


def test_one_ask_at_a_time_where_there_is_time_and_waiting_is_free() -> None:
    for task in (TASK, change(TASK, deadline_at=86_400.0)):
        assert len(asks(running().receive(task))) == 1


def test_several_at_once_where_the_deadline_is_near() -> None:
    sent = asks(running().receive(SOON))
    assert 3 <= len(sent) <= 9
    assert [one.ask for one in sent] == list(range(1, len(sent) + 1))


def test_more_at_once_the_nearer_the_deadline() -> None:
    counts = [
        len(asks(running().receive(change(TASK, deadline_at=at))))
        for at in (1500.0, 6000.0, 9000.0)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_several_at_once_where_waiting_costs_something() -> None:
    assert len(asks(running(settings=WAITING_COSTS).receive(TASK))) > 1


@pytest.mark.parametrize("most", [1, 2, 4])
def test_no_more_than_the_pool_takes_of_a_task(most: int) -> None:
    made = running(change(SLOW, asks_per_task=most))
    assert len(asks(made.receive(SOON))) == min(most, len(asks(running().receive(SOON))))


def test_pools_take_one_ask_of_a_task_where_nothing_else_is_said() -> None:
    made = running(change(SLOW, asks_per_task=1), change(SLOW, pool="b", asks_per_task=1))
    assert len(asks(made.receive(SOON))) == 1


def test_no_more_labels_are_asked_for_than_a_task_may_have() -> None:
    made = running(settings=Settings(policy=PolicySettings(max_labels=2)))
    assert len(asks(made.receive(SOON))) == 2


def test_the_budget_holds() -> None:
    made = running()
    made.receive(Control(at=0.0, project="p", usd_per_day=0.05))
    assert len(asks(made.receive(SOON))) == 2


def test_the_capacity_holds() -> None:
    made = running(change(SLOW, capacity_per_hour=24.0))  # two at once, then one in 150 s
    made.receive(Tick(at=300.0))
    assert len(asks(made.receive(change(SOON, value_usd=50.0)))) == 2


def test_other_policies_ask_one_after_the_other() -> None:
    made = running(settings=Settings(policy=PolicySettings(name="cheapest")))
    assert len(asks(made.receive(SOON))) == 1


# What the log says --------------------------------------------------------------------------


def test_stopping_is_no_option_beside_awaited_asks() -> None:
    out = running(SLOW, change(SLOW, pool="b")).receive(SOON)
    first, *others = [one for one in out if isinstance(one, Decision)]
    assert first.why == "first"
    for one in others:
        assert one.why == "more"
        assert set(one.pmf) == {"a", "b"}
        assert math.fsum(one.pmf.values()) == pytest.approx(1.0)
        assert one.propensity == one.pmf[one.choice]


# What comes next ----------------------------------------------------------------------------


def test_labels_are_waited_for_while_they_may_change_the_answer() -> None:
    made = running()
    sent = asks(made.receive(SOON))
    assert not verdicts(label(made, sent[0]))
    assert not verdicts(label(made, sent[1], "no"))


def test_a_task_ends_once_what_is_awaited_can_hardly_change_the_answer() -> None:
    made = running()
    sent = asks(made.receive(SOON))
    (verdict,) = [one for ask in sent for one in verdicts(label(made, ask)) if not one.revision]
    assert (verdict.answer, verdict.why) == ("yes", "value")
    assert 2 < verdict.labels < len(sent)


def test_labels_that_disagree_have_further_ones_asked_for_while_others_are_awaited() -> None:
    made = running()
    first, second, *others = asks(made.receive(SOON))
    assert others
    assert not asks(label(made, first, "yes"))
    assert asks(label(made, second, "no"))


def test_where_waiting_costs_the_task_ends_before_all_have_answered() -> None:
    made = running(settings=WAITING_COSTS)
    sent, out = asks(made.receive(TASK)), []
    for one in sent:
        out = label(made, one)
        if verdicts(out):
            break
    (verdict,) = verdicts(out)
    assert verdict.labels < len(sent)
    expired = [one.ask for one in out if isinstance(one, Reward) and one.basis == "expired"]
    assert expired == [one.ask for one in sent[verdict.labels :]]
    (later,) = verdicts(label(made, sent[-1]))  # paid, and it counts
    assert (later.revision, later.labels) == (1, verdict.labels + 1)


def test_what_was_cut_short_does_not_make_the_pool_look_slow() -> None:
    """What is withdrawn after 600 s has waited for as long, not until it would have expired."""
    made, now = running(settings=WAITING_COSTS), 0.0
    for number in range(60):
        task = f"t{number}"
        sent = asks(made.receive(change(TASK, task=task, at=now)))
        now += 600.0
        made.receive(Tick(at=now))
        out: list[Output] = []
        for one in sent:
            who = f"w{number}-{one.ask}"
            out = made.receive(
                change(LABEL, task=task, label=who, labeler=who, ask=one.ask, at=now)
            )
            for reward in out:
                if isinstance(reward, Reward):
                    made.receive(reward)
            if verdicts(out):
                break
    record = made.brain.pool_record("p", "a")
    assert record.expired > 0.0
    assert 600.0 < record.wait_s(SLOW.expected_delay_s) < 3000.0


def test_a_decline_of_several_has_another_asked() -> None:
    made = running()
    sent = asks(made.receive(SOON))
    out = made.receive(change(DECLINE, ask=sent[0].ask))
    assert len(asks(out)) == 1


def test_gold_closes_the_task_and_ends_all_asks() -> None:
    made = running()
    sent = asks(made.receive(SOON))
    out = made.receive(GOLD)
    (verdict,) = verdicts(out)
    assert verdict.basis == "gold"
    assert made.open_asks() == 0
    assert len([one for one in out if isinstance(one, Reward) and one.ask]) == len(sent)


def test_the_deadline_closes_the_task_with_the_labels_that_came() -> None:
    made = running()
    sent = asks(made.receive(SOON))
    label(made, sent[0])
    (verdict,) = verdicts(made.receive(Tick(at=1500.0)))
    assert (verdict.why, verdict.labels) == ("deadline", 1)
    assert made.open_asks() == 0


def test_a_paused_project_asks_no_more() -> None:
    made = running()
    first, second, *_ = asks(made.receive(SOON))
    made.receive(Control(at=0.0, project="p", paused=True))
    label(made, first, "yes")
    assert asks(label(made, second, "no")) == []


@pytest.mark.parametrize("least", [1, 3, 9])
def test_labels_without_which_a_task_may_not_stop_are_asked_for_at_once(least: int) -> None:
    """The answer is worth so little that none but these are bought."""
    policy = PolicySettings(min_labels=least)
    cheap = change(SOON, value_usd=0.1)
    waiting_costs = change(WAITING_COSTS, policy=policy)
    assert len(asks(running(settings=Settings(policy=policy)).receive(cheap))) == least
    made = running(settings=waiting_costs)
    assert len(asks(made.receive(change(TASK, value_usd=0.1)))) == least


def test_no_more_than_one_is_asked_whose_label_hardly_comes_in_time() -> None:
    made = running(settings=Settings(policy=PolicySettings(min_labels=3)))
    assert len(asks(made.receive(change(SOON, value_usd=0.1, deadline_at=500.0)))) == 1


def test_stopping_waits_for_the_least_number_of_labels() -> None:
    policy = PolicySettings(min_labels=3)
    made = running(settings=change(WAITING_COSTS, policy=policy))
    sent = asks(made.receive(TASK))
    out = [one for ask in sent for one in verdicts(label(made, ask))]
    assert out[0].labels >= 3


@pytest.mark.parametrize(("number", "shown"), [(0, " 0"), (1001, " 1001"), (10**400, "")])
def test_asks_per_task_out_of_range_is_refused(number: int, shown: str) -> None:
    (letter,) = running().receive(change(SLOW, asks_per_task=number))
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "bad_number"
    assert letter.message == f"pool 'a': asks_per_task{shown}: must be between 1 and 1,000"


def test_an_expert_who_was_asked_is_asked_alone() -> None:
    experts = Pool(pool="experts", at=0.0, usd_per_label=0.0, gold=True)
    policy = PolicySettings(escalate=True)
    made = running(change(SLOW, usd_per_label=0.9), experts, settings=Settings(policy=policy))
    for number in range(30):
        out = made.receive(change(SOON, task=f"t{number}"))
        decisions = [one for one in out if isinstance(one, Decision)]
        assert STOP not in {one.choice for one in decisions}
        if any(one.choice == "experts" for one in decisions):
            assert decisions[-1].choice == "experts"
            return
    pytest.fail("no expert was asked")
