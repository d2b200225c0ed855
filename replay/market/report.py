"""The report of a run in the simulated market, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from bandit.counted import counted
from replay.market.calibration import print_quality
from replay.runtime.text import share, time_of

if TYPE_CHECKING:
    from rich.console import Console

    from replay.market.live import LiveRun


def print_live(run: LiveRun, console: Console) -> None:
    """Print a run."""
    table = Table(title="Simulated market (no people)", title_justify="left", box=SIMPLE)
    for column in ("pool", "labels", "cost, $", "right"):
        table.add_column(column, justify="left" if column == "pool" else "right")
    for name, pool in run.pools.items():
        table.add_row(name, f"{pool.labels:,}", f"{pool.usd:,.2f}", share(pool.right))
    table.add_row("all", f"{run.labels:,}", f"{run.usd:,.2f}", "", style="bold")
    console.print(table)
    console.print(
        f"{share(run.accuracy)} of the answers to {counted(run.tasks, 'task')} are right; "
        f"{run.labels_per_task:.2f} labels and ${run.usd / run.tasks:.4f} per task."
    )
    half = run.delay_s_median
    when = "at once" if half is not None and half < 1.0 else f"within {time_of(half)}"
    console.print(
        f"{share(run.on_time)} answered by their deadline; half {when}, "
        f"95 % within {time_of(run.delay_s_p95)}. "
        f"{counted(run.expired, 'ask')} expired, {run.declines:,} declined."
    )
    print_quality(run, console)
