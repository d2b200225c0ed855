"""What labels cost beside their list price: followed, robust, and nothing for honest pools."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.draw import draw
from bandit.events import Ask, Pool, Reward, Tick
from bandit.learn.track_record import TrackRecord
from bandit.limits.paid_prices import RECENT, expected_usd, with_label
from bandit.settings import PolicySettings, Settings
from tests.bandit.small import LABEL, POOL, TASK, change, engine

dollars = st.floats(0.0, 1e12)
CHARGES = "charges"


@given(dollars, st.lists(st.none(), max_size=30))
def test_labels_at_list_price_leave_no_trace(list_usd: float, labels: list[None]) -> None:
    paid: tuple[float | None, ...] = ()
    for usd in labels:
        paid = with_label(paid, usd)
    assert paid == ()
    assert expected_usd(list_usd, paid) == list_usd


@given(dollars, dollars, st.integers(0, RECENT - 1))
def test_one_wrong_amount_changes_nothing(list_usd: float, wrong: float, after: int) -> None:
    paid = with_label((), wrong)
    for _ in range(after):
        paid = with_label(paid, None)
    assert expected_usd(list_usd, paid) == pytest.approx(list_usd)


@given(dollars, st.lists(st.one_of(st.none(), dollars), max_size=60))
def test_it_lies_between_what_was_paid_and_the_list_price(
    list_usd: float, labels: list[float | None]
) -> None:
    paid: tuple[float | None, ...] = ()
    for usd in labels:
        paid = with_label(paid, usd)
    recent = [list_usd, *(list_usd if usd is None else usd for usd in labels[-RECENT:])]
    slack = 1e-9 * max(recent)
    assert min(recent) - slack <= expected_usd(list_usd, paid) <= max(recent) + slack


def test_a_list_price_that_catches_up_with_what_is_charged_is_believed_at_once() -> None:
    assert expected_usd(0.6, (0.6,) * RECENT) == pytest.approx(0.6)


def test_a_pool_that_charges_thirty_times_its_list_price_is_asked_no_more_than_its_due() -> None:
    """Both pools are as good; the one that lists less has most asks at first, then hardly any."""
    made = engine(
        change(POOL, usd_per_label=0.10),
        Pool(pool=CHARGES, at=0.0, usd_per_label=0.02),
        settings=Settings(policy=PolicySettings()),
    )
    asked: list[str] = []
    for number in range(150):
        task = f"t{number}"
        truth = TASK.classes[int(draw(0, task, 0) * 2)]
        pending = list(made.receive(change(TASK, task=task, at=float(number))))
        for output in pending:
            if isinstance(output, Reward):
                pending += made.receive(output)
            elif isinstance(output, Ask):
                asked.append(output.pool)
                label = change(
                    LABEL,
                    label=f"{task}-{output.ask}",
                    task=task,
                    ask=output.ask,
                    pool=output.pool,
                    labeler=f"{output.pool}-{output.ask}",
                    answer=truth,
                    usd=0.60 if output.pool == CHARGES else None,
                    at=float(number),
                )
                pending += made.receive(label)
        made.receive(Tick(at=float(number + 1)))
    last = asked[-50:]
    assert asked.index(CHARGES) < 10  # it looks cheap until it charges
    assert last.count(CHARGES) < 5
    assert made.brain.pool_record("p", CHARGES).paid
    assert made.brain.pool_record("p", "a").paid == ()


def test_the_reward_names_the_list_price_only_where_another_was_charged() -> None:
    for usd, said in ((None, None), (0.05, None), (0.5, 0.05)):
        made = engine()
        made.receive(TASK)
        made.receive(change(LABEL, usd=usd))
        out = made.receive(change(LABEL, label="l2", ask=2, labeler="w2"))
        rewards = [one for one in out if isinstance(one, Reward)]
        assert [(one.ask, one.list_usd) for one in rewards] == [(1, said), (2, None)]


def test_records_of_earlier_releases_have_no_prices() -> None:
    old = msgspec.msgpack.encode((1.0, 2.0, 0, 3.0, 0.0, 4.0, 2.0, None, 0, None, 1))
    assert msgspec.msgpack.decode(old, type=TrackRecord).paid == ()
