"""Rows of the bench with explorers that the product does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bench.decisions.dropped_explorers import epsilon_greedy, softmax
from bench.decisions.thompson import thompson
from bench.decisions.vw_rows import VW_ROWS, vw_outcome
from replay.market.live import live_outcome

if TYPE_CHECKING:
    from bandit.decide.policies.explorers import Explorer
    from bandit.settings import Settings
    from replay.market.market import Market
    from replay.market.outcome import Outcome

OTHER_EXPLORERS: dict[str, Explorer] = {
    "epsilon_greedy": epsilon_greedy,
    "softmax": softmax,
    "thompson": thompson,
}
RATES = {"epsilon_greedy": 0.1, "softmax": 100.0, "thompson": 0.3}
"""Their rates in rows of their own, chosen on seeds 1 and 2 (decision 44)."""
EXPLORER_ROWS = (*OTHER_EXPLORERS, *VW_ROWS)


def explorer_outcome(market: Market, settings: Settings, row: str) -> Outcome:
    """Let an engine with the explorer of a row work through the market's tasks."""
    if row in VW_ROWS:
        return vw_outcome(market, settings, row)
    policy = msgspec.structs.replace(settings.policy, explorer=row, rate=RATES[row])
    return live_outcome(market, msgspec.structs.replace(settings, policy=policy))
