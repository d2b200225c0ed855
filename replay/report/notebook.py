"""An answer at the end of a notebook's cell, or after a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.html.markup import Markup, joined, tag
from replay.report.html.verdict_mark import mark
from replay.report.wording.digits import number
from replay.report.wording.families import families
from replay.report.wording.sentence import brief, evaluations, lived, reason, sentence, verdict_word
from replay.results.estimand import ONE_AT_A_TIME
from replay.results.evaluation import Comparison
from replay.runtime.text import counted, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.report.wording.families import Family
    from replay.results.evaluation import Estimate, Evaluation

STYLE = """
.poolwise .verdict { display: inline-flex; align-items: center; gap: 5px; }
.poolwise .good { color: #14805f; } .poolwise .weak { color: #a86a00; }
.poolwise .broken { color: #c8440a; } .poolwise .outline { fill: currentColor; }
.poolwise .sign { fill: none; stroke: #fff; stroke-width: 1.7; }
.poolwise p { margin: 4px 0; } .poolwise table { color: inherit; border-collapse: collapse; }
.poolwise td, .poolwise th { text-align: right; padding: 2px 12px 2px 0; }
.poolwise td:first-child, .poolwise th:first-child { text-align: left; }
.poolwise .chosen { font-weight: 700; }
"""
"""Colours that can be read on white and on black: a notebook doesn't say which it has."""


def as_html(answer: Evaluation | Comparison) -> str:
    """Return the answer in a sentence with its verdict, and a table, as HTML."""
    every = evaluations(answer)
    if isinstance(answer, Comparison):
        numbers = joined(*map(_family, families(answer)))
    else:
        kinds = [
            (one, "chosen" if one.estimator == answer.default else "") for one in answer.estimates
        ]
        rows = [(one.estimator, one, kind) for one, kind in [(answer.logging, ""), *kinds]]
        numbers = _table("estimator", rows)
    return tag("div", tag("style", Markup(STYLE)), *map(_said, every), numbers, class_="poolwise")


def as_line(answer: Evaluation | Comparison) -> str:
    """Say an answer in a line, for a prompt."""
    every = evaluations(answer)
    if isinstance(answer, Comparison):
        told = "; ".join(" ".join([one.target, brief(one), lived(one)]).strip() for one in every)
        return printable(f"<Comparison of {counted(len(every), 'target')}: {told}>")
    how = ONE_AT_A_TIME.get(answer.estimand, "")
    asked = f"{answer.target}, {how}" if how else answer.target
    if answer.refused:
        return printable(f"<Evaluation of {asked}: {answer.verdict}>")
    level = f"{100 * answer.logging.level:.6g} %"
    span = lived(answer)
    by = f"{brief(answer)} a {answer.unit}{f' {span},' if span else ''} by {answer.default}"
    by += f", {level} interval"
    return printable(f"<Evaluation of {asked}: {by}; {verdict_word(answer.verdict)}>")


def as_text(answer: Evaluation | Comparison) -> str:
    """Say an answer in a sentence for each target, with its verdict."""
    said = (f"{sentence(one)} Verdict: {one.verdict}." for one in evaluations(answer))
    return printable("\n".join(said))


def _said(answer: Evaluation) -> Markup:
    why = "" if answer.refused else reason(answer)
    told = f" because {why}" if why else ""
    return joined(tag("p", tag("b", sentence(answer))), tag("p", mark(answer.verdict), told))


def _family(family: Family) -> Markup:
    table = _table(family.head, [(one.target, one.estimate, "") for one in family.evaluations])
    return joined(table, tag("p", family.lived)) if family.lived else table


def _table(name: str, rows: Sequence[tuple[str, Estimate | None, str]]) -> Markup:
    heads = tag("tr", *(tag("th", head) for head in (name, "value", "low", "high", "by")))
    body = []
    for words, one, kind in rows:
        cells = ["–"] * 4
        if one is not None:
            cells = [number(one.value), number(one.low), number(one.high), one.interval]
        body.append(tag("tr", *(tag("td", cell) for cell in (words, *cells)), class_=kind or None))
    return tag("table", tag("thead", heads), tag("tbody", *body))
