"""The daily budget for audits: it is kept over days, and no verdict is left without a chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.close.audit_budget import note_audit, paced_share, share_by_labels
from bandit.days import DAY_S
from bandit.draw import draw
from bandit.events import Control
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


# By what labels cost, and by the price of a budget ----------------------------------------------


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=300), st.floats(0.01, 10.0))
def test_audits_of_a_project_with_a_target_cost_a_quarter_of_its_labels_or_the_least(
    label_usd: list[float], expert_usd: float
) -> None:
    settings, desk = AuditSettings(share=0.2, least=0.01), DeskState()
    for usd in label_usd:
        share = share_by_labels(settings, desk, "p", usd, expert_usd)
        assert 0.01 <= share <= 0.2
        assert share == 0.01 or share * expert_usd <= 0.25 * max(label_usd) + 1e-9


def test_a_price_of_the_budget_takes_off_audits_as_it_takes_off_labels() -> None:
    """The chance is logged, at least `audit.least`; without a budget it is the share."""
    free, capped = engine(0.5, 1, [expert("experts")]), engine(0.5, 1, [expert("experts")])
    capped.receive(Control(at=0.0, project="p", usd_per_day=12.0))
    chances = [
        [closed(made, f"t{number}")[0].audit_propensity for number in range(60)]
        for made in (free, capped)
    ]
    assert set(chances[0]) == {0.5}
    assert 0.005 <= min(chances[1]) < 0.25
    assert max(chances[1]) <= 0.5
