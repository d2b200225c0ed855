"""A tuning as one HTML page: reward by candidate, regret against precision, the settings."""

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


def page(tuning: Tuning, source: str) -> str:
    """Return the page's HTML; `source` is what the log is called."""
    unit = tuning.unit
    learning = (
        f"Each candidate starts untrained and learns from {tuning.horizon:,} accepted {unit}s,"
        f" {tuning.words}. The intervals hold jointly at {100 * tuning.level:.6g} %."
    )
    axes = (
        f"Horizontal: width of the interval for {tuning.new}. Vertical: regret today, per {unit}."
        " The best candidates are at the lower left."
    )
    return render(
        "tuning.html",
        title=TITLE,
        log=f"{counted(tuning.rows, unit)} of {source}",
        lead=f"{lead(tuning)} {certainty(tuning)}",
        earnings=earnings_chart(tuning),
        learning=learning,
        exploring=exploring_chart(tuning),
        question=tomorrow_question(tuning),
        axes=axes,
        floor=floor_lines(tuning),
        numbers=_numbers(tuning),
        policy=tuning.policy,
        notes=[f"{note}." for note in tuning.notes],
    )


def _numbers(tuning: Tuning) -> PageTable:
    heads = [
        "candidate",
        f"per {tuning.unit}",
        "low",
        "high",
        f"regret today, per {tuning.unit}",
        f"effective sample size, {tuning.unit}s",
        f"interval width, per {tuning.unit}",
    ]
    rows = []
    for candidate in tuning.candidates:
        cells = ["–", "–", "–", candidate.refused or ""]
        if not candidate.refused:
            values = (
                candidate.earns.value,
                candidate.earns.low,
                candidate.earns.high,
                candidate.under_best.value,
            )
            cells = [number(value) for value in values]
        worth = [f"{candidate.tomorrow_pess:,.0f}", number(candidate.tomorrow_width)]
        rows.append([candidate.name, *cells, *worth])
    return PageTable(heads, rows)
