"""What may still be spent under several caps, caps that come late, and clocks that are set back."""

from __future__ import annotations

from bandit.desk.desk import Desk
from bandit.desk.resets import reset
from bandit.desk.shares import WorkerDesks
from bandit.events import Control, Decline, Tick
from bandit.limits.budgets import Budgets
from bandit.settings import MemorySettings
from bandit.task.periods import Caps
from tests.bandit.ordered import DAY_S, PAUSE, asks, engine, several
from tests.bandit.small import POOL, change

HOUR_S = 3600.0


def desks_at(at: float, count: int = 2) -> list[Desk]:
    desks = [Desk(MemorySettings()) for _ in range(count)]
    for desk in desks:
        desk.state.now = at
    return desks


def test_a_desk_whose_share_of_the_day_is_used_up_still_lends_its_share_of_the_hour() -> None:
    """Of $24 a day 15 are spent, all by the first desk: $9 are left, and all of a new hour's 8."""
    desks, caps = desks_at(0.0), Caps(hour=8.0, day=24.0)
    budgets = Budgets(2, WorkerDesks(desks))
    for hour in range(3):
        for desk in desks:
            desk.state.now = hour * HOUR_S
            budgets.begin(desk, hour * HOUR_S)
        for _ in range(5):
            budgets.spend(desks[0], "p", caps, hour * HOUR_S, 1.0)
    assert budgets.left_usd("p", caps, 3 * HOUR_S) == 8.0
    for desk in desks:
        desk.state.now = 3 * HOUR_S
        budgets.begin(desk, 3 * HOUR_S)
    for left in range(8, 0, -1):
        assert budgets.left_usd("p", caps, 3 * HOUR_S) == left
        budgets.spend(desks[1], "p", caps, 3 * HOUR_S, 1.0)
    assert budgets.left_usd("p", caps, 3 * HOUR_S) == 0.0


def test_a_reset_ends_what_a_desk_with_a_wrong_clock_borrowed_of_the_future() -> None:
    """The lender's own clock was right, so its time doesn't go back; its share must."""
    desks, caps = desks_at(HOUR_S), Caps(day=2.0)
    budgets = Budgets(2, WorkerDesks(desks))
    desks[0].state.now = 100 * DAY_S
    for _ in range(2):
        budgets.spend(desks[0], "p", caps, 100 * DAY_S, 0.75)
    for desk in desks:
        reset(desk.state, HOUR_S + 1.0)
    assert budgets.left_usd("p", caps, HOUR_S + 1.0) == 0.5


def test_a_task_that_waits_for_a_budget_in_all_goes_on_the_day_after_money_came_back() -> None:
    """No period ends and no order comes: else it would wait for ever."""
    slow = change(POOL, usd_per_label=0.1, ask_timeout_s=10 * DAY_S)
    cap = Control(at=0.0, project="p", usd_total=0.1)
    made = engine(change(POOL, pool="b", open=False), slow, cap)
    (ask,) = several(made, 2)
    made.receive(PAUSE)
    made.receive(Decline(task=ask.task, ask=1, pool="a", at=1.0))
    made.receive(cap)
    seen = [ask for _ in range(5) for ask in asks(made.receive(Tick(at=DAY_S)))]
    assert [ask.task for ask in seen] == ["t1"]


def test_a_cap_that_comes_late_is_exceeded_by_no_more_than_was_spent_beyond_a_share() -> None:
    """Of $6 in all, one worker has spent 4 before the cap; the other has a share of 3."""
    first, second = desks_at(0.0)
    one, other = (Budgets(2, WorkerDesks([desk])) for desk in (first, second))
    one.spend(first, "p", Caps(), 0.0, 4.0)
    caps = Caps(total=6.0)
    assert one.left_usd("p", caps, 0.0) == -1.0
    assert other.left_usd("p", caps, 0.0) == 3.0
    assert Budgets(2, WorkerDesks([first, second])).left_usd("p", caps, 0.0) == 2.0


def test_what_was_spent_in_all_is_remembered_whatever_orders_come_between() -> None:
    slow = change(POOL, usd_per_label=0.1, ask_timeout_s=10 * DAY_S)
    cap = Control(at=0.0, project="p", usd_total=0.4)
    made = engine(change(POOL, pool="b", open=False), slow, cap)
    assert len(several(made, 2)) == 2
    made.receive(Control(at=0.0, project="p"))
    assert len(several(made, 1, first=2)) == 1
    for _ in range(5):
        made.receive(Tick(at=3 * DAY_S))
    made.receive(cap)
    assert len(several(made, 3, first=3)) == 1
