"""A tuning as a person reads it at 80 columns, and as JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

from replay.report.wording.digits import number
from replay.runtime.text import add_row, counted, say

if TYPE_CHECKING:
    from replay.numerics.amount import Amount
    from replay.tune.result import Tuning


def as_json_text(found: Tuning) -> str:
    """One line of JSON; what isn't finite is null."""
    return msgspec.json.encode(found).decode()


def print_report(found: Tuning, source: str, console: Console | None = None) -> None:
    """Print which candidate earns most, how sure that is, and what exploring costs and gains."""
    console = console or Console(highlight=False)
    say(console, f"Which way of exploring earns most? From {counted(found.rows, found.unit)} of")
    say(console, source)
    say(console, "")
    say(
        console,
        f"Each candidate learns from T' = {found.horizon:,} {found.unit}s of its own,"
        f" {found.words}.{short_names(found)[1]}",
    )
    console.print(_earnings(found))
    say(console, f"* earns most. {certainty(found)}")
    say(
        console,
        f"Intervals of a column hold together at {100 * found.level:.6g} %; today is"
        f" {found.today}, {_between(found.today_earns)}.",
    )
    say(console, "")
    say(
        console,
        "What exploring costs and gains: regret today, and what a log of"
        f" {counted(found.tasks, found.unit)} by each, as at its end, would say of {found.new}",
    )
    console.print(_buys(found))
    for line in floor_lines(found):
        say(console, line)
    for one in found.candidates:
        if one.refused:
            say(console, f"{one.name} can't be judged: {one.refused}.")
    for note in found.notes:
        say(console, f"Note: {note}.")
    say(console, "")
    say(console, found.policy, "bold")


def short_names(found: Tuning) -> tuple[list[str], str]:
    """Names of the candidates without the floor that all share, and that floor in words."""
    ends = {f", floor {one.settings.explore_floor:g}" for one in found.candidates}
    names = [one.name for one in found.candidates]
    if len(ends) > 1:
        return names, ""
    (end,) = ends
    return [name.removesuffix(end) for name in names], f" All have{end.removeprefix(',')}."


def certainty(found: Tuning) -> str:
    """Say how sure it is that the chosen one is the best."""
    others = [
        (name, one)
        for name, one in zip(short_names(found)[0], found.candidates, strict=True)
        if one is not found.best and one.refused is None
    ]
    rivals = [name for name, one in others if one.under_best.low <= 0]
    if not others:
        return "There is no other to compare it with."
    if not rivals:
        return "It surely earns more than every other."
    surely = len(others) - len(rivals)
    named = "; ".join(rivals[:3]) + (f" and {len(rivals) - 3} more" if len(rivals) > 3 else "")
    return (
        f"It surely earns more than {surely} of the {len(others)} others; {named} may be as good."
    )


def floor_lines(found: Tuning) -> list[str]:
    """Say which floor is precise enough, where a precision was wished."""
    wished, name = found.floor, found.best.settings.explorer
    if wished is None:
        return []
    if wished.floor is None:
        line = (
            f"No floor up to 1 makes that interval {number(wished.wished)} wide: the narrowest is"
            f" {number(wished.width)}."
        )
    else:
        line = (
            f"Smallest floor of {name} for a width of {number(wished.wished)}:"
            f" {wished.floor:.3g}, which costs {number(max(wished.costs, 0.0))} per {found.unit}"
            " beside the one chosen."
        )
    return [line]


def _earnings(found: Tuning) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    table.add_column(f"per {found.unit}", justify="right")
    table.add_column("interval", justify="right")
    table.add_column("over today", justify="right")
    table.add_column("under best", justify="right")
    for name, one in zip(short_names(found)[0], found.candidates, strict=True):
        mark = " *" if one is found.best else ""
        if one.refused:
            add_row(table, name, "–", "–", "–", "–")
            continue
        add_row(
            table,
            name + mark,
            number(one.earns.value),
            _ends(one.earns),
            _ends(one.over_today),
            "" if one is found.best else _ends(one.under_best),
        )
    return table


def _buys(found: Tuning) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    for title in ("regret today", "effective sample size", "interval width"):
        table.add_column(title, justify="right")
    for name, one in zip(short_names(found)[0], found.candidates, strict=True):
        loss = "–" if one.refused else number(one.under_best.value)
        add_row(table, name, loss, f"{one.tomorrow_pess:,.0f}", number(one.tomorrow_width))
    return table


def _between(one: Amount) -> str:
    return f"{number(one.value)} ({_ends(one)})"


def _ends(one: Amount) -> str:
    """Both ends, to the digits that their distance lets count."""
    wide = one.high - one.low
    digits = max(1 - math.floor(math.log10(wide)), 0) if wide > 0 else 4
    return f"{one.low:.{digits}f} to {one.high:.{digits}f}"
