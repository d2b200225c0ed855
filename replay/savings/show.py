"""The savings on one screen, for somebody who pays for labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from replay.runtime.text import add_row, counted, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from replay.numerics.amount import Amount
    from replay.savings.savings import SavingsReport
    from replay.savings.sources import Source

SHOWN = 5
FEWEST_LABELS = 10  # below, a labeler's cost per agreed label is mostly luck


def print_savings(report: SavingsReport, console: Console) -> None:
    """Print what was bought, what wasn't needed, what it saves, and where answers differ."""
    saved = report.usd_saved
    say(
        console,
        f"{dollars(saved.value)} saved {report.per}: {report.share_saved.value:.0%} of what the "
        "labels cost.",
        "bold",
    )
    say(
        console,
        f"95 % interval: {dollars(saved.low)} to {dollars(saved.high)}. "
        f"{counted(report.labels, 'label')} were bought for {counted(report.tasks, 'task')} "
        f"({dollars(report.usd)}); poolwise would have bought {report.labels_needed:,.0f} "
        f"({dollars(report.usd_needed)}).",
    )
    _print_quality(report, console)
    _print_differing(report, console)
    _print_sources("pool", report.pools, console)
    dear = [one for one in report.labelers if one.labels >= FEWEST_LABELS]
    _print_sources("labeler", dear or report.labelers, console)
    console.print()
    told = ", ".join(f"{role} = {column}" for role, column in report.columns.items())
    say(
        console,
        f"Columns: {told}. A right answer is taken to be worth {dollars(report.value_usd)} "
        f"(--value). The interval says how another batch like this one would differ "
        f"({report.replays} replays).",
        "dim",
    )
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")


def dollars(value: float) -> str:
    """Write an amount; cents only where they count.

    Examples
    --------
    >>> dollars(0.05), dollars(1143.56), dollars(-2.5)
    ('$0.05', '$1,144', '-$2.50')
    """
    sign, size = "-" if value < 0 else "", abs(value)
    return f"{sign}${size:,.2f}" if size < 100 else f"{sign}${size:,.0f}"


def _print_quality(report: SavingsReport, console: Console) -> None:
    gain = report.accuracy_gain
    if report.accuracy is None or report.their_accuracy is None or gain is None:
        say(
            console,
            f"Its answers agree with the majority of all labels in {_share(report.agreement)}. "
            "Whose answers are right can't be known without truth (--truth); if the majority "
            f"always is, the others cost {dollars(report.usd_at_risk)} {report.per}.",
        )
        return
    say(
        console,
        f"Accuracy on {counted(report.tasks_with_truth, 'task')} with truth: "
        f"{report.accuracy.value:.1%}, by majority of all labels "
        f"{report.their_accuracy.value:.1%}: {gain.value * 100:+.1f} points "
        f"({gain.low * 100:+.1f} to {gain.high * 100:+.1f}). The two agree in "
        f"{_share(report.agreement)}.",
    )


def _print_differing(report: SavingsReport, console: Console) -> None:
    if not report.differing:
        say(console, "No answer would differ, other than where the majority is tied.")
        return
    truth = report.accuracy is not None
    columns = ("task", "majority of all", "poolwise", "confidence", "labels bought")
    answers = "1 answer" if len(report.differing) == 1 else f"{len(report.differing):,} answers"
    table = _table(f"{answers} would differ; the surest first", (*columns, "truth")[: 5 + truth])
    for row in report.differing[:SHOWN]:
        confidence = "–" if row.confidence is None else f"{row.confidence:.0%}"
        cells = [row.task, " / ".join(row.theirs), row.ours or "–", confidence, str(row.labels)]
        add_row(table, *cells, *([row.truth or "–"] if truth else []))
    console.print(table)


def _print_sources(what: str, found: Sequence[Source], console: Console) -> None:
    """Print pools or labelers; a label that disagrees with the majority bought nothing."""
    columns = (what, "labels", "usd", "agree with majority", "usd per label that agrees")
    table = _table(f"Dearest {what}s", columns)
    for column in table.columns[1:]:
        column.justify = "right"
    for one in found[:SHOWN]:
        per = "none agrees" if one.usd_per_agreed is None else f"{one.usd_per_agreed:,.4f}"
        agree = f"{one.agreed / one.labels:.0%}"
        add_row(table, one.name, f"{one.labels:,}", f"{one.usd:,.2f}", agree, per)
    console.print(table)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", box=SIMPLE, show_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    return table


def _share(one: Amount) -> str:
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"
