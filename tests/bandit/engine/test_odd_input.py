"""Input that is unusual but no mistake: each has a rule, which `docs/events.md` lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.decide.waiting import wait_s
from bandit.events import STOP, Ask, Control, DeadLetter, Decision, Reward, Tick, Verdict
from bandit.labels.weighed import Answer
from bandit.settings import PolicySettings, Settings
from tests.bandit.small import DECLINE, GOLD, LABEL, POOL, SETTINGS, TASK, change, engine, kinds

if TYPE_CHECKING:
    from bandit.events import Output

TWO_LABELS = Settings(
    policy=PolicySettings(name="uniform", labels_per_task=2, min_labels=2, max_labels=2)
)
NOTHING_A_DAY = Control(at=0.0, project="p", usd_per_day=0.0)


def asked(out: list[Output]) -> Ask:
    (found,) = [one for one in out if isinstance(one, Ask)]
    return found


# A labeler in two pools ---------------------------------------------------------------------


def test_a_labeler_in_two_pools_is_one_person_who_labels_a_task_once() -> None:
    made = engine(change(POOL, pool="b"), settings=TWO_LABELS)
    first = asked(made.receive(TASK))
    second = asked(made.receive(change(LABEL, pool=first.pool)))
    assert second.exclude == ("w1",)
    made.receive(change(POOL, pool=first.pool, open=False))
    letter, *_ = made.receive(change(LABEL, label="l2", ask=2, pool=second.pool, answer="no"))
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "repeat_labeler"
    assert letter.message.endswith("labeler 'w1' has labeled this task already")


def test_what_is_learned_of_a_labeler_holds_in_both_pools() -> None:
    made = engine(change(POOL, pool="b"))
    for number in range(20):
        name = f"t{number}"
        made.receive(change(TASK, task=name))
        made.receive(change(LABEL, task=name, label=name))
        for one in made.receive(change(GOLD, task=name)):
            if isinstance(one, Reward):
                made.receive(one)
    labels = made.brain.project("p").labels
    known, unknown = (
        labels.weigh(("yes", "no"), [Answer("b", labeler, "yes")]).posterior()[0]
        for labeler in ("w1", "nobody yet")
    )
    assert known > unknown + 0.05
    assert made.brain.pool_record("p", "b").total == 0.0  # of pool b nothing is known


# Budgets of nothing -------------------------------------------------------------------------


def test_a_budget_of_nothing_asks_no_pool_that_costs_anything() -> None:
    made = engine(NOTHING_A_DAY)
    assert made.receive(TASK) == []
    assert made.halted_tasks() == 1
    assert made.receive(Tick(at=3600.0)) == []
    assert kinds(made.receive(GOLD)) == ["Decision", "Verdict", "Reward"]


def test_a_budget_of_nothing_still_asks_pools_that_are_free() -> None:
    made = engine(NOTHING_A_DAY, change(POOL, pool="a", usd_per_label=0.0))
    assert asked(made.receive(TASK)).pool == "a"


def test_a_deadline_closes_a_task_that_no_budget_allows_to_ask_about() -> None:
    made = engine(NOTHING_A_DAY)
    made.receive(change(TASK, deadline_at=50.0))
    out = made.receive(Tick(at=50.0))
    (verdict,) = [one for one in out if isinstance(one, Verdict)]
    assert (verdict.answer, verdict.basis, verdict.why) == (None, "none", "deadline")


@pytest.mark.parametrize("period", ["usd_per_hour", "usd_per_day", "usd_total"])
def test_a_budget_below_the_cheapest_label_is_a_budget_of_nothing(period: str) -> None:
    too_small, enough = (
        change(Control(at=0.0, project="p"), **{period: usd}) for usd in (0.04, 0.05)
    )
    made = engine(too_small, change(POOL, usd_per_label=0.05))
    assert made.receive(TASK) == []
    assert made.halted_tasks() == 1
    made.receive(enough)
    assert asked(made.receive(Tick(at=1.0))).pool == "a"


def test_the_smallest_of_several_budgets_holds() -> None:
    caps = Control(at=0.0, project="p", usd_per_hour=0.05, usd_per_day=1.0, usd_total=0.1)
    made = engine(caps, change(POOL, usd_per_label=0.05, ask_timeout_s=1e6), Tick(at=0.0))
    asks = []
    for hour in range(4):
        out = made.receive(Tick(at=3600.0 * hour))
        out += made.receive(change(TASK, task=f"t{hour}"))
        asks += [one.task for one in out if isinstance(one, Ask)]
    assert asks == ["t0", "t1"]


def test_a_capacity_of_nothing_is_a_closed_pool() -> None:
    made = engine(change(POOL, capacity_per_hour=0.0))
    assert made.receive(TASK) == []
    assert sum(made.stranded().values()) == 1


# Constraints that can't be met ----------------------------------------------------------------


def test_a_deadline_that_is_over_closes_the_task_as_it_comes() -> None:
    made = engine(Tick(at=100.0))
    out = made.receive(change(TASK, deadline_at=50.0))
    assert kinds(out) == ["Decision", "Verdict"]
    decision, verdict = out
    assert isinstance(decision, Decision)
    assert isinstance(verdict, Verdict)
    assert (decision.pmf, verdict.why, verdict.answer) == ({STOP: 1.0}, "deadline", None)


def test_a_target_that_nobody_can_reach_ends_with_the_limit_of_labels() -> None:
    """Coins that disagree: the task is closed at `max_labels`, with a confidence that says so."""
    settings = change(SETTINGS, policy=PolicySettings(max_labels=3))
    made = engine(settings=settings)
    out = made.receive(change(TASK, target_accuracy=0.999999))
    for number in range(3):
        ask = asked(out)
        answer = ("yes", "no")[number % 2]
        out = made.receive(
            change(LABEL, label=f"l{number}", ask=ask.ask, labeler=f"w{number}", answer=answer)
        )
        if not any(isinstance(one, Ask) for one in out):
            break
    (verdict,) = [one for one in out if isinstance(one, Verdict)]
    assert verdict.labels <= 3
    assert verdict.confidence is not None
    assert verdict.confidence < 0.95


# Clocks that run backwards ------------------------------------------------------------------


def test_a_tick_that_goes_back_is_refused_and_the_time_stays() -> None:
    made = engine(Tick(at=50.0))
    (letter,) = made.receive(Tick(at=49.0))
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "tick_back"
    assert letter.message == "tick 49.0: before the tick 50.0; the clock went back"
    assert made.now(0) == 50.0


def test_a_label_dated_before_its_ask_took_no_time() -> None:
    made = engine(Tick(at=50.0), TASK)
    made.receive(change(LABEL, at=-1e9))
    (reward,) = [one for one in made.receive(GOLD) if isinstance(one, Reward) and one.labeler]
    assert (reward.delay_s, reward.labeler_signals["speed"]) == (0.0, 0.0)


def test_a_task_dated_after_the_time_waits_for_nothing() -> None:
    """Its `at` is by another clock: it orders queues, and no delay is ever negative."""
    made = engine(Tick(at=50.0), change(TASK, at=1e9))
    (verdict,) = [one for one in made.receive(GOLD) if isinstance(one, Verdict)]
    assert verdict.delay_s == 0.0


def test_a_label_dated_in_the_far_future_took_until_now_at_most() -> None:
    """Its ask expires at 60: it took no longer, or else it can't have come before now."""
    for now, delay_s in ((10.0, 60.0), (90.0, 90.0)):
        made = engine(TASK, Tick(at=now))
        out = [*made.receive(change(LABEL, at=2.8e9)), *made.receive(GOLD)]
        rewards = [one for one in out if isinstance(one, Reward) and one.labeler == "w1"]
        assert rewards[-1].delay_s == delay_s


def test_a_label_dated_in_the_far_future_does_not_make_its_pool_look_slow() -> None:
    made = engine(TASK)
    made.receive(change(LABEL, at=2.8e9))
    for one in made.receive(GOLD):
        if isinstance(one, Reward):
            made.receive(one)
    assert wait_s(made.brain, "p", POOL) < 90.0


def test_a_decline_dated_in_the_far_future_ends_its_ask_by_its_expiry() -> None:
    made = engine(TASK)
    (reward,) = [one for one in made.receive(change(DECLINE, at=2.8e9)) if isinstance(one, Reward)]
    assert reward.delay_s == 60.0
