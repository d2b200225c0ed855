"""The daily budget for audits: it is kept over days, and no verdict is left without a chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.close.audit_budget import note_audit, paced_share
from bandit.days import DAY_S
from bandit.draw import draw
from bandit.settings import AuditSettings
from bandit.task.state import DeskState
from tests.bandit.close.test_audit_draws import closed, engine, expert

if TYPE_CHECKING:
    from bandit.events import Verdict

shares = st.floats(1e-9, 1.0)


@given(
    shares,
    shares,
    st.floats(0.01, 1e6),
    st.lists(st.tuples(st.floats(-1e6, 1e10), st.floats(0.0, 1e6)), max_size=20),
    st.integers(1, 64),
)
def test_a_paced_share_is_at_most_the_share_and_at_least_the_least(
    share: float, least: float, budget: float, spent: list[tuple[float, float]], partitions: int
) -> None:
    """Even where the clock was set back."""
    settings, desk = AuditSettings(share=share, least=least, usd_per_day=budget), DeskState()
    for now, usd in spent:
        note_audit(settings, desk, "p", now, usd, partitions)
        paced = paced_share(settings, desk, "p", now, partitions)
        assert min(share, least) <= paced <= share


@given(shares, st.floats(0.0, 1e9), st.floats(0.0, 1e9))
def test_without_a_budget_nothing_is_counted(share: float, usd: float, now: float) -> None:
    settings, desk = AuditSettings(share=share), DeskState()
    note_audit(settings, desk, "p", now, usd, 1)
    assert paced_share(settings, desk, "p", now, 1) == share
    assert desk == DeskState()


@pytest.mark.parametrize("partitions", [1, 4, 64])
@pytest.mark.parametrize("demand", [0.5, 3.0, 10.0])
def test_a_budget_is_kept_and_spread_over_the_day(demand: float, partitions: int) -> None:
    """5,000 verdicts a day, audits of $1 for `demand` budgets of $50; six days.

    Less is drawn than wanted if that is above the budget: at most the budget, the buckets and an
    audit for each partition; and at least .9 of what may be within 4 deviations of a Poisson
    number. Each quarter of the day has some of it.
    """
    settings = AuditSettings(share=demand * 50 / 5000, least=1e-9, usd_per_day=50.0)
    desks = [DeskState() for _ in range(partitions)]
    quarters = [0] * 4
    for number in range(30_000):
        now = number / 5000 * DAY_S
        desk = desks[number % partitions]
        if draw(1, "audit", number) < paced_share(settings, desk, "p", now, partitions):
            note_audit(settings, desk, "p", now, 1.0, partitions)
            quarters[number % 5000 // 1250] += 1
    due = 300 * min(1.0, demand)
    assert sum(quarters) <= min(300 + 50 / 12 + partitions, due + 4 * math.sqrt(due))
    assert sum(quarters) > 0.9 * due - 4 * math.sqrt(due)
    assert min(quarters) > due / 10


def test_an_engine_logs_the_paced_chance_and_counts_what_experts_cost() -> None:
    """All verdicts of one moment are wanted: the first audit of $1 fills the bucket of $.50."""
    made = engine(1.0, 1, [expert("experts")], usd_per_day=6.0)
    verdicts: list[Verdict] = [closed(made, f"t{number}")[0] for number in range(200)]
    assert [one.audit_propensity for one in verdicts] == [1.0] + [0.005] * 199
    assert 1 <= sum(verdict.audited for verdict in verdicts) <= 6
