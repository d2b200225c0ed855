"""The front of quality, cost and delay as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from bandit.counted import counted
from replay.runtime.text import say, share, time_of

if TYPE_CHECKING:
    from rich.console import Console

    from replay.market_file.pareto import ParetoFront


def print_front(front: ParetoFront, console: Console) -> None:
    """Print what was tried, the cheapest first, and mark the front."""
    table = Table(title="Quality, cost and delay (no people)", title_justify="left", box=SIMPLE)
    heads = ("value of a right\nanswer, $", "price of waiting,\n$ per hour", "right", "$ per\ntask")
    for head in (*heads, "half\nwithin", "95 %\nwithin", "best\ntrade-off"):
        table.add_column(head, justify="right")
    for point in front.points:
        table.add_row(
            f"{point.value_usd:g}",
            f"{point.delay_usd_per_hour:g}",
            share(point.accuracy),
            f"{point.usd_per_task:.4f}",
            time_of(point.delay_s_median),
            time_of(point.delay_s_p95),
            "yes" if point.on_front else "",
        )
    console.print(table)
    say(
        console,
        f"{counted(len(front.points), 'run')} of the same {counted(front.tasks, 'task')}, seed "
        f"{front.seed}. 'Best trade-off': no other run is at least as good in quality, cost and "
        "the time within which 95 % are answered, and better in one.",
    )
