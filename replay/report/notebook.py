"""An answer at the end of a notebook's cell, or after a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.counted import counted
from replay.report.html.render import render
from replay.report.wording.digits import number
from replay.report.wording.families import families
from replay.report.wording.levels import are_joint, level_text, level_words
from replay.report.wording.sentence import brief, evaluations, lived, reason, sentence
from replay.results.estimand import ONE_AT_A_TIME
from replay.results.evaluation import Comparison
from replay.runtime.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.report.wording.families import Family
    from replay.results.evaluation import Estimate, Evaluation


class NotebookRow(NamedTuple):
    """A row of a notebook's table; the recommended estimator's is `chosen`."""

    cells: tuple[str, ...]
    chosen: bool


def as_html(answer: Evaluation | Comparison) -> str:
    """Return the answer in a sentence with its verdict, and a table, as HTML."""
    targets = [
        {
            "sentence": sentence(each),
            "verdict": each.judgement.status,
            "why": "" if each.refused else reason(each),
        }
        for each in evaluations(answer)
    ]
    if isinstance(answer, Comparison):
        tables = [
            _table(
                family.head,
                [_row(each.target, each.estimate) for each in family.evaluations],
                family.lived,
                _joint(family),
            )
            for family in families(answer)
        ]
    else:
        rows = [_row(answer.logging.estimator, answer.logging)]
        rows += [
            _row(each.estimator, each, chosen=each.estimator == answer.default)
            for each in answer.estimates
        ]
        tables = [_table("estimator", rows)]
    return render("notebook.html", targets=targets, tables=tables)


def as_line(answer: Evaluation | Comparison) -> str:
    """Say an answer in a line, for a prompt."""
    every = evaluations(answer)
    if isinstance(answer, Comparison):
        targets = "; ".join(
            " ".join([target.target, brief(target), lived(target)]).strip() for target in every
        )
        return printable(f"<Comparison of {counted(len(every), 'target')}: {targets}>")
    how = ONE_AT_A_TIME.get(answer.estimand, "")
    asked = f"{answer.target}, {how}" if how else answer.target
    if answer.refused:
        return printable(f"<Evaluation of {asked}: {answer.verdict}>")
    level = level_text(answer.logging.level)
    span = lived(answer)
    by = f"{brief(answer)} per {answer.unit}{f' {span},' if span else ''} by {answer.default}"
    by += f", {level} interval"
    return printable(f"<Evaluation of {asked}: {by}; {answer.judgement.status}>")


def as_text(answer: Evaluation | Comparison) -> str:
    """Say an answer in a sentence for each target, with its verdict."""
    lines = (f"{sentence(target)} Verdict: {target.verdict}." for target in evaluations(answer))
    return printable("\n".join(lines))


def _row(name: str, estimate: Estimate | None, *, chosen: bool = False) -> NotebookRow:
    cells = ["–"] * 4
    if estimate is not None:
        ends = (number(estimate.low), number(estimate.high))
        cells = [number(estimate.value), *ends, estimate.interval]
    return NotebookRow((name, *cells), chosen)


def _joint(family: Family) -> str:
    """Level of a family's intervals where they hold jointly, to put behind a heading."""
    level = family.evaluations[0].logging.level
    joint = are_joint([answer.estimate for answer in family.evaluations], level)
    return f" ({level_words(level, joint=True)})" if joint else ""


def _table(
    name: str, rows: Sequence[NotebookRow], span: str = "", level: str = ""
) -> dict[str, object]:
    heads = (name, "value", f"low{level}", f"high{level}", "interval method")
    return {"heads": heads, "rows": rows, "span": span}
