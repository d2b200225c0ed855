"""The simulated market: the same labelers give the same answers to whoever asks."""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING

import pytest

from bandit.events import Ask, Control, Label, Pool
from bandit.settings import PolicySettings, Settings
from replay.baselines.fixed_redundancy import FixedRedundancyBaseline
from replay.market.difficulty import Tempting
from replay.market.drive import Drive
from replay.market.live import live_outcome, live_run
from replay.market.market import Market
from replay.market.pools import EXPERTS, PoolSpec, four_pools
from replay.market.tasks import Arrivals, made_tasks

if TYPE_CHECKING:
    from replay.market.outcome import Outcome

TASKS = 150


def market(seed: int = 1, tasks: int = TASKS) -> Market:
    made = made_tasks(tasks, Arrivals(), seed)
    return Market(four_pools(made[0].task.classes), made, seed, expert_usd=0.5)


def one_pool(tasks: int = 400, *, hard_share: float = 0.0, **changes: object) -> Market:
    """A market of one pool that is right .8 of the time, but for `changes`."""
    fields = {"name": "p", "usd_per_label": 0.1, "skill": 0.8, "labelers": 30, "spread": 200.0}
    spec = PoolSpec(**(fields | changes))  # type: ignore[arg-type]
    return Market([spec], made_tasks(tasks, Arrivals(), 1), 1, [Tempting(share=hard_share)])


def ask(
    task: str,
    pool: str = "p",
    number: int = 1,
    exclude: tuple[str, ...] = (),
    prefer: tuple[str, ...] = (),
) -> Ask:
    return Ask(
        task=task,
        project="simulated",
        ask=number,
        at=0.0,
        pool=pool,
        classes=(),
        payload=None,
        expires_at=900.0,
        exclude=exclude,
        prefer=prefer,
    )


def fixed(pool: str | None, seed: int = 1) -> tuple[Market, Outcome]:
    there = market(seed)
    return there, Drive(FixedRedundancyBaseline(3, pool, seed), there, 1800.0).run(there.events())


def said(outcome: Outcome) -> dict[tuple[str, str], str]:
    return {(label.task, label.labeler): label.answer for label in outcome.labels}


def test_a_labeler_says_the_same_to_every_policy() -> None:
    uniform = Settings(policy=PolicySettings(name="uniform"))
    runs = [fixed(None)[1], fixed("crowd")[1], live_outcome(market(), uniform)]
    common = 0
    for one in runs:
        for other in runs:
            both = said(one).keys() & said(other).keys()
            common += len(both) * (one is not other)
            assert all(said(one)[key] == said(other)[key] for key in both)
    assert common > TASKS


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    once, again, other = (live_outcome(market(seed), Settings()) for seed in (1, 1, 2))
    assert (once.labels, once.verdicts) == (again.labels, again.verdicts)
    assert once.labels != other.labels


def test_a_labeler_is_never_asked_twice_about_a_task() -> None:
    for outcome in (fixed(None)[1], fixed("specialist")[1], live_outcome(market(), Settings())):
        pairs = [(label.task, label.labeler) for label in outcome.labels]
        assert len(pairs) == len(set(pairs))
        assert outcome.dead == []


def test_an_excluded_labeler_is_passed_over() -> None:
    there = one_pool()
    name = next(iter(there.tasks))
    first, second = (market.answer(ask(name), 0.0)[0] for market in (there, one_pool()))
    assert isinstance(first, Label)
    assert first == second
    other = one_pool().answer(ask(name, exclude=(first.labeler,)), 0.0)[0]
    assert isinstance(other, Label)
    assert other.labeler != first.labeler


def sent(there: Market, prefer: tuple[str, ...], exclude: tuple[str, ...] = ()) -> str:
    """The labeler who answers the next ask about the first task."""
    (label,) = there.answer(ask(next(iter(there.tasks)), prefer=prefer, exclude=exclude), 0.0)
    assert isinstance(label, Label)
    return label.labeler


def test_of_the_next_four_the_preferred_one_is_sent() -> None:
    there = one_pool()
    order = [sent(there, ()) for _ in range(6)]
    assert len(set(order)) == 6
    assert sent(one_pool(), (order[2], order[1])) == order[2]
    assert sent(one_pool(), (order[5], order[3])) == order[3]  # the sixth isn't free
    assert sent(one_pool(), (order[5], "nobody")) == order[0]
    assert sent(one_pool(), (order[4], order[0]), exclude=(order[0],)) == order[4]
    there = one_pool()
    assert [sent(there, (order[2],)) for _ in range(3)] == [order[2], order[0], order[1]]


def test_a_pool_without_a_choice_keeps_its_order() -> None:
    first, second = sent(one_pool(), ()), sent(one_pool(), ("p-001", "p-002", "p-003"))
    assert sent(one_pool(choice=1), (second,)) == first


def test_a_pool_is_as_good_as_it_is_said_to_be() -> None:
    """Standard error of the mean of 400 x 5 labels: .009 (tasks and labelers apart)."""
    there = one_pool()
    right = [
        there.said(name, "p", who) == one.truth
        for name, one in there.tasks.items()
        for who in range(0, 30, 6)
    ]
    assert fmean(right) == pytest.approx(0.8, abs=0.03)


def test_skill_differs_by_class_and_drifts() -> None:
    there = one_pool(800, by_class={"animal": -0.3}, drift=-0.2)
    rows = [
        (one.truth == "animal", one.progress, there.said(name, "p", who) == one.truth)
        for name, one in there.tasks.items()
        for who in range(6)
    ]
    animals = fmean(right for animal, _, right in rows if animal)
    early = fmean(right for animal, at, right in rows if not animal and at < 0.25)
    late = fmean(right for animal, at, right in rows if not animal and at > 0.75)
    assert animals == pytest.approx(0.4, abs=0.06)
    assert early - late == pytest.approx(0.15, abs=0.06)


def test_hard_tasks_mislead_a_pool_together() -> None:
    """Two who are both wrong say the same far more often than by chance.

    Hard tasks (.3) where both follow (.64) give .19 of all tasks; both wrong by themselves, which
    agrees about half the time, gives .03 + .01: so .87 of the wrong pairs agree, against .5.
    """

    def same_wrong(there: Market) -> float:
        pairs = [
            (there.said(name, "p", 0), there.said(name, "p", 1), one.truth)
            for name, one in there.tasks.items()
        ]
        return fmean(a == b for a, b, truth in pairs if truth not in (a, b))

    assert same_wrong(one_pool(800, hard_share=0.3, misled=1.0)) > 0.8
    assert same_wrong(one_pool(800)) < 0.7


def test_some_asks_are_declined_or_never_answered() -> None:
    there = one_pool(silent=0.2, declines=0.1)
    answers = [there.answer(ask(name), 0.0) for name in there.tasks]
    silent = fmean(not answer for answer in answers)
    labels = fmean(bool(answer) and isinstance(answer[0], Label) for answer in answers)
    assert silent == pytest.approx(0.2, abs=0.06)
    assert labels == pytest.approx(0.7, abs=0.07)


def test_waits_have_the_median_that_is_said_and_a_full_pool_answers_in_turn() -> None:
    free, full = one_pool(delay_s=100.0), one_pool(delay_s=100.0, capacity_per_hour=60.0)
    waits = [[there.answer(ask(name), 0.0)[0].at for name in there.tasks] for there in (free, full)]
    assert median(waits[0]) == pytest.approx(100.0, rel=0.15)
    assert waits[1][10] - waits[0][10] == pytest.approx(600.0)


def test_a_pool_opens_and_closes_by_the_clock() -> None:
    spec = PoolSpec(name="p", usd_per_label=0.1, skill=0.8, labelers=3, hours=(8.0, 18.0))
    events = [(pool.at / 3600.0, pool.open) for pool in spec.events(0.0, 36 * 3600.0)]
    assert events == [(0.0, False), (8.0, True), (18.0, False), (32.0, True)]
    assert spec.opens_at(19 * 3600.0) == 32 * 3600.0
    assert spec.opens_at(9 * 3600.0) == 9 * 3600.0


def test_events_come_in_the_order_of_time_pools_first() -> None:
    events = list(market().events())
    times = [event.at for event in events]
    assert times == sorted(times)
    assert {event.pool for event in events[:5] if isinstance(event, Pool)} == {
        EXPERTS, "crowd", "offshore", "trained", "specialist",
    }  # fmt: skip


def test_a_run_adds_up() -> None:
    there = market()
    outcome = live_outcome(there, Settings())
    run = live_run(there, outcome)
    price = there.usd_per_label()
    paid = sum(price[label.pool] for label in outcome.labels)
    assert run.usd + run.audit_usd == pytest.approx(paid)
    assert run.labels == sum(pool.labels for pool in run.pools.values())
    assert (run.tasks, run.unanswered) == (TASKS, 0)
    assert 0.5 < run.accuracy <= 1.0
    assert run.on_time > 0.9


def test_three_labels_a_task_are_bought_whatever_is_declined_or_lost() -> None:
    """A label that comes after its repeat was asked is bought too: a few more than three."""
    _, outcome = fixed("crowd")
    assert all(verdict.labels == 3 for verdict in outcome.verdicts.values())
    assert 3 * TASKS <= len(outcome.labels) <= 3.1 * TASKS
    assert outcome.open() == 0


def test_at_night_the_tasks_of_a_closed_pool_wait_for_the_morning() -> None:
    there = market(tasks=1200)  # twenty hours
    outcome = Drive(FixedRedundancyBaseline(3, "specialist", 1), there, 1800.0).run(there.events())
    assert outcome.open() == 0
    late = [v for v in outcome.verdicts.values() if v.at > (v.deadline_at or 0.0)]
    assert late
    assert max(verdict.delay_s for verdict in late) > 6 * 3600.0


def test_late_labels_come_after_their_ask_expires() -> None:
    """Standard error of the share of 400: .02; a label in time is rarely that slow."""
    there = one_pool(late=0.2, delay_s=30.0)
    waits = [there.answer(ask(name), 0.0)[0].at for name in there.tasks]
    assert fmean(wait > 900.0 for wait in waits) == pytest.approx(0.2, abs=0.07)


def test_a_daily_budget_is_told_before_the_first_task_and_kept() -> None:
    """The tasks end within three hours, so what the day would still need is left."""
    made = made_tasks(TASKS, Arrivals(value_usd=5.0), 1)
    there = Market(four_pools(made[0].task.classes)[:1], made, 1, usd_per_day=4.0)
    first = next(iter(there.events()))
    assert isinstance(first, Control)
    assert (first.project, first.usd_per_day) == ("simulated", 4.0)
    prices = there.usd_per_label()
    outcome = live_outcome(there, Settings())
    assert 1.0 < sum(prices[label.pool] for label in outcome.labels) <= 4.0 + 1e-9
