"""The savings report on one screen."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from bandit.counted import counted
from replay.runtime.text import add_row, dollars, say, share
from replay.savings.doubt import quality_doubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from replay.numerics.amount import Amount
    from replay.savings.savings import SavingsReport
    from replay.savings.sources import SourceCost

SHOWN = 5
FEWEST_LABELS = 10  # below, a labeler's cost per agreed label is mostly luck
FEW_LABELS = 30  # below, a labeler's share of agreeing labels is known to 18 points or worse


def print_savings(report: SavingsReport, console: Console) -> None:
    """Print what would have been saved, how sure that is, and where answers would differ."""
    say(console, _headline(report), "bold")
    say(
        console,
        f"{counted(report.labels, 'label')} were bought for {counted(report.tasks, 'task')} "
        f"({usd_text(report.usd)}); poolwise would have bought {report.labels_needed:,.0f} labels "
        f"({usd_text(report.usd_needed)}). Audits by experts are not included. Assumed value of a "
        f"right answer: {usd_text(report.value_usd)} (--value).",
    )
    _print_quality(report, console)
    _print_differing(report, console)
    _print_sources("pool", report.pools, console)
    _print_labelers(report.labelers, console)
    console.print()
    say(
        console,
        f"poolwise's figures are means of {counted(report.replays, 'replay')}; intervals cover how "
        "much another batch like this one could differ.",
        "dim",
    )
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")


def usd_text(value: float) -> str:
    """Write an amount; cents only where they count.

    Examples
    --------
    >>> usd_text(0.05), usd_text(1143.56), usd_text(-2.5)
    ('$0.05', '$1,144', '-$2.50')
    """
    return dollars(value, 2 if abs(value) < 100 else 0)


def _headline(report: SavingsReport) -> str:
    """Say what is saved in the file and in a month or per 1,000 tasks, and for which answers."""
    saved, in_file = report.usd_saved, report.usd - report.usd_needed
    span = ""
    if report.span_days is not None and report.per == "a month":
        span = f" in the {report.span_days:.0f} days of this file"
    doubt = quality_doubt(report)
    word = "Lost" if in_file < 0 else "Saved" if doubt is None else f"Saved, but {doubt.what}"
    return (
        f"{word}: {usd_text(abs(in_file))} of {usd_text(report.usd)} "
        f"({100 * abs(report.share_saved.value):.0f} %){span or ' in this file'}, which is "
        f"{usd_text(abs(saved.value))} {report.per} (95 % interval {_interval(saved)})."
        f"{'' if doubt is None else ' ' + doubt.why}"
    )


def _interval(saved: Amount) -> str:
    """Write the interval of a saving, or of a loss with the sign that its word has."""
    low, high = (saved.low, saved.high) if saved.value >= 0 else (-saved.high, -saved.low)
    return f"{usd_text(low)} to {usd_text(high)}"


def _worst_case(report: SavingsReport) -> str:
    """Say what the tasks answered differently cost at most, and what is left of the saving."""
    left = report.usd_saved.value - report.usd_at_risk
    return (
        "If the majority is always right, the tasks answered differently cost "
        f"{usd_text(report.usd_at_risk)} {report.per}; this is not yet subtracted above, "
        f"{usd_text(left)} {report.per} would be left."
    )


def _mean(report: SavingsReport) -> str:
    return "" if report.replays == 1 else f", the mean of {report.replays:,} replays"


def _print_quality(report: SavingsReport, console: Console) -> None:
    gain = report.accuracy_gain
    if report.accuracy is None or report.their_accuracy is None or gain is None:
        say(
            console,
            f"Its answers agree with the majority of all labels on {_share(report.agreement)} of "
            f"the tasks{_mean(report)}. Without true answers (--truth) it is unknown which answers "
            f"are right. {_worst_case(report)}",
        )
        return
    say(
        console,
        f"Accuracy on {counted(report.tasks_with_truth, 'task')} with a true answer: "
        f"{share(report.accuracy.value)} for poolwise, {share(report.their_accuracy.value)} for "
        f"the majority of all labels; difference {gain.value * 100:+.1f} points "
        f"({gain.low * 100:+.1f} to {gain.high * 100:+.1f}). The two agree on "
        f"{_share(report.agreement)} of the tasks.",
    )


def _print_differing(report: SavingsReport, console: Console) -> None:
    ties = report.tied_tasks
    beside = f", apart from {counted(ties, 'tied task')}" if ties else ""
    if not report.differing:
        say(console, f"No answer would differ{beside}.")
        return
    truth = report.accuracy is not None
    columns = ("task", "majority of all", "poolwise", "confidence*", "labels bought")
    answers = "1 answer" if len(report.differing) == 1 else f"{len(report.differing):,} answers"
    which = "" if report.replays == 1 else " in replay 1"
    table = _table(
        f"{answers} would differ{which}{beside}; the most confident first",
        (*columns, "truth")[: 5 + truth],
    )
    for row in report.differing[:SHOWN]:
        confidence = "–" if row.confidence is None else f"{100 * row.confidence:.0f} %"
        cells = [row.task, " / ".join(row.theirs), row.ours or "–", confidence, str(row.labels)]
        add_row(table, *cells, *([row.truth or "–"] if truth else []))
    console.print(table)
    say(console, "* as poolwise computed it, not checked by experts", "dim")


def _print_labelers(labelers: Sequence[SourceCost], console: Console) -> None:
    """Print the most expensive labelers of those with enough labels, and the mean of all."""
    active = [labeler for labeler in labelers if labeler.labels >= FEWEST_LABELS] or labelers
    _print_sources("labeler", active, console)
    labels = sum(labeler.labels for labeler in labelers)
    agreed = sum(labeler.agreed for labeler in labelers)
    usd = fsum(labeler.usd for labeler in labelers)
    per = f", ${usd / agreed:,.4f} per agreeing label" if agreed else ""
    say(
        console,
        f"{min(SHOWN, len(active)):,} of {counted(len(labelers), 'labeler')}; the mean of all: "
        f"{100 * agreed / labels:.0f} %{per}. Fewer than {FEW_LABELS} labels are too few to judge "
        "a person.",
        "dim",
    )


def _print_sources(what: str, costs: Sequence[SourceCost], console: Console) -> None:
    """Print pools or labelers, by what a label that agrees with the majority costs."""
    columns = (what, "labels", "cost, $", "agree with majority", "$ per agreeing label")
    table = _table(f"{what.capitalize()}s, the most expensive per agreeing label first", columns)
    for column in table.columns[1:]:
        column.justify = "right"
    for source in costs[:SHOWN]:
        agreed = source.usd_per_agreed
        per = "none agrees" if agreed is None else f"{agreed:,.4f}"
        agree = f"{100 * source.agreed / source.labels:.0f} %"
        add_row(table, source.name, f"{source.labels:,}", f"{source.usd:,.2f}", agree, per)
    console.print(table)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", box=SIMPLE, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")  # ids are whole: people look for them
    return table


def _share(amount: Amount) -> str:
    low, high = 100 * amount.low, 100 * amount.high
    return f"{share(amount.value)} ({low:.1f} to {high:.1f})"
