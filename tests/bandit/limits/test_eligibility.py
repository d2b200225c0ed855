"""Which pools may be asked: those that satisfy every condition, and no others."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bandit.desk.desk import Desk
from bandit.desk.queues import Need
from bandit.desk.shares import WorkerDesks
from bandit.desk.stranded import stranded
from bandit.events import Control, Pool
from bandit.limits.budgets import Budgets
from bandit.limits.capacity import Capacity
from bandit.limits.eligibility import Eligibility
from bandit.limits.turn import Unlimited
from bandit.settings import MemorySettings
from bandit.task.periods import NO_CAPS, PERIODS, caps_of

NAMES = ("a", "b", "c", "d")
skills = st.lists(st.sampled_from(("es", "fr")), max_size=2, unique=True).map(tuple)
prices = st.sampled_from((0.1, 0.5, 2.0))
pools = st.builds(
    Pool,
    pool=st.sampled_from(NAMES),
    at=st.just(0.0),
    usd_per_label=prices,
    capacity_per_hour=st.sampled_from((None, None, 0.0, 60.0)),
    skills=skills,
    open=st.sampled_from((True, True, False)),
    gold=st.booleans(),
)
controls = st.builds(
    Control,
    at=st.just(0.0),
    project=st.just("p"),
    paused=st.booleans(),
    pool=st.none() | st.sampled_from(NAMES),
    usd_per_day=st.none() | prices,
    usd_per_hour=st.none() | prices,
    usd_total=st.none() | prices,
)
needs = st.builds(
    Need,
    project=st.sampled_from("pq"),  # only `p` has a control
    skills=skills,
    without=st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple),
    is_audit=st.booleans(),
    declined=st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(tuple),
)


@dataclass
class Scene:
    """A worker with one desk, some pools, and a control of one project."""

    pools: list[Pool]
    control: Control
    spent_usd: float

    def __post_init__(self) -> None:
        self.by_name = {pool.pool: pool for pool in self.pools}
        self.desk = Desk(MemorySettings())
        desks = WorkerDesks([self.desk])
        budgets = Budgets(1, desks)
        budgets.spend(self.desk, "p", NO_CAPS, 0.0, self.spent_usd)
        self.capacity = Capacity(1, desks)
        self.eligibility = Eligibility(self.by_name, {"p": self.control}, self.capacity, budgets)

    def may_be_asked(self, pool: Pool, need: Need) -> bool:
        """Every condition of an ask beside budget and room, written out."""
        pin = self.control.pool if need.project == "p" else None
        return (
            pool.open
            and pool.capacity_per_hour != 0.0
            and set(need.skills) <= set(pool.skills)
            and pool.pool not in need.without
            and not (need.is_audit and pool.pool in need.declined)
            and pool.gold == need.is_audit
            and (need.is_audit or pin is None or pin == pool.pool)
        )


scenes = st.builds(
    Scene,
    st.lists(pools, max_size=4, unique_by=lambda pool: pool.pool),
    controls,
    st.sampled_from((0.0, 0.25, 1.0)),
)


@given(scenes, needs)
def test_the_able_pools_are_those_that_meet_every_condition_sorted_by_name(
    scene: Scene, need: Need
) -> None:
    able = [pool for pool in scene.by_name.values() if scene.may_be_asked(pool, need)]
    assert scene.eligibility.able(need) == sorted(able, key=lambda pool: pool.pool)


@given(scenes, needs)
def test_pools_that_declined_are_asked_only_where_no_others_are_left(
    scene: Scene, need: Need
) -> None:
    first = scene.eligibility.others_first(need, scene.pools)
    others = [pool for pool in scene.pools if pool.pool not in need.declined]
    assert first == (others or scene.pools)


@given(scenes, st.sampled_from("pq"))
def test_a_pool_is_affordable_while_its_price_is_within_what_each_period_has_left(
    scene: Scene, project: str
) -> None:
    """An hour later the hour's budget is there again, a day later the day's, never that in all."""
    caps = caps_of(scene.control) if project == "p" else NO_CAPS
    for at, still in ((0.0, PERIODS), (3600.0, ("day", "total")), (86_400.0, ("total",))):
        affordable = scene.eligibility.affordable(project, scene.pools, at)
        for pool in scene.pools:
            is_covered = all(
                pool.usd_per_label + (scene.spent_usd if period in still else 0.0) <= cap_usd
                for period, cap_usd in caps.given().items()
            )
            assert (pool in affordable) == is_covered


@given(scenes, st.integers(0, 6), st.integers(0, 6))
def test_a_new_task_gets_room_only_behind_those_that_wait(
    scene: Scene, asked: int, waiting: int
) -> None:
    """A bucket of 60 asks an hour holds five."""
    for pool in scene.pools:
        for _ in range(asked if pool.capacity_per_hour else 0):
            scene.capacity.ask(scene.desk, pool)
        scene.capacity.wait(scene.desk, [pool.pool], waiting)
    free = scene.eligibility.with_room(scene.desk, scene.pools, None)
    for pool in scene.pools:
        tokens = {None: math.inf, 0.0: 1.0, 60.0: 5.0 - asked}[pool.capacity_per_hour]
        assert (pool in free) == (tokens >= 1 + waiting)
    unlimited = scene.eligibility.with_room(scene.desk, scene.pools, Unlimited())
    assert unlimited == [pool for pool in scene.pools if pool.capacity_per_hour is None]


@given(scenes, needs)
def test_deciding_again_is_no_use_only_where_every_affordable_pool_is_full(
    scene: Scene, need: Need
) -> None:
    eligibility = scene.eligibility
    affordable = eligibility.affordable(need.project, eligibility.able(need), 0.0)
    is_full = bool(affordable) and all(pool.capacity_per_hour is not None for pool in affordable)
    is_paused = need.project == "p" and scene.control.paused
    assert eligibility.may_go_on(need, 0.0, Unlimited()) == (is_paused or not is_full)


def effect(control: Control, now: float) -> tuple[object, ...]:
    """Everything by which a control can stop a task, where the pools stay as they are."""
    if control.paused:
        return ("paused",)
    caps_a_day = (control.usd_per_day, control.usd_total)  # one in all is looked at again each day
    day = None if caps_a_day == (None, None) else now // 86_400.0
    hour = None if control.usd_per_hour is None else now // 3600.0
    return control.pool, control.usd_per_day, day, control.usd_per_hour, hour, control.usd_total


@given(scenes, controls, st.sampled_from((0.0, 86_399.0, 86_400.0)))
def test_a_task_is_halted_until_its_control_or_the_day_of_its_budget_changes(
    scene: Scene, control: Control, now: float
) -> None:
    situation = scene.eligibility.situation("p", 0.0)
    later = Scene(scene.pools, control, scene.spent_usd)
    is_same = effect(control, now) == effect(scene.control, 0.0)
    assert later.eligibility.is_halted("p", situation, now) == is_same


@given(scenes, skills)
def test_a_task_is_stranded_until_an_open_pool_has_its_skills(
    scene: Scene, skills: tuple[str, ...]
) -> None:
    """In a project without a control."""
    need = Need("q", skills, without=(), is_audit=False)
    is_halted = scene.eligibility.is_halted("q", stranded(skills), 0.0)
    assert is_halted == (not scene.eligibility.able(need))
