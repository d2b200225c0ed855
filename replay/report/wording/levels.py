"""Which intervals hold jointly for several targets or slices, and which each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.results.evaluation import Estimate


def are_joint(estimates: Iterable[Estimate | None], level: float) -> bool:
    """Whether intervals are wider than at `level`, so that they hold together at `level`."""
    return any(estimate is not None and estimate.level > level for estimate in estimates)


def level_text(level: float) -> str:
    """Write a confidence level in per cent.

    Examples
    --------
    >>> level_text(0.95), level_text(0.9975)
    ('95 %', '99.75 %')
    """
    return f"{100 * level:.6g} %"


def level_words(level: float, *, joint: bool) -> str:
    """Say at which level intervals hold.

    Examples
    --------
    >>> level_words(0.95, joint=True), level_words(0.95, joint=False)
    ('joint 95 %', '95 %, marginal')
    """
    text = level_text(level)
    return f"joint {text}" if joint else f"{text}, marginal"
