"""The comparison on fresh seeds: the default, the candidates that are left, and two references.

Rule 1: the search only proposes; every claim is about seeds that it has not seen.
Rule 2: references are no candidates: settings without exploration leave a log with which no other
pool can be evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.settings import PolicySettings
from replay.market_tuning.paired import paired
from replay.market_tuning.ranges import policy_toml
from replay.market_tuning.result import Comparison, Exploration, Role, Row
from replay.market_tuning.rounds import MISS
from replay.market_tuning.standing import EQUIVALENT, paired_means, standing
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.market_tuning.result import Matters
    from replay.market_tuning.runs import Figures
    from replay.market_tuning.standing import Standing

OWN = "poolwise's"
"""Name of poolwise's own default where that is not what others are compared with."""
NO_EXPLORATION, UNIFORM = "no exploration", "uniform"
GREEDY_RATE, LEAST_FLOOR = 1e9, 1e-3
"""A pool worth a cent less then has a chance of 1e-7, and one of 1,000 asks is spread evenly."""


class Entry(msgspec.Struct, frozen=True):
    """Settings that take part."""

    name: str
    role: Role
    policy: PolicySettings


def references(explored: PolicySettings) -> list[Entry]:
    """Return the settings that others are compared with and that can't be chosen.

    The first of them is `explored` without exploration, the last one `uniform`.
    """
    unexplored = msgspec.structs.replace(
        explored,
        rate=GREEDY_RATE,
        explore_floor=LEAST_FLOOR,
    )
    uniform = PolicySettings(name="uniform")
    return [
        Entry(NO_EXPLORATION, "reference", unexplored),
        Entry(UNIFORM, "reference", uniform),
    ]


def standing_of(entries: Sequence[Entry], nets: Sequence[Sequence[float]]) -> Standing:
    """Judge settings by what they earned, by entry and by seed."""
    eligible = [at for at, entry in enumerate(entries) if entry.role != "reference"]
    known = [at for at in eligible if at == 0 or entries[at].name == OWN]
    return standing(nets, eligible, known)


def compared(
    entries: Sequence[Entry],
    figures: Sequence[Sequence[Figures]],
    seeds: Sequence[int],
    level: float,
    varied: Sequence[str],
    explored: int = 0,
) -> Comparison:
    """Compare settings.

    Parameters
    ----------
    entries
        The default first, last the references as `references` returns them.
    figures
        By entry, then by seed; some entries may have met the first of the seeds only.
    explored
        Index of the entry that the first reference is without exploration.
    """
    nets = [[each.net_usd for each in runs] for runs in figures]
    now = standing_of(entries, nets)
    every = range(len(entries))
    eligible = [at for at in every if entries[at].role != "reference"]
    over_default = [
        Amount(0.0, 0.0, 0.0),
        *paired(nets, [(at, 0) for at in every[1:]], level),
    ]
    (exploring,) = paired(nets, [(explored, len(entries) - 2)], level)
    under = _under(nets, eligible, now.highest, level)
    accuracies = paired_means([[each.accuracy for each in runs] for runs in figures], eligible)
    costs = paired_means([[each.usd for each in runs] for runs in figures], eligible)
    rows = tuple(
        Row(
            name=entries[at].name,
            role=entries[at].role,
            policy=entries[at].policy,
            net_usd=now.net_usd[at],
            net_usd_by_seed=tuple(nets[at]),
            accuracy=min(accuracies[at], 1.0),
            usd_per_task=costs[at],
            over_default=over_default[at],
            under_highest=under.get(at),
            ahead_chance=now.ahead[at] if at in eligible else None,
        )
        for at in every
    )
    return Comparison(
        seeds=tuple(seeds),
        rows=rows,
        highest=now.highest,
        chosen=now.chosen,
        rivals=tuple(at for at in eligible if at != now.highest and under[at].low <= 0),
        gap_usd=now.gap_usd,
        miss_chance=now.miss_chance,
        settled=now.miss_chance <= MISS,
        exploration=_exploration(
            entries[explored].name, exploring, EQUIVALENT * max(now.gap_usd, 0.0)
        ),
        toml=policy_toml(entries[now.chosen].policy, varied),
    )


def _under(
    nets: Sequence[Sequence[float]], eligible: Sequence[int], highest: int, level: float
) -> dict[int, Amount]:
    """What the highest earned more than each; together over all pairs, for the data chose it."""
    pairs = [(a, b) for at, a in enumerate(eligible) for b in eligible[at + 1 :]]
    under = {highest: Amount(0.0, 0.0, 0.0)}
    for (one, other), amount in zip(pairs, paired(nets, pairs, level), strict=True):
        if one == highest:
            under[other] = amount
        elif other == highest:
            under[one] = amount.times(-1.0)
    return under


def _exploration(of: str, adds: Amount, little: float) -> Exploration:
    """Judge one contrast that was planned, so that its interval is at the level by itself."""
    matters: Matters = "unknown"
    if -little <= adds.low and adds.high <= little:
        matters = "little"
    elif adds.low > 0 or adds.high < 0:
        matters = "yes"
    return Exploration(of=of, adds=adds, matters=matters)
