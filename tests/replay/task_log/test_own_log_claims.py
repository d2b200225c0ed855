"""What is printed about our own log against an A/B test in the same market: bench/own_log.py."""

from __future__ import annotations

import pytest

from bench.own_log import asked

LOGS, TASKS = 8, 1200  # greedy has an effective sample of 8 to 20 % of half of them


@pytest.mark.slow
def test_each_claim_on_greedy_holds_the_single_task_value_and_not_a_live_run() -> None:
    """Of 8 logs 5 or more for each of 10 claims, and at most 1 is refused.

    At .95 a claim holds in 4 or fewer with a chance of 4e-4: a false alarm of 4e-3 in all. A live
    greedy run pays for fewer labels than any task decided alone: of that the dollars are further
    away.
    """
    result = asked(range(1, LOGS + 1), TASKS, ["greedy"], audit=0.3, live=True)["greedy"]
    assert result.refused <= 1
    assert {"agreement", "usd", "delay_s", "gain", "value by DR"} <= result.claims.keys()
    for name, claim in result.claims.items():
        assert sum(claim.held) >= len(claim.held) - 3, name
    assert sum(result.gold.held) >= len(result.gold.held) - 3
    alone, live = result.claims["usd"], result.live["usd"]
    assert sum(live.away) > sum(alone.away)
