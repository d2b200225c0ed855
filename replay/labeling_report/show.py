"""The report on the screen: the summary, what changed, and what could be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.labeling_report.content.summary import usd_range, usd_text
from replay.labeling_report.page.change_cells import UNITS
from replay.runtime.text import say, share

if TYPE_CHECKING:
    from rich.console import Console

    from replay.labeling_report.content.report import LabelingReport
    from replay.labeling_report.figures.changes import Change


def print_labeling(report: LabelingReport, console: Console, page: str | None) -> None:
    """Print a report; `page` is where the page was written."""
    say(console, " ".join(report.summary))
    if report.changes:
        say(console, f"\nCompared with {report.compared_with}:")
        for one in report.changes:
            say(console, f"  {one.name}: {_change(one)}")
    for number, advice in enumerate(report.recommendations, start=1):
        say(
            console,
            f"\n{number}. {advice.title}: {usd_text(advice.saving_usd.value)} {report.saving_per}"
            f" ({usd_range(advice.saving_usd)}), {share(advice.share)} of the cost",
            "bold",
        )
        say(console, advice.evidence)
        console.print(f"  {advice.verify}", soft_wrap=True, markup=False, highlight=False)
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")
    if page is not None:
        say(console, f"\nPage: {page}")


def _change(one: Change) -> str:
    plain, signed = UNITS[one.unit]
    before, after = ("–" if value is None else plain(value) for value in (one.before, one.after))
    text = f"{before} before, {after} after"
    if one.difference is None:
        return text
    text += f", {signed(one.difference)}"
    if one.low is None or one.high is None:
        return text
    word = "may be chance" if one.low <= 0.0 <= one.high else "beyond chance"
    if one.better is not None:
        word = "better" if one.better else "worse"
    return f"{text} ({signed(one.low)} to {signed(one.high)}), {word}"
