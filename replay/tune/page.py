"""A tuning as one HTML page: what candidates earn, what exploring costs, what to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.html.elements import PageTable
from replay.report.html.render import render
from replay.report.wording.digits import number
from replay.runtime.text import counted
from replay.tune.charts import earnings_chart, exploring_chart
from replay.tune.report import certainty, floor_lines, lead, tomorrow_question

if TYPE_CHECKING:
    from replay.tune.result import Tuning

TITLE = "Which exploration settings earn most?"


def page(found: Tuning, source: str) -> str:
    """Return the page's HTML; `source` is what the log is called."""
    unit = found.unit
    learning = (
        f"Each candidate starts untrained and learns from {found.horizon:,} accepted {unit}s,"
        f" {found.words}. The intervals hold jointly at {100 * found.level:.6g} %."
    )
    axes = (
        f"Horizontal: width of the interval for {found.new}. Vertical: regret today, per {unit}."
        " The best candidates are at the lower left."
    )
    return render(
        "tuning.html",
        title=TITLE,
        log=f"{counted(found.rows, unit)} of {source}",
        lead=f"{lead(found)} {certainty(found)}",
        earnings=earnings_chart(found),
        learning=learning,
        exploring=exploring_chart(found),
        question=tomorrow_question(found),
        axes=axes,
        floor=floor_lines(found),
        numbers=_numbers(found),
        policy=found.policy,
        notes=[f"{note}." for note in found.notes],
    )


def _numbers(found: Tuning) -> PageTable:
    heads = [
        "candidate",
        f"per {found.unit}",
        "low",
        "high",
        f"regret today, per {found.unit}",
        f"effective sample size, {found.unit}s",
        f"interval width, per {found.unit}",
    ]
    rows = []
    for one in found.candidates:
        cells = ["–", "–", "–", one.refused or ""]
        if not one.refused:
            values = (one.earns.value, one.earns.low, one.earns.high, one.under_best.value)
            cells = [number(value) for value in values]
        worth = [f"{one.tomorrow_pess:,.0f}", number(one.tomorrow_width)]
        rows.append([one.name, *cells, *worth])
    return PageTable(heads, rows)
