"""One fuzzed case: a table, a question, and how it ended; the same number, the same case."""

from __future__ import annotations

import io
import math
import re
import sys
import tempfile
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bandit.errors import PoolwiseError
from replay import compare, evaluate
from replay.report.json_output import as_json_text
from replay.report.page.page import page_text
from replay.report.terminal.report import print_report
from tests.replay.fuzz.odd_files import stored
from tests.replay.fuzz.odd_questions import learner, question
from tests.replay.fuzz.odd_tables import good_table, mutated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.results.evaluation import Comparison, Evaluation

ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"

SHOWN_ONE_IN = 5
"""Of the answers, those that are made a report and a page of too: these take longer."""


@dataclass(frozen=True)
class Outcome:
    """How a case ended: `answered`, `refused` (cannot answer), the name of an error, or `failed`.

    `text` is the error's line or, of a failure, its traceback; `case` says how to see it again.
    """

    end: str
    text: str
    case: str

    @property
    def kind(self) -> str:
        """The error's line without what is of this case alone, so that alike ones are counted."""
        plain = re.sub(r"'[^']*'|\"[^\"]*\"|/\S+|\d[\d.,e+-]*", "…", self.text)
        return f"{self.end}: {plain[:90]}"


def run_case(seed: int, number: int) -> Outcome:
    """Make a case and run it; nothing that `evaluate` does may escape it but errors of the tree."""
    chance = Random(f"{seed}/{number}")
    with tempfile.TemporaryDirectory() as folder:
        table = mutated(chance, good_table(chance))
        source = stored(chance, table, Path(folder))
        asked = question(chance)
        learner(asked, Path(folder))
        case = f"run_case({seed}, {number}): {source.how}, {asked}"
        return ended(case, source.source, asked, shown=number % SHOWN_ONE_IN == 0)


def ended(case: str, source: Any, asked: dict[str, Any], *, shown: bool) -> Outcome:
    """Run `evaluate` or, of several targets, `compare`, with every warning an error."""
    with warnings.catch_warnings(), _ignored() as ignored:
        warnings.simplefilter("error")
        try:
            answer = compare(source, **asked) if "targets" in asked else evaluate(source, **asked)
            as_json_text(answer).encode()
            if shown:
                print_report(answer, "log", Console(file=io.StringIO(), width=80))
                page_text(answer, "poolwise evaluate log", "log").encode()
        except PoolwiseError as error:
            text = str(error)
            if len(text.splitlines()) != 1:
                return Outcome(FAILED, f"not one line: {text!r}", case)
            return Outcome(type(error).__name__, text, case)
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            return Outcome(FAILED, traceback.format_exc(), case)
    if ignored:
        return Outcome(FAILED, f"ignored: {ignored[0]}", case)
    return judged(case, answer)


def judged(case: str, answer: Evaluation | Comparison) -> Outcome:
    """Estimates of an answer must be numbers, and their intervals intervals."""
    every = answer.evaluations if hasattr(answer, "evaluations") else (answer,)
    for each in every:
        slices = (one.estimate for one in each.slices)
        for one in (*each.estimates, *each.withheld, each.gain, *slices):
            if one is None or one.value is None:
                continue
            if not (one.low <= one.high and math.isfinite(one.value)):
                return Outcome(FAILED, f"no interval: {one}", case)
    first = every[0]
    return Outcome(REFUSED if first.refused else ANSWERED, first.verdict, case)


@contextmanager
def _ignored() -> Iterator[list[str]]:
    """Collect what is raised where nobody can catch it, as a warning of an unclosed file is."""
    found: list[str] = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda one: found.append(repr(one.exc_value))
    try:
        yield found
    finally:
        sys.unraisablehook = before
