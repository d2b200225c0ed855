"""The report on labelers on one screen: a table of each pool, then suspects with the evidence."""

from __future__ import annotations

import shlex
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from bandit.counted import counted
from replay.runtime.text import add_row, dollars, listed, printable, say, time_of

if TYPE_CHECKING:
    from rich.console import Console

    from replay.labelers.figures import LabelerFigures
    from replay.labelers.labelers_report import LabelersReport
    from replay.numerics.amount import Amount

SHOWN = 10
"""Labelers of a pool in its table; --json has all."""
MOST_DIGITS = 6
ALPHA = 0.05
"""Chance that any drift of a project is marked if there is none."""

COLUMNS = (
    "labeler", "labels", "% right", "by gold", "median\ntime", "$ per\nright", "drift",
    "evidence\nagainst",
)  # fmt: skip


def print_labelers(report: LabelersReport, console: Console) -> None:
    """Print figures and suspects."""
    suspects = [row for row in report.labelers if row.suspicion is not None]
    people, suspected = (len({row.labeler for row in rows}) for rows in (report.labelers, suspects))
    say(
        console,
        f"{counted(people, 'labeler')}, {counted(report.labels, 'label')} of "
        f"{counted(report.tasks, 'task')}; {counted(suspected, 'suspect')}.",
        "bold",
    )
    for (project, pool), rows in groupby(report.labelers, key=lambda row: (row.project, row.pool)):
        _print_pool(project, pool, list(rows), console)
    say(
        console,
        "% right: by gold where there is any, else by all that is known of the task, as in "
        "poolwise report; 95 % interval. By gold: right of those with gold. Time: from ask to "
        "label. Drift: later half of the labels less the earlier half, in points; * is more than "
        "chance (5 % for all labelers of a project). Evidence: odds against an honest labeler. "
        f"From {report.suspect_from:.0f} : 1 on a labeler is suspect; that happens to at most 1 of "
        "100 honest labelers a month.",
        "dim",
    )
    _say_where_gold_is_missing(report, console)
    _print_suspects(report, suspects, console)
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")


def _say_where_gold_is_missing(report: LabelersReport, console: Console) -> None:
    gold: Counter[str] = Counter()
    for row in report.labelers:
        gold[row.project] += row.gold_labels
    without = [project for project in gold if not gold[project]]
    if without:
        say(
            console,
            f"Without gold ({'project' if len(without) == 1 else 'projects'} {listed(without)}), "
            "% right rests on how labelers agree: compare labelers by it. All of them may be too "
            "high or too low together.",
        )


def _print_pool(project: str, pool: str, rows: list[LabelerFigures], console: Console) -> None:
    table = Table(
        title=f"\nPool {pool} of project {project}: {counted(len(rows), 'labeler')}",
        title_justify="left",
        box=SIMPLE,
        show_edge=False,
        collapse_padding=True,
    )
    table.add_column(COLUMNS[0], overflow="fold")
    for name in COLUMNS[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows[:SHOWN]:
        add_row(
            table,
            row.labeler + (" (shadowed)" if row.is_shadowed else ""),
            f"{row.labels:,}",
            _with_interval(row.accuracy),
            f"{row.gold_right:,} of {row.gold_labels:,}" if row.gold_labels else "–",
            time_of(row.delay_s_median),
            "–" if row.usd_per_right is None else dollars(row.usd_per_right, 3),
            _points(row),
            _odds(row.log10_evidence),
            style="bold" if row.suspicion else "",
        )
    console.print(table)
    if len(rows) > SHOWN:
        say(console, f"{len(rows) - SHOWN:,} more (--json shows all).", "dim")


def _print_suspects(
    report: LabelersReport, suspects: list[LabelerFigures], console: Console
) -> None:
    if not suspects:
        say(console, "\nNobody is suspect.")
        return
    say(console, "\nSuspects, with the evidence. It is no proof: look before you act.")
    for row in suspects:
        assert row.suspicion is not None
        odds = f"{_odds(row.log10_evidence)}, p {'<' if row.p_value < 1e-4 else '≤'} "
        odds += f"{max(row.p_value, 1e-4):.2g}"
        say(console, f"\n{row.labeler} ({row.pool}): {row.suspicion.kind} answers, {odds}", "bold")
        say(console, f"  {row.suspicion.reason}")
        if report.is_table:
            continue
        if row.is_shadowed:
            say(console, "  is shadowed already")
            continue
        log = "LOG" if Path(report.log).is_dir() else report.log  # an archive takes no orders
        words = ["poolwise", "control", log, "--project", row.project]
        words += ["--shadow", row.labeler, "--why", f"{row.suspicion.kind} answers"]
        console.print(Text(printable(f"  {shlex.join(words)}")), soft_wrap=True)  # to be copied
    if report.is_table:
        return
    say(
        console,
        "\nA shadowed labeler is still asked and paid, and compared with others, but their labels "
        "don't count; --unshadow ends that.",
    )


def _with_interval(amount: Amount | None) -> str:
    if amount is None:
        return "–"
    return f"{100 * amount.value:.0f} ({100 * amount.low:.0f}–{100 * amount.high:.0f})"


def _points(row: LabelerFigures) -> str:
    if row.drift is None or row.drift_p_value is None:
        return "–"
    return f"{round(100 * row.drift.value):+d}{'*' if row.drift_p_value < ALPHA else ''}"


def _odds(log10: float) -> str:
    """Write odds against an honest labeler; none where there are less than even.

    Examples
    --------
    >>> _odds(-2.0), _odds(2.3), _odds(40.0)
    ('–', '200 : 1', '10^40 : 1')
    """
    if log10 < 0.0:
        return "–"
    return f"{10**log10:,.0f} : 1" if log10 < MOST_DIGITS else f"10^{log10:.0f} : 1"
