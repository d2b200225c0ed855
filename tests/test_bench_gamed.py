"""The games of `bench/gaming/games.py`: each is played, and none sends what the engine refuses."""

from __future__ import annotations

from argparse import Namespace

import pytest

from bench.gaming.by_platforms import DEAR_USD
from bench.gaming.gamed_market import GamedMarket
from bench.gaming.games import GAMES, ran

SMALL = Namespace(market="hostile", tasks=25, pools=None, features=False, no_escalation=False)


@pytest.mark.parametrize("name", GAMES)
def test_a_game_sends_nothing_that_is_refused(name: str) -> None:
    assert ran(SMALL, GAMES[name], seed=1)["refused"] == 0.0


@pytest.mark.parametrize("name", ["Guesses", "MostDecline", "Overcharges", "FiveHoursLate"])
def test_a_game_that_shows_at_once_changes_the_run(name: str) -> None:
    """Predictions, wrong experts and sleepers take more than 25 tasks to show."""
    assert ran(SMALL, GAMES[name], seed=1) != ran(SMALL, GamedMarket, seed=1)


def test_a_price_of_a_million_dollars_costs_less_than_a_right_answer_is_worth() -> None:
    """Chance of an ask of that pool: 1e-6 in all; with the whole floor it was 1 in 3."""
    assert ran(SMALL, GAMES["MillionDollars"], seed=1)["usd"] < 5.0 < DEAR_USD
