"""Checks of clusters: their effective number, and whether they were named.

Each function returns the verdict, `good`, `weak` or `broken`, and a sentence; `None` if there is
nothing to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import ndtr, ndtri

from replay.checks.check_result import Grade
from replay.stats.design_effect import REPORTED

if TYPE_CHECKING:
    from replay.stats.design_effect import DesignEffect

CLUSTERS = (5.0, 20.0)
"""Effective clusters below which a verdict is broken, and weak; `results/verdict.py` says why."""

TINY = 1e-6
"""A smaller p-value is given as `p < 1e-6`."""


def on_clusters(number: float | None, design: DesignEffect | None) -> tuple[Grade, str] | None:
    """Judge an effective number of clusters; `design` names their column where it was found.

    Examples
    --------
    >>> grade, text = on_clusters(3.2, None)
    >>> str(grade), text
    ('broken', 'effective number of clusters: 3.2 (at least 5 required)')
    """
    if number is None:
        return None
    least, enough = CLUSTERS
    text = f"effective number of clusters: {number:.3g}"
    if number < least:
        text += f" (at least {least:.0f} required)"
        return Grade.BROKEN, text if design is None else f"{text}; {_few(design)}"
    if number < enough:
        return Grade.WEAK, f"{text} (at least {enough:.0f} recommended)"
    return Grade.GOOD, text


def on_design(design: DesignEffect | None, *, clustered: bool) -> tuple[Grade, str] | None:
    """Judge the design effect of a column of ids; `clustered` says that it was accounted for.

    Examples
    --------
    >>> from replay.stats.design_effect import DesignEffect
    >>> on_design(DesignEffect("user", 4.61, 1e-9, treated=True), clustered=True)[1]
    'rows with the same user are correlated (design effect 4.61, p < 1e-6): they are treated as \
clusters, as with --cluster user'
    """
    if design is None:
        return None
    if not design.treated:
        return (
            Grade.GOOD,
            f"rows with the same {design.column} are not correlated ({_size(design)})",
        )
    text = _correlated(design) if design.significant else _few(design)
    if not clustered:
        return Grade.BROKEN, f"{text}: use an interval that allows clusters (--interval default)"
    text += f": they are treated as clusters, as with --cluster {design.column}"
    return Grade.WEAK if design.p_value < REPORTED else Grade.GOOD, text


def by_clusters(p_value: float, rows: int, clusters: float | None) -> float:
    """P-value of a test over rows, if each cluster of them were one draw; `None`: no clusters.

    An action may be drawn once for all rows of a session: deviations are then as large as those of
    so many draws as there are clusters.

    Examples
    --------
    >>> round(by_clusters(1e-6, 1000, 250.0), 3), by_clusters(1e-6, 1000, None)
    (0.014, 1e-06)
    """
    if clusters is None or not 0.0 < p_value < 1.0:
        return p_value
    z = float(ndtri(p_value / 2.0)) * min(clusters / rows, 1.0) ** 0.5
    return 2.0 * float(ndtr(z))


def _few(design: DesignEffect) -> str:
    """Say why the values of a column are clusters of which there are too few."""
    if design.significant:
        return _correlated(design)
    return (
        f"rows with the same {design.column} may be correlated; there are too few values to test"
        " it (--cluster none if rows are independent)"
    )


def _correlated(design: DesignEffect) -> str:
    return f"rows with the same {design.column} are correlated ({_size(design)})"


def _size(design: DesignEffect) -> str:
    p = "p < 1e-6" if design.p_value < TINY else f"p = {design.p_value:.2g}"
    return f"design effect {design.effect:.3g}, {p}"
