"""The search: batches of candidates are proposed, raced on a few seeds, and learned from.

Batches have a fixed size and are told in their order, so the search is the same for any number of
processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.market_tuning.halving import BATCH, RUNGS, Trial, race

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.settings import PolicySettings
    from replay.market_tuning.proposals import Proposals
    from replay.market_tuning.runs import Runs

FINALISTS = 6
"""Candidates at most that are compared with the default on fresh seeds: all that 24 trials leave.

More would widen the intervals.
"""


def search(
    runs: Runs,
    default: PolicySettings,
    given: Sequence[PolicySettings],
    proposals: Proposals,
    count: int,
    seeds: Sequence[int],
    trials: list[Trial],
) -> None:
    """Race `given` and then proposals, `count` candidates in all; add each race to `trials`.

    `trials` grows race by race, so what is known is there whatever interrupts the search.
    """
    asked = 0  # proposals are numbered apart from what was given

    def differences(policies: Sequence[PolicySettings], rung: int) -> list[list[float]]:
        runs.of([default, *policies], seeds[:rung])
        base = runs.net_usd(default, seeds[:rung])
        return [
            [net - zero for net, zero in zip(runs.net_usd(policy, seeds), base, strict=False)]
            for policy in policies
        ]

    while len(trials) < count:
        size = min(BATCH, count - len(trials))
        batch = list(given[len(trials) : len(trials) + size])
        own = len(batch)
        batch += proposals.ask(size - own)
        raced = race(batch, len(trials), differences)
        for trial in raced[own:]:
            proposals.tell(asked, trial.means(), dropped=trial.dropped)
            asked += 1
        trials += raced


def finalists(trials: Sequence[Trial], others: Sequence[PolicySettings]) -> list[Trial]:
    """Return the best of the candidates that no race dropped, each policy once, without others."""
    left = [trial for trial in trials if not trial.dropped and trial.policy not in others]
    ranked = sorted(left, key=lambda trial: -trial.mean_usd)
    once = {trial.policy: trial for trial in reversed(ranked)}
    return sorted(once.values(), key=lambda trial: -trial.mean_usd)[:FINALISTS]


def most_finalists(count: int) -> int:
    """Candidates at most that the search of so many leaves for the comparison.

    Examples
    --------
    >>> most_finalists(8), most_finalists(10), most_finalists(24), most_finalists(1000)
    (2, 3, 6, 6)
    """
    left = 0
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        for _ in RUNGS[1:]:
            size = (size + 1) // 2
        left += size
    return min(left, FINALISTS)


def most_runs(count: int) -> int:
    """Number of runs of a search of `count` candidates, the default's among them.

    Examples
    --------
    >>> most_runs(8), most_runs(24)
    (20, 52)
    """
    runs = RUNGS[-1]
    for first in range(0, count, BATCH):
        left = min(BATCH, count - first)
        before = 0
        for rung in RUNGS:
            runs += left * (rung - before)
            left, before = (left + 1) // 2, rung
    return runs
