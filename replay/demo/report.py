"""The demo's figures as a table that somebody who pays for labels understands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from replay.evaluation.api import evaluate
from replay.report.terminal.report import print_report as print_evaluation
from replay.runtime.text import time_of

if TYPE_CHECKING:
    from rich.console import Console

    from replay.demo.demo import Audited, DemoResult


def print_report(result: DemoResult, log: str, console: Console) -> None:
    """Print the market's table, what the log in a file says of itself, and where it lies."""
    print_table(result, console)
    console.print()
    if log.startswith("kafka://"):
        steps = (
            f"  poolwise tail {log} verdicts",
            f"  poolwise archive {log} demo-archive --until-idle",
            "  poolwise evaluate demo-archive --target greedy",
        )
    else:
        print_evaluation(evaluate(Path(log), target="greedy"), log, console)
        console.print()
        steps = (
            f"  poolwise tail {log} verdicts",
            f"  poolwise evaluate {log} --target greedy",
            f"  poolwise evaluate {log} --target greedy --html greedy.html",
        )
    console.print(Text(f"All of it lies in {log}. Try:", style="bold"))
    console.print(Text("\n".join(steps)))


def print_table(result: DemoResult, console: Console) -> None:
    """Print one row a way of buying labels, poolwise first."""
    table = Table(
        title=(
            f"{result.tasks:,} image segments in {len(result.classes)} classes, "
            "labeled by SIMULATED labelers (no people)"
        ),
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("way of buying labels", no_wrap=True)
    for column in ("right (audited)", "in truth", "labels", "usd", "on time", "p95"):
        table.add_column(column, justify="right", no_wrap=True)
    for number, row in enumerate(result.rows):
        table.add_row(
            row.name,
            audited(row.accuracy_audited),
            f"{row.accuracy_true:.1%}",
            f"{row.labels_per_task:.2f}",
            f"{row.usd_per_task:.3f}",
            f"{row.on_time:.1%}",
            time_of(row.delay_s_p95),
            style="bold" if number == 0 else "",
        )
    console.print(table)
    console.print()
    ours = result.rows[0]
    console.print(
        "Labels and dollars are per task; p95 is the time to the verdict that 95 % of the tasks "
        "keep to. 'Right (audited)' is what an expert found in the same audited tasks for every "
        "row, with its 95 % interval; 'in truth' is known only because the market is "
        f"simulated. Audits cost ${ours.audit_usd_per_task:.3f} of poolwise's "
        f"${ours.usd_per_task:.3f} a task. {result.hours:.0f} simulated hours, seed "
        f"{result.seed}.",
        style="dim",
    )


def audited(found: Audited | None) -> str:
    """Write an audited share with its interval; a dash where nothing was audited."""
    if found is None:
        return "–"
    return f"{found.value:.0%} ({100 * found.low:.0f}–{100 * found.high:.0f})"
