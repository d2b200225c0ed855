"""Propensities are honest: over 100,000 logged decisions, what was done is as often as was said."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from scipy.stats import binom, chi2

from bandit.engine.engine import Engine
from bandit.events import STOP
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.ledger import check_decision
from tests.bandit.market import Crew, Market, Work, pool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.events import Decision
    from bandit.settings import PolicyName

DECISIONS = 100_000
FALSE_ALARM = 1e-3
LEAST_EXPECTED = 25.0
Cell = tuple[str, int]


def market(tasks: int, seed: int) -> Market:
    """Four pools of different worth; one is often full, so that what is eligible varies."""
    crews = [
        Crew(pool("a", 0.05, capacity_per_hour=700.0), 0.85),
        Crew(pool("b", 0.02), 0.7, declines=0.05),
        Crew(pool("c", 0.08), 0.9, silent=0.03),
        Crew(pool("d", 0.04), 0.6),
        Crew(pool("experts", 0.5, gold=True), 1.0),
        Crew(pool("doctors", 0.9, gold=True), 1.0),
    ]
    return Market(crews, Work(tasks, every_s=4.0, gold_before=0.02, tick_s=60.0), seed)


def decisions_of(policy: PolicyName, tasks: int, seed: int) -> list[Decision]:
    chosen = Settings(
        seed=seed,
        policy=PolicySettings(
            name=policy, explore_floor=0.1, stop_floor=0.05, lookahead_labels=1, max_labels=6
        ),
        audit=AuditSettings(share=0.2),
    )
    return market(tasks, seed).run(Engine(chosen, Brain(chosen))).choices()


def misfit(decisions: Iterable[Decision]) -> tuple[float, int]:
    """Chi-square of how often each action was done against how often its pmf says, with its cells.

    A cell is an action and a band of its chance (nine a decade below a half, and as many above).
    Given what was seen, each draw is independent of those before, so the excess of a cell divided
    by the root of its summed variance is about normal, cell by cell; the cells of one decision are
    not independent of each other, so the smallest p is taken against FALSE_ALARM / cells.
    """
    done: dict[Cell, float] = defaultdict(float)
    expected: dict[Cell, float] = defaultdict(float)
    variance: dict[Cell, float] = defaultdict(float)
    for decision in decisions:
        for name, chance in decision.pmf.items():
            if chance < 1.0:
                cell = name, band(chance)
                expected[cell] += chance
                variance[cell] += chance * (1.0 - chance)
                done[cell] += decision.choice == name
    cells = [cell for cell in expected if variance[cell] >= LEAST_EXPECTED]
    worst = max((done[cell] - expected[cell]) ** 2 / variance[cell] for cell in cells)
    return worst, len(cells)


def band(chance: float) -> int:
    """Band of a chance: fine near 0 and near 1."""
    nearest = min(chance, 1.0 - chance)
    width = int(4.0 * math.log10(nearest))
    return width if chance <= 0.5 else -100 - width


@pytest.fixture(scope="module")
def logged() -> list[Decision]:
    """Half by the policy that learns, half by one whose chances are few and certain."""
    found = decisions_of("value", 14_500, 1)
    found += decisions_of("cheapest", 16_500, 2)
    return found


def test_actions_are_taken_as_often_as_their_pmf_says(logged: list[Decision]) -> None:
    """False alarm below 1e-3: the worst of all cells, with Bonferroni's correction."""
    assert len(logged) >= DECISIONS
    worst, cells = misfit(logged)
    assert cells >= 25
    assert worst < chi2.isf(FALSE_ALARM / cells, df=1)


def test_each_logged_pmf_sums_to_1_and_keeps_its_floors(logged: list[Decision]) -> None:
    for decision in logged:
        if decision.why != "audit":
            check_decision(decision, explore_floor=0.1, stop_floor=0.05)
    assert sum(STOP in decision.pmf and len(decision.pmf) > 1 for decision in logged) > 10_000
    assert len({tuple(sorted(decision.pmf)) for decision in logged}) >= 6


def test_verdicts_are_audited_as_often_as_their_chance_says(logged: list[Decision]) -> None:
    """Exact binomial, two-sided: false alarm 1e-3."""
    audited = {(one.seed, one.task) for one in logged if one.why == "audit" and one.labels}
    closed = {(one.seed, one.task) for one in logged if one.choice == STOP and one.labels}
    assert binom.cdf(len(audited), len(closed), 0.2) > FALSE_ALARM / 2
    assert binom.sf(len(audited) - 1, len(closed), 0.2) > FALSE_ALARM / 2


def test_a_dishonest_log_would_be_noticed(logged: list[Decision]) -> None:
    """A pool that is asked a tenth less often than its pmf says: the same test must fail."""
    kept = [one for one in logged if one.choice != "b" or int(one.task[1:]) % 10]
    worst, cells = misfit(kept)
    assert worst > chi2.isf(FALSE_ALARM / cells, df=1)
