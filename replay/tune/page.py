"""A tuning as one HTML page: what candidates earn, what exploring costs, what to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.html.elements import PageTable
from replay.report.html.render import render
from replay.report.wording.digits import number
from replay.runtime.text import counted
from replay.tune.charts import earnings_chart, exploring_chart, interval_of
from replay.tune.report import certainty, floor_lines

if TYPE_CHECKING:
    from replay.tune.result import Tuning

TITLE = "Which way of exploring earns most?"


def page(found: Tuning, source: str) -> str:
    """Return the page's HTML; `source` is what the log is called."""
    best, unit = found.best, found.unit
    lead = (
        f"Of {counted(len(found.candidates), 'candidate')} {best.name} earns most:"
        f" {interval_of(best.earns)} per {unit}, over T′ = {found.horizon:,} {unit}s that it"
        f" learns from, {found.words}. {certainty(found)}"
    )
    across = (
        f"Across: how wide the interval is that a log of {found.tasks:,} {unit}s by each would"
        f" give for {found.new}. Up: the regret of each today. Left and low is good."
    )
    return render(
        "tuning.html",
        title=TITLE,
        log=f"{counted(found.rows, unit)} of {source}",
        lead=lead,
        earnings=earnings_chart(found),
        together=f"Intervals hold together at {100 * found.level:.6g} %.",
        exploring=exploring_chart(found),
        across=across,
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
        "regret today",
        "effective sample size",
        "interval width",
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
