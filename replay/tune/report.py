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
    from collections.abc import Sequence

    from replay.numerics.amount import Amount
    from replay.tune.result import Tuning


def as_json_text(tuning: Tuning) -> str:
    """One line of JSON; what isn't finite is null."""
    return msgspec.json.encode(tuning).decode()


def print_report(tuning: Tuning, source: str, console: Console | None = None) -> None:
    """Print which candidate earns most, how sure that is, and what exploring costs and gains."""
    console = console or Console(highlight=False)
    unit, log = tuning.unit, counted(tuning.rows, tuning.unit)
    say(console, f"Which exploration settings earn most? From {log} of\n{source}\n")
    say(console, f"{lead(tuning)} {certainty(tuning)}", "bold")
    names, floor = short_names(tuning)
    say(
        console,
        f"\nEach candidate starts untrained and learns from {tuning.horizon:,} accepted {unit}s,"
        f" {tuning.words}.{floor} The intervals of a column hold jointly at"
        f" {100 * tuning.level:.6g} %. Today's policy: {tuning.today},"
        f" {_between(tuning.today_earns)} per {unit}.\n",
    )
    console.print(_earnings(tuning, names))
    say(console, f"* earns most\n\n{tomorrow_question(tuning)}\n")
    console.print(_tomorrow(tuning, names))
    for line in floor_lines(tuning):
        say(console, line)
    for candidate in tuning.candidates:
        if candidate.refused:
            say(console, f"No answer for {candidate.name}: {candidate.refused}.")
    say(console, "")
    for note in tuning.notes:
        say(console, f"Note: {note}.")
    say(console, "\nFor the worker's configuration:\n")
    say(console, tuning.policy, "bold")


def lead(tuning: Tuning) -> str:
    """Say which candidate earns most, and how much."""
    best = tuning.best
    level = f"{100 * tuning.level:.6g} %"
    return (
        f"{best.name} earns most: {number(best.earns.value)} per {tuning.unit} ({level} interval"
        f" {_ends(best.earns)})."
    )


def tomorrow_question(tuning: Tuning) -> str:
    """Say what the second table compares."""
    return (
        "Exploring costs reward today, and makes the next log more informative. If each candidate,"
        f" as trained here, wrote {counted(tuning.tasks, tuning.unit)}, how precisely could those"
        f" evaluate {tuning.new}?"
    )


def short_names(tuning: Tuning) -> tuple[list[str], str]:
    """Names of the candidates without the floor that all share, and that floor in words."""
    floors = {candidate.settings.explore_floor for candidate in tuning.candidates}
    names = [candidate.name for candidate in tuning.candidates]
    if len(floors) > 1:
        return names, ""
    (floor,) = floors
    short = [name.removesuffix(f", floor {floor:g}") for name in names]
    return short, f" All have an exploration floor of {floor:g}."


def certainty(tuning: Tuning) -> str:
    """Say how sure it is that the chosen one is the best."""
    others = [
        (name, candidate)
        for name, candidate in zip(short_names(tuning)[0], tuning.candidates, strict=True)
        if candidate is not tuning.best and candidate.refused is None
    ]
    rivals = [name for name, candidate in others if candidate.under_best.low <= 0]
    if not others:
        return "There is no other candidate to compare it with."
    if not rivals:
        return "It earns significantly more than every other candidate."
    lesser = len(others) - len(rivals)
    named = ", ".join(rivals[:3]) + (f" and {len(rivals) - 3} more" if len(rivals) > 3 else "")
    of = f"{lesser} of the" if lesser else "none of the"
    return (
        f"It earns significantly more than {of} {counted(len(others), 'other')}; as good within"
        f" sampling error: {named}."
    )


def floor_lines(tuning: Tuning) -> list[str]:
    """Say which floor is precise enough, where a precision was asked for."""
    floor, explorer = tuning.floor, tuning.best.settings.explorer
    if floor is None:
        return []
    if floor.floor is None:
        line = (
            f"No exploration floor up to 1 gives an interval width of {number(floor.wished)}: the"
            f" narrowest is {number(floor.width)}."
        )
    else:
        line = (
            f"Smallest exploration floor of {explorer} that gives an interval width of"
            f" {number(floor.wished)}: {floor.floor:.3g}. It earns"
            f" {number(max(floor.costs, 0.0))} per {tuning.unit} less than the chosen candidate."
        )
    return [line]


def _earnings(tuning: Tuning, names: Sequence[str]) -> Table:
    level = f"{100 * tuning.level:.6g} %"
    heads = (f"per {tuning.unit}", f"{level} interval", "more than today", "less than best")
    table = _table(heads)
    for name, candidate in zip(names, tuning.candidates, strict=True):
        if candidate.refused:
            add_row(table, name, "–", "–", "–", "–")
            continue
        best = candidate is tuning.best
        add_row(
            table,
            f"{name} *" if best else name,
            number(candidate.earns.value),
            _ends(candidate.earns),
            _ends(candidate.over_today),
            "" if best else _ends(candidate.under_best),
        )
    return table


def _tomorrow(tuning: Tuning, names: Sequence[str]) -> Table:
    per = f"per {tuning.unit}"
    ess = f"effective sample\nsize, {tuning.unit}s"
    table = _table((f"regret today,\n{per}", ess, f"interval width,\n{per}"))
    for name, candidate in zip(names, tuning.candidates, strict=True):
        regret = "–" if candidate.refused else number(candidate.under_best.value)
        ess = f"{candidate.tomorrow_pess:,.0f}"
        add_row(table, name, regret, ess, number(candidate.tomorrow_width))
    return table


def _table(heads: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right")
    return table


def _between(amount: Amount) -> str:
    return f"{number(amount.value)} ({_ends(amount)})"


def _ends(amount: Amount) -> str:
    """Write both ends, rounded to two digits of their distance."""
    width = amount.high - amount.low
    digits = max(1 - math.floor(math.log10(width)), 0) if width > 0 else 4
    return f"{amount.low:.{digits}f} to {amount.high:.{digits}f}"
