"""A tuning in a market as a person reads it at 80 columns, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bandit.counted import counted
from replay.market_tuning.ranges import differences
from replay.market_tuning.seed_wording import default_beside, safety, the
from replay.market_tuning.wording import (
    advice,
    ends,
    exploration,
    floors_note,
    lead,
    settings_line,
    settings_text,
    trial_name,
    what_is_compared,
    what_was_searched,
)
from replay.runtime.text import add_row, say, share

if TYPE_CHECKING:
    from replay.market_tuning.result import Comparison, MarketTuning

SHOWN = 4
"""Candidates shown after an interrupted search."""


def print_tuning(tuning: MarketTuning, console: Console | None = None) -> None:
    """Print what was compared, how sure it is, and the settings to paste."""
    console = console or Console(highlight=False)
    market = f"{tuning.market}, {counted(tuning.tasks, 'task')} a run"
    say(console, f"Which settings earn most in this market? (no people)\n{market}\n")
    comparison = tuning.comparison
    if comparison is None:
        _print_search(tuning, console)
        return
    if tuning.interrupted:
        done = counted(len(comparison.seeds), "fresh seed")
        say(console, f"Interrupted: the comparison has {done} only.\n")
    say(console, f"{lead(comparison)} {advice(comparison)}", "bold")
    safe = safety(comparison)
    if safe:
        say(console, f"\n{safe}")
    say(console, f"\n{exploration(comparison)}\n\n{what_is_compared(tuning, comparison)}\n")
    console.print(_table(comparison))
    say(console, "* highest estimate\n\nSettings, where they differ from the default:")
    for row in comparison.rows[1:]:
        say(console, f"  {settings_line(row, comparison.rows[0])}")
    say(console, f"\n{what_was_searched(tuning)}")
    note = floors_note(comparison)
    if note:
        say(console, note)
    say(console, f"\n{_heading(comparison)}\n")
    say(console, comparison.toml, "bold")


def _heading(comparison: Comparison) -> str:
    """Say what the block to paste is."""
    chosen = comparison.rows[comparison.chosen]
    if chosen.role == "default":
        return "For the worker's configuration, the default as it is:"
    if chosen.over_default.low > 0:
        return f"For the worker's configuration, {the(chosen)}:"
    beside = default_beside(chosen)
    return f"To try beside {beside}, {the(chosen)}; it is not shown to be better:"


def _table(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    heads = ("net, $", "right", "cost, $", "more than default, $", "less than highest, $")
    for head in heads:
        table.add_column(head, justify="right")
    for at, row in enumerate(comparison.rows):
        best = at == comparison.highest
        add_row(
            table,
            f"{row.name} *" if best else row.name,
            f"{row.net_usd:.4f}",
            share(row.accuracy),
            f"{row.usd_per_task:.4f}",
            "" if at == 0 else ends(row.over_default),
            "" if best or row.under_highest is None else ends(row.under_highest),
        )
    return table


def _print_search(tuning: MarketTuning, console: Console) -> None:
    """Print what is known of a search that was interrupted before anything was compared."""
    say(
        console,
        "Interrupted before candidates were compared with the default on fresh seeds: none is shown"
        " to be better than the default.",
        "bold",
    )
    trials = sorted(tuning.trials, key=lambda trial: (trial.dropped, -trial.mean_usd))[:SHOWN]
    if not trials:
        return
    say(
        console,
        "\nThe best of the races that were finished. Their means are too high, since the same"
        " seeds chose them:\n",
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    for head in ("seeds", "more than\ndefault, $"):
        table.add_column(head, justify="right")
    table.add_column("settings, where they differ from the default")
    for trial in trials:
        seeds, mean = f"{len(trial.over_default_usd)}", f"{trial.mean_usd:+.4f}"
        settings = settings_text(differences(trial.policy, tuning.default_policy))
        add_row(table, trial_name(trial), seeds, mean, settings)
    console.print(table)
