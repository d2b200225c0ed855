"""Each logged decision can be drawn again from its log entry, and each ask was drawn."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.draw import choose, draw
from bandit.engine.engine import Engine
from bandit.events import STOP, Ask, Decision
from bandit.learn.brain import Brain
from bandit.reasons import DecisionReason
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.market import wild_market

seeds = st.integers(0, 2**32)
policies = st.sampled_from(("value", "uniform", "cheapest"))


def history(seed: int, policy: str) -> tuple[list[Decision], list[Ask]]:
    """Decisions and asks of a market where everything can go wrong, under one seed."""
    chosen = Settings(
        seed=seed,
        policy=PolicySettings(name=policy, lookahead_labels=1, max_labels=4),  # type: ignore[arg-type]
        audit=AuditSettings(share=0.3),
    )
    market = wild_market(25, seed % 1000).run(Engine(chosen, Brain(chosen)))
    return market.events(Decision), market.events(Ask)


@settings(max_examples=12)
@given(seeds, policies)
def test_the_choice_is_drawn_from_the_logged_distribution_with_the_logged_seed(
    seed: int, policy: str
) -> None:
    """So the propensity is the chance of what was done, whatever else happened in between."""
    decisions, _ = history(seed, policy)
    for decision in decisions:
        assert decision.seed == seed
        uniform = draw(seed, decision.task, decision.ask)
        assert decision.choice == choose(decision.pmf, uniform)
        assert decision.propensity == decision.pmf[decision.choice] > 0.0
        assert decision.usd == decision.usd_per_label.get(decision.choice, 0.0)


@settings(max_examples=12)
@given(seeds, policies)
def test_the_decisions_of_a_task_are_numbered_without_gaps(seed: int, policy: str) -> None:
    """No number is drawn with twice."""
    numbers = defaultdict(list)
    for decision in history(seed, policy)[0]:
        numbers[decision.task].append(decision.ask)
    for asks in numbers.values():
        assert asks == list(range(1, len(asks) + 1))


@settings(max_examples=12)
@given(seeds, policies)
def test_every_choice_but_stop_sends_one_ask_to_that_pool(seed: int, policy: str) -> None:
    decisions, asks = history(seed, policy)
    chosen = [decision for decision in decisions if decision.choice != STOP]
    assert [(ask.task, ask.ask, ask.pool, ask.at, ask.expires_at) for ask in asks] == [
        (each.task, each.ask, each.choice, each.at, each.expires_at) for each in chosen
    ]


@settings(max_examples=12)
@given(seeds, policies)
def test_audits_draw_evenly_among_gold_pools_and_go_on_after_the_deadline(
    seed: int, policy: str
) -> None:
    """Asks for labels go to no gold pool."""
    decisions, _ = history(seed, policy)
    for decision in decisions:
        if decision.why == DecisionReason.AUDIT:
            assert set(decision.pmf) == {"experts"}
            assert decision.pmf["experts"] == 1.0
            assert decision.expires_at == decision.at + 900.0
        else:
            assert "experts" not in decision.pmf
