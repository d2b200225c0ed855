"""One fuzzed case: a table, a question, and how it ended; the same number, the same case."""

from __future__ import annotations

import re
import tempfile
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from bandit.errors import PoolwiseError
from replay import compare, evaluate
from replay.report.plain import as_json_text
from tests.replay.fuzz.odd_files import stored
from tests.replay.fuzz.odd_questions import question
from tests.replay.fuzz.odd_tables import good_table, mutated

if TYPE_CHECKING:
    from replay.answer import Comparison, Evaluation

ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"


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
        case = f"run_case({seed}, {number}): {source.how}, {asked}"
        return ended(case, source.source, asked)


def ended(case: str, source: Any, asked: dict[str, Any]) -> Outcome:
    """Run `evaluate` or, of several targets, `compare`, with every warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            answer = compare(source, **asked) if "targets" in asked else evaluate(source, **asked)
            as_json_text(answer)
        except PoolwiseError as error:
            text = str(error)
            if len(text.splitlines()) != 1:
                return Outcome(FAILED, f"not one line: {text!r}", case)
            return Outcome(type(error).__name__, text, case)
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            return Outcome(FAILED, traceback.format_exc(), case)
    return judged(case, answer)


def judged(case: str, answer: Evaluation | Comparison) -> Outcome:
    """An answer that is no traceback must still be one."""
    first = answer if not hasattr(answer, "evaluations") else answer.evaluations[0]
    if first.refused:
        return Outcome(REFUSED, first.verdict, case)
    if any(one.low > one.high or one.value != one.value for one in first.estimates):  # noqa: PLR0124 - NaN
        return Outcome(FAILED, f"no interval: {first.estimates}", case)
    return Outcome(ANSWERED, first.verdict, case)
