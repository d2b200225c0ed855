"""A tuning as one HTML page: reward by candidate, shortfall against precision, the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.report.html.elements import PageTable
from replay.report.html.render import render
from replay.tune.charts import earnings_chart, exploring_chart
from replay.tune.report import (
    as_exact_as_its_interval,
    certainty,
    ended,
    floor_lines,
    interval_ends,
    lead,
    most_decimals,
    tomorrow_question,
    use,
    what_is_shown,
    width,
)

if TYPE_CHECKING:
    from replay.tune.result import Tuning

TITLE = "Which exploration settings earn most?"


def page(tuning: Tuning, source: str) -> str:
    """Return the page's HTML; `source` is what the log is called."""
    unit = tuning.unit
    axes = (
        f"Horizontal: width of the interval for {tuning.new}. Vertical: what a candidate earns less"
        f" than the best one, per {unit}. Lower and further left is better."
    )
    return render(
        "tuning.html",
        title=TITLE,
        log=f"{counted(tuning.rows, unit)} of {source}",
        lead=f"{lead(tuning)} {certainty(tuning)}",
        earnings=earnings_chart(tuning),
        learning=what_is_shown(tuning),
        exploring=exploring_chart(tuning),
        question=tomorrow_question(tuning),
        axes=axes,
        floor=floor_lines(tuning),
        numbers=_numbers(tuning),
        policy=tuning.policy,
        use=use(tuning),
        notes=[ended(note) for note in tuning.notes],
    )


def _numbers(tuning: Tuning) -> PageTable:
    heads = [
        "candidate",
        f"per {tuning.unit}",
        "low",
        "high",
        f"less than the best candidate, per {tuning.unit}",
        f"effective sample size, {tuning.unit}s",
        f"interval width, per {tuning.unit}",
    ]
    digits = most_decimals(one.earns for one in tuning.candidates if not one.refused)
    rows = []
    for candidate in tuning.candidates:
        cells = ["–", "–", "–", candidate.refused or ""]
        if not candidate.refused:
            earns = candidate.earns
            cells = [
                as_exact_as_its_interval(earns, digits),
                *interval_ends(earns, digits),
                as_exact_as_its_interval(candidate.under_best),
            ]
        worth = [f"{candidate.tomorrow_pess:,.0f}", width(candidate.tomorrow_width)]
        rows.append([candidate.name, *cells, *worth])
    return PageTable(heads, rows)
