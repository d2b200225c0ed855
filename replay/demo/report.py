"""The demo's figures as a table, for people who pay for labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from replay.demo.demo import ARRIVALS
from replay.evaluation.api import evaluate
from replay.report.terminal.report import print_report as print_evaluation
from replay.runtime.text import share, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from replay.demo.audited_accuracy import AuditedShare
    from replay.demo.demo import DemoResult


EXAMPLE = Path("docs/examples/labels.csv")
"""Labels to try `poolwise savings` on, where the demo runs in a checkout."""


def print_report(result: DemoResult, log: str, console: Console) -> None:
    """Print the market's table, an evaluation of the log if it is a file, and what to try next."""
    print_table(result, console)
    console.print()
    steps = [f"poolwise tail {log} verdicts"]
    if log.startswith("kafka://"):
        steps.append(f"poolwise archive {log} demo-archive --until-idle")
        steps.append("poolwise evaluate demo-archive --target greedy")
    else:
        print_evaluation(evaluate(Path(log), target="greedy"), log, console)
        console.print()
        steps.append(f"poolwise evaluate {log} --target greedy --html greedy.html")
        if EXAMPLE.exists():
            steps.append(f"poolwise savings {EXAMPLE}")
    console.print(Text(f"All events are in {log}. Try:", style="bold"))
    console.print(Text("\n".join(f"  {step}" for step in steps)))


def print_table(result: DemoResult, console: Console) -> None:
    """Print a row for each strategy, poolwise first."""
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
    table.add_column("strategy", no_wrap=True)
    heads = ("right,\naudited", "right,\ntrue", "labels\nper task", "$ per\ntask", "on\ntime")
    for head in (*heads, "95 %\nwithin"):
        table.add_column(head, justify="right", no_wrap=True)
    for number, row in enumerate(result.rows):
        table.add_row(
            row.name,
            audited(row.accuracy_audited),
            share(row.accuracy_true),
            f"{row.labels_per_task:.2f}",
            f"{row.usd_per_task:.3f}",
            share(row.on_time),
            time_of(row.delay_s_p95),
            style="bold" if number == 0 else "",
        )
    console.print(table)
    console.print()
    for line in _captions(result):
        console.print(line, style="dim")


def _captions(result: DemoResult) -> Iterator[str]:
    """Yield what the columns mean, and what is easily misread in them."""
    ours = result.rows[0]
    yield (
        "'Right, audited': share of right answers, estimated from audits by experts (the same "
        "tasks in every row), with its 95 % interval. Audits prefer answers that poolwise is "
        "unsure of; each is weighted by 1 / its probability."
    )
    if ours.accuracy_audited is not None:
        yield (
            f"It rests on {ours.accuracy_audited.audits:,} tasks: where the intervals of two rows "
            "overlap, their difference may be chance."
        )
    yield (
        "'Right, true': among all tasks, known only because the market is simulated. 'On time': "
        f"answered by the deadline, {time_of(ARRIVALS.deadline_s)} after the task came. "
        "'95 % within': the time by which 95 % of the tasks have their verdict."
    )
    if result.rival_as_accurate:
        yield (
            f"'{result.rival}' is the cheapest fixed setting that is at least as accurate as "
            "poolwise, of 1 to 7 labels from random pools or from any one that can answer as many."
        )
    else:
        yield (
            "No fixed setting is as accurate as poolwise, of 1 to 7 labels from random pools or "
            f"from any one that can answer as many; the most accurate is '{result.rival}'."
        )
    yield (
        "'Features shuffled': poolwise in the same market with the features of other tasks, so "
        "that they say nothing. 'Own model': a fixed number of labels, weighed by poolwise's "
        "model of labelers."
    )
    labels_usd = ours.usd_per_task - ours.audit_usd_per_task
    yield (
        f"poolwise's ${ours.usd_per_task:.3f} per task includes ${ours.audit_usd_per_task:.3f} for "
        f"audits; without them it is ${labels_usd:.3f}. Majority and Dawid-Skene pay for none."
    )
    yield (
        f"Exploration cost it an expected ${ours.exploration_usd_per_task:.3f} per task: how much "
        "less the options that it drew from were worth than the best one, each times its "
        "probability, by its own values at each decision."
    )
    if ours.labels_per_task:
        yield (
            f"poolwise paid ${labels_usd / ours.labels_per_task:.3f} per label on average: it asks "
            "cheap pools where they suffice, and buys more labels for hard tasks than for easy "
            "ones."
        )
    yield f"{result.hours:.0f} simulated hours, seed {result.seed}."


def audited(interval: AuditedShare | None) -> str:
    """Write an audited share with its interval; a dash where nothing was audited."""
    if interval is None:
        return "–"
    low, high = 100 * interval.low, 100 * interval.high
    return f"{100 * interval.value:.0f} % ({low:.0f}–{high:.0f})"
