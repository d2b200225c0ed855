"""A tuning as a person reads it at 80 columns, and as JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

from bandit.counted import counted
from replay.report.wording.digits import number
from replay.report.wording.levels import level_text
from replay.runtime.text import add_row, say
from replay.targets.policy_file import policy_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.numerics.amount import Amount
    from replay.tune.result import Candidate, Tuning


def as_json_text(tuning: Tuning) -> str:
    """One line of JSON; what isn't finite is null."""
    return msgspec.json.encode(tuning).decode()


def print_report(tuning: Tuning, source: str, console: Console | None = None) -> None:
    """Print what each candidate earns, how sure that is, and what its log could evaluate."""
    console = console or Console(highlight=False)
    unit, log = tuning.unit, counted(tuning.rows, tuning.unit)
    say(console, f"Which exploration settings earn most? From {log} of\n{source}\n")
    say(console, f"{lead(tuning)} {certainty(tuning)}", "bold")
    names, floor = short_names(tuning)
    say(
        console,
        f"\n{what_is_shown(tuning)}{floor} Today's policy: {tuning.today},"
        f" {_between(tuning.today_earns)} per {unit}.\n",
    )
    console.print(_earnings(tuning, names))
    say(console, f"* highest estimate\n\n{tomorrow_question(tuning)}\n")
    console.print(_tomorrow(tuning, names))
    for line in floor_lines(tuning):
        say(console, line)
    for candidate in tuning.candidates:
        if candidate.refused:
            say(console, f"No answer for {candidate.name}: {candidate.refused}.")
    say(console, "")
    for note in tuning.notes:
        say(console, f"Note: {ended(note)}")
    say(console, f"\n{use(tuning)}:\n")
    say(console, tuning.policy, "bold")


def ended(note: str) -> str:
    """End a note with a full stop, unless it asks something.

    Examples
    --------
    >>> ended("it learns"), ended("does it learn?")
    ('it learns.', 'does it learn?')
    """
    return note if note.endswith("?") else f"{note}."


def use(tuning: Tuning) -> str:
    """Say what to do with the chosen section [policy]: nothing, where today's earns as much."""
    best, than = tuning.best, f"than today's policy, {tuning.today}"
    where = policy_use(best.settings)
    if best.over_today.low > 0:
        return where
    usable = [one for one in tuning.candidates if one.refused is None]
    if all(one.over_today.high < 0 for one in usable):
        return (
            f"Leave the configuration as it is: every candidate earns less {than}. The candidate"
            " with the highest estimate, for comparison"
        )
    inner = where[0].lower() + where[1:]
    return f"It is not shown that this candidate earns more {than}. To try it, {inner}"


def lead(tuning: Tuning) -> str:
    """Say which candidate has the highest estimate; where most may earn as much, that first."""
    best = tuning.best
    level = level_text(tuning.level)
    highest = (
        f"Highest estimate: {best.name}, {as_exact_as_its_interval(best.earns)} per {tuning.unit}"
        f" (joint {level} interval {_ends(best.earns)})."
    )
    if not is_undecided(tuning):
        return highest
    rivals, others = len(_rivals(tuning)), counted(len(_others(tuning)), "other candidate")
    if others.startswith("1 "):
        return f"No candidate is shown to be best: the other one may earn as much. {highest}"
    return (
        f"No candidate is shown to be best: {rivals} of the {others} may earn as much as the"
        f" highest estimate. {highest}"
    )


def is_undecided(tuning: Tuning) -> bool:
    """Whether most of the other candidates may earn as much as the highest estimate."""
    return 2 * len(_rivals(tuning)) > len(_others(tuning))


def _others(tuning: Tuning) -> list[Candidate]:
    """Candidates that the log can evaluate, without the one with the highest estimate."""
    return [one for one in tuning.candidates if one is not tuning.best and one.refused is None]


def _rivals(tuning: Tuning) -> list[Candidate]:
    """Those that may earn as much."""
    return [one for one in _others(tuning) if one.under_best.low <= 0]


def what_is_shown(tuning: Tuning) -> str:
    """Say what a candidate's value is the mean of, and what its interval covers."""
    unit = tuning.unit
    covers = f"the randomness of {unit}s and of replays"
    if tuning.replays == 1:
        covers = f"the randomness of {unit}s alone, given one replay"
    return (
        f"A value is the mean reward over the first {tuning.horizon:,} decisions of an untrained"
        f" learner (rejection-sampling replay, {tuning.words}). It learns only from accepted"
        f" {unit}s: each is accepted with a probability in proportion to its importance weight"
        " under the learner. Another horizon (--horizon) can change values and ranking. Intervals"
        f" cover {covers}; those of a column hold jointly at {level_text(tuning.level)}."
    )


def tomorrow_question(tuning: Tuning) -> str:
    """Say what the second table compares."""
    return (
        f"How precisely could a log of {counted(tuning.tasks, tuning.unit)}, written by each"
        f" candidate as trained here, evaluate {tuning.new}? The effective sample size and the"
        f" width of a {level_text(tuning.level)} interval answer that."
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
    """Say from which candidates the chosen one can't be separated."""
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
    than = f" It earns significantly more than {lesser} of the {counted(len(others), 'other')}."
    return f"Not separable from it: {named}.{than if lesser else ''}"


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
            f" {max(floor.costs, 0.0):.2g} per {tuning.unit} less than the chosen candidate."
        )
    return [line]


def _earnings(tuning: Tuning, names: Sequence[str]) -> Table:
    level = level_text(tuning.level)
    heads = (f"per {tuning.unit}", f"{level} interval", "more than today", "less than best")
    table = _table(heads)
    earns = most_decimals(one.earns for one in tuning.candidates if not one.refused)
    over = most_decimals(one.over_today for one in tuning.candidates if not one.refused)
    under = most_decimals(one.under_best for one in _others(tuning))
    for name, candidate in zip(names, tuning.candidates, strict=True):
        if candidate.refused:
            add_row(table, name, "–", "–", "–", "–")
            continue
        best = candidate is tuning.best
        add_row(
            table,
            f"{name} *" if best else name,
            as_exact_as_its_interval(candidate.earns, earns),
            _ends(candidate.earns, earns),
            _ends(candidate.over_today, over),
            "" if best else _ends(candidate.under_best, under),
        )
    return table


def _tomorrow(tuning: Tuning, names: Sequence[str]) -> Table:
    per = f"per {tuning.unit}"
    ess = f"effective sample\nsize, {tuning.unit}s"
    less = f"less than the best\ncandidate, {per}"
    table = _table((less, ess, f"interval width,\n{per}"))
    for name, candidate in zip(names, tuning.candidates, strict=True):
        shortfall = as_exact_as_its_interval(candidate.under_best)
        ess = f"{candidate.tomorrow_pess:,.0f}"
        cells = ("–" if candidate.refused else shortfall, ess, width(candidate.tomorrow_width))
        add_row(table, name, *cells)
    return table


def _table(heads: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right")
    return table


def _between(amount: Amount) -> str:
    return f"{as_exact_as_its_interval(amount)} ({_ends(amount)})"


def as_exact_as_its_interval(amount: Amount, digits: int | None = None) -> str:
    """Write a value with the decimals that its interval has, or those of its column.

    Examples
    --------
    >>> from replay.numerics.amount import Amount
    >>> as_exact_as_its_interval(Amount(0.03198, -0.005, 0.069))
    '0.032'
    """
    if amount.value == amount.low == amount.high:
        return number(amount.value)
    return f"{amount.value:,.{decimals(amount) if digits is None else digits}f}"


def width(value: float) -> str:
    """Write an interval's width: known to 1 or 2 % (`LOOKED_AT`), so with three digits.

    Examples
    --------
    >>> width(0.10254), width(math.inf)
    ('0.103', '∞')
    """
    return number(float(f"{value:.3g}"))


def interval_ends(amount: Amount, digits: int | None = None) -> tuple[str, str]:
    """Write both ends, rounded to two digits of their distance, or as their column is."""
    digits = decimals(amount) if digits is None else digits
    return f"{amount.low:,.{digits}f}", f"{amount.high:,.{digits}f}"


def _ends(amount: Amount, digits: int | None = None) -> str:
    return " to ".join(interval_ends(amount, digits))


def most_decimals(amounts: Iterable[Amount]) -> int:
    """Decimals of a column: as many as its narrowest interval has, so that values compare."""
    return max((decimals(amount) for amount in amounts), default=0)


def decimals(amount: Amount) -> int:
    """Decimals that an interval's distance gives a value: two digits of it."""
    distance = amount.high - amount.low
    return max(1 - math.floor(math.log10(distance)), 0) if distance > 0 else 4
