"""What a comparison says of its seeds: who met which, and how safe the choice is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.market_tuning.comparison import OWN
from replay.market_tuning.rounds import MISS
from replay.market_tuning.standing import EQUIVALENT
from replay.runtime.text import dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.market_tuning.result import Comparison, Row

DEFAULT = "poolwise's default"
WITHIN = f"{100 * EQUIVALENT:.0f} %"


def safety(comparison: Comparison) -> str | None:
    """Say how likely another setting is better by more than counts, and what can't be told apart.

    `None` where nothing is compared with the default.
    """
    chosen = comparison.rows[comparison.chosen]
    if sum(row.ahead_chance is not None for row in comparison.rows) == 1:
        return None
    more = "more"
    if comparison.gap_usd > 0:
        little = dollars(EQUIVALENT * comparison.gap_usd, 4)
        more = f"over {little} per task ({WITHIN} of the gap from uniform to the highest) more"
    chance = f"The chance that another of these settings earns {more} than {the(chosen)}"
    if comparison.settled:
        said = f"{chance} is {at_most(comparison.miss_chance)}."
    else:
        said = (
            f"{chance} is up to {percent(comparison.miss_chance)}, but {percent(MISS)} was wanted:"
            " more seeds (--most-seeds) lower it."
        )
    apart = not_told_apart_usd(comparison)
    if apart is None:
        return said
    return f"{said} Differences below {dollars(apart, 4)} can't be told apart by these seeds."


def not_told_apart_usd(comparison: Comparison) -> float | None:
    """Half the widest interval between the highest and a rival that met as many seeds.

    `None` where there is no such rival.
    """
    halves = [
        (amount.high - amount.low) / 2.0
        for row in (comparison.rows[at] for at in comparison.rivals)
        if len(row.net_usd_by_seed) == len(comparison.seeds)
        if (amount := row.under_highest) is not None
    ]
    return max(halves, default=None)


def seeds_met(comparison: Comparison) -> str:
    """Say which seeds settings met, and why some met more."""
    seeds, first = comparison.seeds, min(len(row.net_usd_by_seed) for row in comparison.rows)
    all_met = f"{counted(first, 'run')} of an untrained engine (seeds {seeds_text(seeds[:first])})"
    if first == len(seeds):
        return f"means over {all_met}"
    groups: dict[int, list[str]] = {}
    for row in comparison.rows:
        groups.setdefault(len(row.net_usd_by_seed), []).append(the(row))
    further = "; ".join(
        f"{_listed(groups[count])}: seeds {seeds_text(seeds[:count])}"
        for count in sorted(groups, reverse=True)
        if count > first
    )
    return (
        f"means over {all_met}, or more for settings that might earn over {WITHIN} of the gap more"
        f" than the chosen one ({further}). Figures of fewer seeds are adjusted by the difference"
        " on the seeds that both met"
    )


def seeds_text(seeds: Sequence[int]) -> str:
    """Write consecutive seeds.

    Examples
    --------
    >>> seeds_text([5, 6, 7]), seeds_text([5])
    ('5 to 7', '5')
    """
    return f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0])


def the(row: Row) -> str:
    """Name a row in a sentence."""
    if row.role == "default":
        return "the default"
    return DEFAULT if row.name == OWN else row.name


def default_beside(row: Row) -> str:
    """Name the default in a sentence that names a row too, which may be poolwise's default."""
    return "your settings ('default')" if row.name == OWN else "the default"


def at_most(chance: float) -> str:
    """Write the bound of a chance, rounded up.

    Examples
    --------
    >>> at_most(0.0312), at_most(0.0001)
    ('at most 4 %', 'below 1 %')
    """
    return f"at most {percent(chance)}" if chance > 0.01 else "below 1 %"


def percent(chance: float) -> str:
    """Write a chance in per cent, rounded up.

    Examples
    --------
    >>> percent(0.1), percent(0.301)
    ('10 %', '31 %')
    """
    return f"{math.ceil(round(100.0 * chance, 6))} %"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
