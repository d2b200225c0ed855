"""Overlap by action: its share of the log and of the target, and its effective sample size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.report.figures.drawing import bar, label, picture
from replay.report.figures.scale import Scale
from replay.report.html.elements import Figure, PageTable, Swatch
from replay.report.wording.digits import number, share
from replay.results.verdict import FEW_ROWS, WANTED_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from replay.stats.action_stats import Overlap

SHOWN = 20
ROW = 40
"""Height of an action in pixels."""


def overlap_figure(overlap: Sequence[Overlap], target: str, unit: str, rows: int) -> Figure:
    """Draw two bars an action: its share of the log, and of what the target does."""
    shown, rest, total = overlap[:SHOWN], overlap[SHOWN:], max(rows, 1)
    highest = max(max(entry.taken, entry.wanted) for entry in shown) / total
    scale = Scale(0.0, highest or 1.0, start=0.0, end=100.0)
    drawn: list[Markup] = []
    cells: list[list[str]] = []

    def add(name: str, taken: float, wanted: float, worth: str) -> float:
        top = ROW * len(cells)
        numbers = f"{share(taken, total)} / {share(wanted, total)}; ESS {worth}"
        drawn.append(label(top + 14, name, numbers))
        cells.append([name, f"{taken:,.0f}", f"{wanted:,.1f}", worth])
        return float(top)

    for entry in shown:
        top = add(entry.action, entry.taken, entry.wanted, number(entry.ess))
        drawn.append(bar(0, scale.at(entry.taken / total), top + 19, 6, "bar pale"))
        drawn.append(bar(0, scale.at(entry.wanted / total), top + 26, 6, "bar first"))
    if rest:
        # Numbers only: their bar would dwarf the others; and effective samples don't add up.
        summed = (sum(entry.taken for entry in rest), sum(entry.wanted for entry in rest))
        add(counted(len(rest), "other"), *summed, "–")
    about = (
        f"For each of {counted(len(shown), 'action')}, the target's most frequent first: the share"
        f" of the {unit}s where it was logged, the share where {target} would take it, and the"
        f" effective sample size, in {unit}s, of those where it was logged."
    )
    heads = ["action", f"logged, {unit}s", f"target, {unit}s", f"effective sample size, {unit}s"]
    key = (
        Swatch("pale", f"logged, share of the {unit}s"),
        Swatch("first", f"target, share of the {unit}s"),
        Swatch("", f"ESS: effective sample size, {unit}s"),
    )
    title = said(overlap, target, unit, rows)
    drawing = picture(title, about, ROW * len(cells), drawn)
    return Figure(title, drawing, PageTable(heads, cells), key)


def said(overlap: Sequence[Overlap], target: str, unit: str, rows: int) -> str:
    """Say whether the log has enough data on the target's frequent actions.

    Examples
    --------
    >>> from replay.stats.action_stats import Overlap
    >>> said([Overlap("a", 3, 50.0, 2.5), Overlap("b", 97, 50.0, 80.0)], "uniform", "row", 100)
    'The log has little data on 1 of the actions that uniform takes often'
    """
    often = [entry for entry in overlap if entry.wanted > WANTED_SHARE * rows]
    if not often:
        return f"{target} takes no action in more than {share(WANTED_SHARE, 1)} of the {unit}s"
    thin = sum(entry.ess < FEW_ROWS for entry in often)
    if not thin:
        return f"The log has enough data on every action that {target} takes often"
    return f"The log has little data on {thin:,} of the actions that {target} takes often"
