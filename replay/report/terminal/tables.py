"""The report's tables on a terminal: numbers are never cut, names are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from bandit.counted import counted
from replay.report.figures.drawing import shortened
from replay.report.wording.digits import number, with_interval
from replay.report.wording.levels import are_joint, level_text, level_words
from replay.report.wording.money_table import HEADS, SLICES, money_rows, slice_rows
from replay.report.wording.sentence import REFUSED, accuracy_known, lived
from replay.results.judgement import VerdictStatus
from replay.runtime.text import add_row, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from replay.report.wording.families import Family
    from replay.results.evaluation import Difference, Estimate, Evaluation
    from replay.results.money import Money

VARIANCE = "variance: the larger of the empirical and a model-based one"

NO_VARIANCE = ("betting", "empirical Bernstein")
"""Intervals that rest on the limits of the rewards, on no model's variance."""

GAP, LEAST_NAME = 2, 12
"""Between columns; and what is left of a name at least."""

SHOWN = 40
"""Slices that a screen or two have room for."""


def print_estimates(answer: Evaluation, console: Console) -> None:
    """Print what was logged and what each estimator says, with intervals."""
    level = answer.logging.level
    head = f"{level_text(level)} interval"
    if are_joint(answer.estimates, level):
        head += ",\nmarginal (* joint)"
    table = _table("estimator", _value_head(answer), head)
    table.add_column("interval method")
    for estimate in (answer.logging, *answer.estimates):
        mark = " *" if estimate.estimator == answer.default else ""
        interval = f"{number(estimate.low)} to {number(estimate.high)}"
        more = estimate.setting and answer.learning is None
        how = f"{estimate.interval}, {estimate.setting}" if more else estimate.interval
        add_row(table, estimate.estimator + mark, number(estimate.value), interval, how)
    console.print(table)
    if answer.estimates:
        span = lived(answer)
        made_by = answer.estimate.interval if answer.estimate else ""
        legend = "recommended" + ("" if made_by in NO_VARIANCE else f"; {VARIANCE}")
        say(console, f"* {span}, starting untrained" if span else f"* {legend}")


def print_money(money: Money, console: Console) -> None:
    """Print what the target earns more in quality, dollars and delay, and by slice."""
    table = _table(*HEADS)
    for row in money_rows(money.whole):
        add_row(table, *row)
    say(console, "")
    console.print(table)
    if money.slices:
        table = _table(*SLICES)
        for row in slice_rows(money)[:SHOWN]:
            add_row(table, *row)
        say(console, "")
        console.print(table)


def print_targets(family: Family, console: Console) -> None:
    """Print a row for each target of a family, and their differences."""
    every = family.evaluations
    level = every[0].logging.level
    heads = [_value_head(every[0]), "more than logged"]
    joint = are_joint([answer.estimate for answer in every], level)
    if joint:
        words = (level_words(level, joint=True), level_words(level, joint=False))
        heads = [f"{head}\n({said})" for head, said in zip(heads, words, strict=True)]
    rows = []
    for answer in every:
        gain = None if answer.refused or not accuracy_known(answer) else answer.gain
        cells = (_cell(answer.estimate), _cell(gain), answer.judgement.status)
        rows.append((answer.target, *cells))
    _print_named(family.head, [*heads, "verdict"], rows, console)
    if family.lived:
        say(console, family.lived)
    if family.differences:
        _print_differences(family.differences, every[0], console, joint=joint)


def _print_differences(
    differences: Sequence[Difference], first: Evaluation, console: Console, *, joint: bool
) -> None:
    """Print what each target earns more than another, on the same rows.

    `joint` says that the targets' own intervals hold jointly, so these are labelled too.
    """
    head, level = f"difference per {first.unit}", first.logging.level
    if joint:
        together = are_joint([difference.estimate for difference in differences], level)
        head += f"\n({level_words(level, joint=True) if together else level_text(level)})"
    table = _table("target", "compared with", head)
    table.columns[1].justify = "left"
    table.columns[1].overflow = "ellipsis"
    for difference in differences:
        by = REFUSED if difference.estimate is None else with_interval(difference.estimate)
        add_row(table, difference.target, difference.than, by)
    say(console, "")
    console.print(table)


def print_slices(answer: Evaluation, console: Console) -> None:
    """Print a row for each slice."""
    heads = (f"{answer.unit}s", _value_head(answer), "more than logged")
    rows = [
        (
            part.name,
            f"{part.rows:,}",
            REFUSED if part.estimate is None else with_interval(part.estimate),
            _cell(part.gain),
        )
        for part in answer.slices[:SHOWN]
    ]
    say(console, "")
    _print_named("slice", heads, rows, console)
    level = answer.logging.level
    if are_joint([part.estimate for part in answer.slices], level):
        say(
            console,
            f"Intervals per {answer.unit} hold jointly at {level_text(level)} for all slices; those"
            " of the gains have the same level each, higher than that.",
        )
    weak = sum(part.judgement.status == VerdictStatus.WEAK for part in answer.slices)
    if weak:
        say(
            console,
            f"{counted(weak, 'slice')} with a weak verdict: --json and --html say why.",
        )
    more = len(answer.slices) - SHOWN
    if more > 0:
        say(console, f"{counted(more, 'more slice')}: --json and --html show all.")


def _table(name: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(name, no_wrap=True, overflow="ellipsis")
    for head in numbers:
        table.add_column(head, justify="right", no_wrap=head != "verdict")
    return table


def _print_named(
    name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], console: Console
) -> None:
    """Print a table whose names give way to its numbers."""
    columns = zip(heads, *(row[1:] for row in rows), strict=True)
    room = console.width - sum(max(map(_width, column)) + GAP for column in columns)
    table = _table(name, *heads)
    for row in rows:
        add_row(table, shortened(row[0], max(room, LEAST_NAME)), *row[1:])
    console.print(table)


def _width(text: str) -> int:
    """Width of a cell, of its longest line."""
    return max(map(len, text.split("\n")))


def _value_head(answer: Evaluation) -> str:
    """Name the column of values, with its unit where that is known."""
    return f"{'per' if answer.money is None else '$ /'} {answer.unit}"


def _cell(estimate: Estimate | None) -> str:
    return "–" if estimate is None else with_interval(estimate)
