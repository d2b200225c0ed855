"""A second label is bought even where it doesn't pay, at a loss that is bounded."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.decide.policies.context import Action, Context
from bandit.decide.policies.policy import make
from bandit.events import STOP
from bandit.settings import AuditSettings, PolicySettings, Settings
from replay.market.changed_features import with_features
from replay.market.live import run_live
from replay.market.market import Market
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals, made_tasks

POLICY = PolicySettings()


def one_label(losses: list[float], worth_usd: float, *, has_prior: bool = False) -> Context:
    """A task with one label, and pools whose next one loses that share of a right answer."""
    actions = [
        Action(f"p{i}", usd=0.0, value_usd=-loss * worth_usd, quality=0.8, known_rate=0.8)
        for i, loss in enumerate(losses)
    ]
    return Context(
        actions=tuple(actions),
        may_stop=True,
        may_answer=False,
        posterior=(0.9, 0.1),
        labels=1,
        labels_left=8,
        worth_usd=worth_usd,
        learned=100,
        has_prior=has_prior,
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.0, 1e3), min_size=1, max_size=4), st.floats(1e-3, 1e3), st.booleans())
def test_its_expected_loss_is_at_most_the_share_for_exploring(
    losses: list[float], worth_usd: float, has_prior: bool
) -> None:
    """Or what going on costs with its least chance; and a label that loses nothing is bought."""
    pmf = make(POLICY).pmf(one_label(losses, worth_usd, has_prior=has_prior))
    loss, going_on = min(losses), 1.0 - pmf[STOP]
    assert going_on * loss <= max(POLICY.explore_floor, POLICY.stop_floor * loss) * (1.0 + 1e-9)
    wanted = POLICY.check_share if has_prior else POLICY.second_opinion
    if wanted * loss <= POLICY.explore_floor:
        assert going_on == pytest.approx(wanted)
    assert math.fsum(pmf.values()) == pytest.approx(1.0)


def test_one_label_is_enough_where_a_second_costs_a_third_of_an_answer() -> None:
    """One pool, right in 95 %, $0.30 a label, $1 an answer: $0.65 net, where it was $0.43.

    It had 1.8 labels a task, since a second one was bought whatever it cost.
    """
    pool = PoolSpec(name="only", usd_per_label=0.3, skill=0.95, labelers=20, spread=60.0)
    arrivals = Arrivals(tasks_per_hour=120.0, value_usd=1.0)
    tasks = with_features(made_tasks(400, arrivals, 301), "none", 301)
    market = Market([pool], tasks, 301, (), expert_usd=0.6)
    chosen = Settings(seed=301, audit=AuditSettings(share=0.05))
    run = run_live(market, chosen)
    assert run.accuracy - run.usd / run.tasks > 0.6
    assert run.labels_per_task < 1.4
