"""The demo's means over several seeds as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from bandit.counted import counted
from replay.runtime.text import dollars, say

if TYPE_CHECKING:
    from rich.console import Console

    from replay.demo.seeds import SeedsMean, SeedsResult


def print_seeds(result: SeedsResult, console: Console) -> None:
    """Print a row for each strategy, poolwise first, and what the fixed settings are."""
    table = Table(
        title=f"SIMULATED labelers (no people): {counted(result.tasks, 'image segment')} in each "
        f"of {counted(len(result.seeds), 'market')}",
        title_justify="left",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    table.add_column("strategy", no_wrap=True)
    for head in ("right, %", "$ per task", "net, $ per task"):
        table.add_column(head, justify="right", no_wrap=True)
    for number, row in enumerate(result.rows):
        table.add_row(
            row.name,
            _shown(row.accuracy_true, 1, 100.0),
            _shown(row.usd_per_task, 3),
            _shown(row.net_usd_per_task, 3),
            style="bold" if number == 0 else "",
        )
    console.print(table)
    console.print()
    say(
        console,
        "Means over markets that differ by their seeds, "
        f"{result.seeds[0]} to {result.seeds[-1]}; ± is half a 95 % interval. 'Net': the value of "
        f"right answers, {dollars(result.value_usd)} each, less labels and audits; majority "
        "and Dawid-Skene pay for no audits. 'Own model': a fixed number of labels, weighed by "
        "poolwise's model of labelers.",
        style="dim",
    )
    ours = result.rows[0]
    say(
        console,
        f"poolwise's dollars include ${ours.audit_usd_per_task.value:.3f} per task for audits. "
        f"Exploration cost it an expected ${ours.exploration_usd_per_task.value:.3f} per task.",
        style="dim",
    )
    settings = "1 to 7 labels from random pools or from any one that can answer as many"
    as_accurate = (
        f"the cheapest at least as accurate as poolwise is '{result.rival}'"
        if result.rival_as_accurate
        else f"none is as accurate as poolwise; the most accurate is '{result.rival}'"
    )
    say(
        console,
        f"Of fixed settings ({settings}), '{result.best}' has the highest net; {as_accurate}.",
        style="dim",
    )


def _shown(mean: SeedsMean, digits: int, factor: float = 1.0) -> str:
    half = (mean.high - mean.low) / 2.0
    return f"{factor * mean.value:.{digits}f} ± {factor * half:.{digits}f}"
