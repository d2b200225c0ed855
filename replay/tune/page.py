"""A tuning as one HTML page, with its two charts inside: nothing is loaded from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from replay.report.digits import number
from replay.tune.charts import earnings_chart, exploring_chart
from replay.tune.report import certainty, floor_lines

if TYPE_CHECKING:
    from replay.tune.result import Tuning

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
svg { width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: currentColor }
pre { background: #8882; padding: 1rem; overflow-x: auto }
table { border-collapse: collapse; width: 100% } td, th { padding: .2rem .6rem; text-align: right }
td:first-child, th:first-child { text-align: left } tr:nth-child(even) { background: #8881 }
"""


def page(found: Tuning, source: str) -> str:
    """Write the page."""
    best = found.best
    unit = found.unit
    lead = (
        f"Of {len(found.candidates)} candidates <b>{escape(best.name)}</b> earns most:"
        f" {number(best.earns.value)} per {unit} ({number(best.earns.low)} to"
        f" {number(best.earns.high)}), over T′ = {found.horizon:,} {unit}s that it learns from,"
        f" {escape(found.words)}. {escape(certainty(found))}"
    )
    notes = "".join(f"<li>{escape(note)}.</li>" for note in found.notes)
    floors = "".join(f"<p>{escape(line)}</p>" for line in floor_lines(found))
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Which way of exploring earns most?</title>
<style>{STYLE}</style>
<h1>Which way of exploring earns most?</h1>
<p>From {found.rows:,} {unit}s of {escape(source)}.</p>
<p>{lead}</p>
<h2>What each earns</h2>
{earnings_chart(found)}
<p>Intervals hold together at {100 * found.level:.6g} %. The dashed line is today's policy
({escape(found.today)}).</p>
<h2>What exploring buys</h2>
{exploring_chart(found)}
<p>Across: how wide the interval is that a log of {found.tasks:,} {unit}s by each would give for
{escape(found.new)}. Up: what each loses today beside the best. Left and low is good.</p>
{floors}
{_table(found)}
<h2>To paste into the worker's configuration</h2>
<pre>{escape(found.policy)}</pre>
<h2>To know</h2>
<ul>{notes}</ul>
</html>
"""


def _table(found: Tuning) -> str:
    head = ("candidate", f"per {found.unit}", "low", "high", "loses", "worth (pESS)", "width")
    rows = []
    for one in found.candidates:
        cells = [one.name]
        if one.refused:
            cells += ["–", "–", "–", one.refused]
        else:
            numbers = (one.earns.value, one.earns.low, one.earns.high, one.under_best.value)
            cells += [number(value) for value in numbers]
        cells += [f"{one.tomorrow_pess:,.0f}", number(one.tomorrow_width)]
        rows.append("".join(f"<td>{escape(cell)}</td>" for cell in cells))
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    return f"<table><tr>{titles}</tr>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
