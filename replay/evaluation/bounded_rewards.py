"""Finite-sample intervals of bounded rewards: what a log must be like, and what they assume."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.intervals.rules import LIMITED
from replay.numerics.magnitude import MAX_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.reward_kind import RewardKind
    from replay.tables.columns.roles import Columns
    from replay.targets.target import TargetPolicy


def checked_range(given: Sequence[float] | None) -> tuple[float, float] | None:
    """Read the range that rewards are declared to stay in.

    Raises
    ------
    BadValue
        If it isn't two finite numbers, the lower first.

    Examples
    --------
    >>> checked_range([0, 5])
    (0.0, 5.0)
    """
    if given is None:
        return None
    try:
        ends = [float(end) for end in given]
    except (TypeError, ValueError):
        raise BadValue(f"reward range is {given!r}, must be two numbers: LOW and HIGH") from None
    if len(ends) != 2:
        raise BadValue(f"reward range has {len(ends)} ends, must have two: LOW and HIGH")
    low, high = ends
    if math.isfinite(low) and math.isfinite(high) and max(abs(low), abs(high)) > MAX_SIZE:
        raise BadValue(
            f"reward range is {low:.15g} to {high:.15g}, must be within ±{MAX_SIZE:g}, as rewards"
        )
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise BadValue(
            f"reward range is {low:.15g} to {high:.15g}, must be finite, the lower end first"
        )
    return low, high


def check_limits(interval: str, columns: Columns, kind: RewardKind, table: str) -> None:
    """Refuse an interval that would not hold for a table's rows.

    Raises
    ------
    BadValue
        If rewards have no limits, rows are clustered, or propensities are estimated.
    """
    if interval not in LIMITED:
        return
    asked = f"{table}: --interval {interval}"
    if kind != "binary" and columns.reward.limits is None:
        raise BadValue(
            f"{asked}: {columns.reward.text} has no known limits: declare its lowest and highest"
            " possible value (--reward-range LOW HIGH)"
        )
    if columns.cluster is not None:
        raise BadValue(
            f"{asked}: doesn't hold for clustered rows: leave out --cluster, or take"
            " --interval default"
        )
    if columns.estimated:
        raise BadValue(
            f"{asked}: holds for logged propensities only: leave out --estimate-propensities, or"
            " take --interval default"
        )


def limits_note(interval: str, target: TargetPolicy, columns: Columns) -> str:
    """Say what an interval that holds for any number of rows rests on."""
    limits = columns.reward.limits
    stay = "are 0 or 1" if limits is None else f"stay in [{limits[0]:.15g}, {limits[1]:.15g}]"
    possible = target.kind == "logging" or (target.pmf_known and columns.logged is not None)
    largest = "that these contexts allow" if possible else "seen"
    independent = (
        "; it needs independent rows: if they are not, use betting"
        if interval == "bernstein"
        else ""
    )
    return (
        f"the interval of IPS holds for any number of rows if rewards {stay} and no weight can be"
        f" above the largest {largest}{independent}"
    )
