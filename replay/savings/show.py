"""The savings on one screen, for somebody who pays for labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from replay.savings.bootstrap import Estimate
    from replay.savings.savings import SavingsReport
    from replay.savings.sources import Source

SHOWN = 5
FEWEST_LABELS = 10  # below, a labeler's cost per agreed label is mostly luck


def print_savings(report: SavingsReport, console: Console) -> None:
    """Print what was bought, what wasn't needed, what it saves, and where answers differ."""
    saved = report.usd_saved
    console.print(
        f"[bold]${saved.value:,.2f} saved {report.per}[/bold] "
        f"(95 % interval ${saved.low:,.2f} to ${saved.high:,.2f}), "
        f"{report.share_saved.value:.0%} of what the labels cost."
    )
    console.print(
        f"{report.labels:,} labels were bought for {report.tasks:,} tasks (${report.usd:,.2f}); "
        f"poolwise would have bought {report.labels_needed:,.0f} (${report.usd_needed:,.2f}): "
        f"{report.labels_not_needed:,.0f} weren't needed."
    )
    _print_quality(report, console)
    _print_differing(report, console)
    _print_sources("Pools", report.pools, console)
    dear = [one for one in report.labelers if one.labels >= FEWEST_LABELS]
    _print_sources("Labelers", dear or report.labelers, console)
    told = ", ".join(f"{role} = {column}" for role, column in report.columns.items())
    console.print(f"Columns: {told}.", style="dim")
    console.print(
        f"A right answer is taken to be worth ${report.value_usd:,.2f} (--value). The interval "
        f"says how another batch like this one would differ ({report.replays} replays).",
        style="dim",
    )
    for note in report.notes:
        console.print(f"Note: {note}.", style="dim")


def _print_quality(report: SavingsReport, console: Console) -> None:
    gain = report.accuracy_gain
    if report.accuracy is None or report.their_accuracy is None or gain is None:
        console.print(
            f"Agreement with the majority of all labels: {_share(report.agreement)}. How many of "
            "either's answers are right isn't known without truth (--truth); if the majority were "
            f"right wherever they differ, that would cost ${report.usd_at_risk:,.2f} {report.per}."
        )
        return
    console.print(
        f"Accuracy on {report.tasks_with_truth:,} tasks with truth: {report.accuracy.value:.1%} "
        f"against {report.their_accuracy.value:.1%} by majority of all labels: "
        f"{gain.value * 100:+.1f} points ({gain.low * 100:+.1f} to {gain.high * 100:+.1f}). "
        f"Agreement with that majority: {_share(report.agreement)}."
    )


def _print_differing(report: SavingsReport, console: Console) -> None:
    if not report.differing:
        console.print("No answer would differ.")
        return
    table = Table(
        title=f"{len(report.differing):,} answers would differ; the surest first",
        title_justify="left",
        box=SIMPLE,
    )
    truth = report.accuracy is not None
    for column in ("task", "majority of all", "poolwise", "confidence", "labels bought"):
        table.add_column(column)
    if truth:
        table.add_column("truth")
    for row in report.differing[:SHOWN]:
        confidence = "–" if row.confidence is None else f"{row.confidence:.0%}"
        cells = [row.task, " / ".join(row.theirs), row.ours or "–", confidence, str(row.labels)]
        table.add_row(*cells, *([row.truth or "–"] if truth else []))
    console.print(table)


def _print_sources(what: str, found: Sequence[Source], console: Console) -> None:
    table = Table(
        title=f"{what} that cost most for a label that says the answer",
        title_justify="left",
        box=SIMPLE,
    )
    table.add_column(what.lower())
    for column in ("labels", "usd", "agree", "usd per agreed label"):
        table.add_column(column, justify="right")
    for one in found[:SHOWN]:
        per = "none agreed" if one.usd_per_agreed is None else f"{one.usd_per_agreed:,.4f}"
        agree = f"{one.agreed / one.labels:.0%}"
        table.add_row(one.name, f"{one.labels:,}", f"{one.usd:,.2f}", agree, per)
    console.print(table)


def _share(one: Estimate) -> str:
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"
