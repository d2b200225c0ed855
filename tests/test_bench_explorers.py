"""Explorers of the bench: VW's learn from their own run, and their propensities are true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.decide.policies.context import Action, Context
from bandit.errors import BadValue
from bandit.events import STOP, Decision
from bench.decide import DEFAULTS
from bench.decisions.vw_explorer import VwExplorer, lines_of
from bench.decisions.vw_rows import STOPS, VW_ROWS, VwEngine, vw_outcome
from replay.market.drive import Drive
from replay.market_file.build import build_market, resized
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Input, Output, Reward
    from replay.market.market import Market

SETTINGS = msgspec.structs.replace(DEFAULTS, seed=3)
FLOOR = SETTINGS.policy.explore_floor
TASKS = 40
KNOWN = ("crowd", "offshore")
SURE = Context(
    tuple(Action(pool, 0.1, 0.5, 0.8, 0.8) for pool in KNOWN), True, False, (0.6, 0.4), 1, 8, 5.0, 9
)


class Watched(VwEngine):
    """An engine whose decisions are kept."""

    def __init__(self, row: str) -> None:
        super().__init__(SETTINGS, VW_ROWS[row], stops=row.endswith(STOPS))
        self.decisions: list[Decision] = []

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        outputs = super().receive(event)
        self.decisions += [output for output in outputs if isinstance(output, Decision)]
        return outputs


def market() -> Market:
    return build_market(resized(read_market("demo"), TASKS), 3)


@pytest.mark.parametrize("row", VW_ROWS)
def test_a_row_explores_with_true_chances_and_learns(row: str) -> None:
    engine = Watched(row)
    before = engine.explorer.pmf(lines_of(SURE))
    outcome = Drive(engine, market(), SETTINGS.clock.max_jump_s / 2).run(market().events())
    assert not outcome.dead
    for decision in engine.decisions:
        assert math.fsum(decision.pmf.values()) == pytest.approx(1.0, abs=1e-12)
        assert decision.propensity == decision.pmf[decision.choice] > 0.0
        pools = [chance for option, chance in decision.pmf.items() if option != STOP]
        if decision.policy == "value/vw" and decision.why != "audit" and pools:
            floor = FLOOR / len(pools) * math.fsum(pools)
            assert min(pools) >= floor * (1.0 - 1e-9)
    drawn = [one for one in engine.decisions if one.why != "audit" and set(one.pmf) != {STOP}]
    taught = [one for one in drawn if one.choice != STOP or row.endswith(STOPS)]
    assert TASKS <= engine.explorer.learned <= len(taught)
    assert row == "vw-first" or engine.explorer.pmf(lines_of(SURE)) != before


@pytest.mark.parametrize("row", VW_ROWS)
def test_what_costs_less_is_asked_more(row: str) -> None:
    """400 outcomes, of which the second pool's cost .4 less: even VW's noisiest explorer sees it.

    VW draws with a fixed seed, so this fails only if the code changes.
    """
    explorer, lines = VwExplorer(VW_ROWS[row]), lines_of(SURE)
    for k in range(400):
        explorer.learn(lines, k % 2, cost=-0.2 - 0.4 * (k % 2), propensity=0.5)
    chances = explorer.pmf(lines)
    assert math.fsum(chances) == pytest.approx(1.0, abs=1e-12)
    assert chances[1] > 0.6


def test_a_row_gives_the_same_run_again() -> None:
    once, again = (vw_outcome(market(), SETTINGS, "vw-bag") for _ in range(2))
    assert once.first == again.first


@pytest.mark.parametrize(("cost", "propensity"), [(math.nan, 0.5), (0.1, 0.0), (0.1, 1.5)])
def test_what_would_spoil_the_model_is_refused(cost: float, propensity: float) -> None:
    with pytest.raises(BadValue, match="must be finite"):
        VwExplorer("--squarecb").learn(("shared |s a", "|p a"), 0, cost, propensity)
