"""A tuning as one HTML page: what candidates earn, what exploring costs, what to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.html.document import document
from replay.report.html.markup import Markup, section, table, tag
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
    return document(
        TITLE,
        tag(
            "header",
            tag("h1", TITLE),
            tag("p", f"From {counted(found.rows, unit)} of {source}", class_="source"),
            tag("div", tag("p", lead, class_="answer"), class_="said"),
        ),
        section(
            "What each earns",
            earnings_chart(found),
            tag("p", f"Intervals hold together at {100 * found.level:.6g} %."),
        ),
        section(
            "What exploring costs and gains",
            exploring_chart(found),
            tag("p", across),
            *(tag("p", line) for line in floor_lines(found)),
        ),
        section("The numbers", tag("div", _numbers(found), class_="scroll")),
        section(
            "To paste into the worker's configuration",
            tag("pre", tag("code", found.policy), tabindex="0"),
        ),
        section("Notes", tag("ul", *(tag("li", f"{note}.") for note in found.notes))),
    )


def _numbers(found: Tuning) -> Markup:
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
    return table(heads, rows)
