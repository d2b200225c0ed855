"""An answer as a person reads it on a terminal, at 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from bandit.counted import counted
from replay.checks.check_result import Grade
from replay.report.terminal.tables import (
    print_estimates,
    print_money,
    print_slices,
    print_targets,
)
from replay.report.wording.advice import ADVICE, good_checks, wanting
from replay.report.wording.diagnosis import diagnosis
from replay.report.wording.families import families
from replay.report.wording.own_log import closing, definitions, total_value
from replay.report.wording.sentence import evaluations, notes, question, sentence
from replay.results.evaluation import Comparison
from replay.results.judgement import VerdictStatus
from replay.runtime.text import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.results.evaluation import Evaluation

GRADES = {Grade.GOOD: "green", Grade.WEAK: "yellow", Grade.BROKEN: "red"}
"""Style of a check's result."""

VERDICTS = {
    VerdictStatus.GOOD: "green",
    VerdictStatus.WEAK: "yellow",
    VerdictStatus.CANNOT_ANSWER: "red",
}
"""Style of a verdict."""


def print_report(
    answer: Evaluation | Comparison, source: str, console: Console | None = None
) -> None:
    """Print what was asked, the answer in a sentence, the estimates, and whether to believe them.

    `source` is what the log is called.
    """
    console = console or Console(highlight=False)
    every = evaluations(answer)
    first = every[0]
    asked = question([target.target for target in every], [target.estimand for target in every])
    say(console, f"{asked} From {counted(first.rows, first.unit)} of\n{source}")
    meaning = definitions(every) if first.money is not None else ""
    if meaning:
        say(console, meaning)
    say(console, "")
    for target in every:
        say(console, sentence(target), "bold")
    early = len(every) == 1 and not first.refused
    if early:
        _print_wanting(first, console)
    say(console, "")
    if isinstance(answer, Comparison):
        for at, family in enumerate(families(answer)):
            if at:
                say(console, "")
            print_targets(family, console)
    for target in every:
        if isinstance(answer, Comparison):
            say(console, f"\n{target.target}", "bold underline")
        total = total_value(target)
        if total:
            say(console, f"{total}\n")
        print_estimates(target, console)
        if target.money is not None and not target.refused:
            print_money(target.money, console)
        _print_checks(target, console, wanted=not early)
        if target.slices:
            print_slices(target, console)
    _print_rest(every, console)


def _print_wanting(answer: Evaluation, console: Console) -> None:
    """Print the checks that aren't good, and what to do about each."""
    for finding in wanting(answer.findings):
        text = f"{finding.verdict.capitalize()}: {finding.text}"
        advice = ADVICE.get(finding.name, "")
        stop = "" if text.endswith("?") else "."
        say(console, f"{text}{stop} {advice}".rstrip(), GRADES[finding.verdict])


def _print_checks(answer: Evaluation, console: Console, *, wanted: bool) -> None:
    """Print the diagnostics, the checks that aren't good if they are `wanted`, and count the good.

    A report on one target has those that aren't good directly under its answer.
    """
    say(console, "")
    say(console, diagnosis(answer))
    if wanted:
        _print_wanting(answer, console)
    good = good_checks(answer.findings)
    if good:
        say(console, good)


def _print_rest(every: Sequence[Evaluation], console: Console) -> None:
    """Print the rows that were left out, the notes, and the verdict last."""
    lines = [f"{line}." for line in every[0].unusable.lines()]
    lines += [f"Note: {note}." for note in notes(every)]
    say(console, "")
    for line in lines:
        say(console, line)
    if lines:
        say(console, "")
    for target in every:
        whose = f"Verdict on {target.target}" if every[1:] else "Verdict"
        say(console, f"{whose}: {closing(target)}", f"bold {VERDICTS[target.judgement.status]}")
