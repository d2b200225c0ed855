"""Everything a page says of one target: estimates, gain, slices, checks and what lies behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.figures.curve import curve_figure
from replay.report.figures.drawing import WIDE, shortened
from replay.report.figures.forest import Line, Rule, forest
from replay.report.figures.overlap import overlap_figure
from replay.report.figures.slices import slice_figure
from replay.report.figures.weights import weight_figure
from replay.report.html.markup import Markup, joined, table, tag
from replay.report.html.verdict_mark import mark
from replay.report.wording.advice import ADVICE, good_checks, worst_first
from replay.report.wording.diagnosis import diagnosis, diagnostic_numbers
from replay.report.wording.digits import number
from replay.report.wording.money_table import HEADS, SLICES, money_rows, slice_rows
from replay.report.wording.sentence import REFUSED, accuracy_known, lived, more

if TYPE_CHECKING:
    from replay.results.evaluation import Estimate, Evaluation
    from replay.results.money import Money

NO_FIGURE = "The log can't answer, so no estimate is given: the checks below say why."


def sections_of(answer: Evaluation, level: int, *, gain: bool) -> Markup:
    """Write the sections under headings of a level; `gain` where no other figure has it."""

    def section(name: str, *inside: str) -> Markup:
        return tag("section", tag(f"h{level}", name), *inside)

    unit = answer.unit
    parts = [section("The estimates", estimates_figure(answer))]
    if gain and answer.gain is not None and accuracy_known(answer) and not answer.refused:
        parts.append(section("More than was logged", gain_figure([(answer.target, answer.gain)])))
    if answer.money is not None and not answer.refused:
        parts.append(section("Quality, dollars and delay", money_tables(answer.money)))
    if answer.slices:
        columns = ", ".join(dict.fromkeys(one.column for one in answer.slices))
        parts.append(section(f"By {columns}", slice_figure(answer)))
    parts.append(section("Can it be believed?", checks(answer)))
    if any(one.share for one in answer.weights):
        parts.append(section("The weights", weight_figure(answer.weights, unit)))
    if answer.overlap:
        figure = overlap_figure(answer.overlap, shortened(answer.target, WIDE), unit, answer.rows)
        parts.append(section("Action by action", figure))
    if answer.curve and not answer.refused:
        parts.append(
            section("Over the log", curve_figure(answer.curve, answer.logging.value, unit))
        )
    return joined(*parts)


def estimates_figure(answer: Evaluation) -> Markup:
    """Draw what each estimator says; words alone where the log can't answer."""
    if answer.refused or not answer.estimates:
        return tag("p", NO_FIGURE, class_="refused")
    lines = [Line(answer.logging.estimator, answer.logging, kind="logged")]
    for one in answer.estimates:
        kind = "chosen" if one.estimator == answer.default else "plain"
        lines.append(Line(one.estimator, one, "no estimate", kind))
    return forest(_said(answer), lines, rule_of(answer.logging), ("estimator", "interval by"))


def money_tables(money: Money) -> Markup:
    """Say what the target earns more on our own log, in parts and by slice."""
    parts = [table(HEADS, money_rows(money.whole))]
    if money.slices:
        parts.append(table(SLICES, slice_rows(money)))
    return joined(*parts)


def rule_of(logging: Estimate) -> Rule | None:
    """Return the logged mean as a line to compare with."""
    return (
        None if logging.value is None else Rule(logging.value, f"logged: {number(logging.value)}")
    )


def gain_figure(gains: list[tuple[str, Estimate | None]]) -> Markup:
    """Draw what targets earn more than was logged, against nothing."""
    lines = [Line(name, gain, REFUSED) for name, gain in gains]
    told = [
        f"{shortened(name, WIDE)} earns {more(gain, 'was logged')}"
        for name, gain in gains
        if gain is not None and gain.value is not None
    ]
    title = told[0] if len(gains) == 1 and told else "What each target earns more than was logged"
    return forest(title, lines, Rule(0.0, "as much as was logged"), ("target", "interval by"))


def checks(answer: Evaluation) -> Markup:
    """Say each check in words, with what to do about it."""
    items = [
        tag(
            "li",
            mark(one.verdict),
            tag("span", tag("b", f"{one.name}: "), one.text, "."),
            tag("span", ADVICE.get(one.name, ""), class_="advice")
            if one.verdict != "good"
            else Markup(),
        )
        for one in worst_first(answer.findings)
    ]
    numbers = table(["diagnostic", "value"], diagnostic_numbers(answer.diagnostics))
    return joined(
        tag("p", " ".join([diagnosis(answer), good_checks(answer.findings)]).strip()),
        tag("ul", *items, class_="checks") if items else Markup(),
        tag("details", tag("summary", "The numbers"), numbers),
    )


def _said(answer: Evaluation) -> str:
    """Say how the estimators agree, and where the logged mean lies."""
    chosen = answer.estimate
    if chosen is None or chosen.value is None:
        return f"No estimator could say what {answer.target} would have earned"
    others = [one for one in answer.estimates if one is not chosen and one.value is not None]
    apart = [one.estimator for one in others if one.low > chosen.high or one.high < chosen.low]
    if apart:
        names = ", ".join(apart)
        return f"The intervals of {chosen.estimator} and {names} don't meet: look at the checks"
    if not others:
        return f"What {chosen.estimator} says of {answer.target} {lived(answer)}".rstrip()
    return (
        f"The intervals of all {len(answer.estimates)} estimators meet that of {chosen.estimator}"
    )
