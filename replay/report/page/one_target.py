"""What a page says of one target: estimates, gain, slices, checks and diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay.checks.check_result import Grade
from replay.report.figures.curve import curve_figure
from replay.report.figures.drawing import WIDE, shortened
from replay.report.figures.forest import ForestRow, ReferenceLine, forest
from replay.report.figures.overlap import overlap_figure
from replay.report.figures.slices import slice_figure, slice_table
from replay.report.figures.weights import weight_figure
from replay.report.html.elements import PageTable
from replay.report.wording.advice import ADVICE, LABELS, good_checks, worst_first
from replay.report.wording.diagnosis import diagnosis, diagnostic_numbers
from replay.report.wording.digits import number
from replay.report.wording.levels import are_joint, level_words
from replay.report.wording.money_table import HEADS, SLICES, money_rows, slice_rows
from replay.report.wording.sentence import accuracy_known, lived, more, reason, sentence

if TYPE_CHECKING:
    from replay.checks.check_result import CheckResult
    from replay.report.html.elements import Figure
    from replay.results.evaluation import Estimate, Evaluation
    from replay.results.judgement import VerdictStatus
    from replay.results.money import Money


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check in words; `advice` says what to do about one that isn't good."""

    verdict: VerdictStatus | Grade
    name: str
    text: str
    advice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSections:
    """What `target.html` shows of one target; `None` or empty where there is nothing to show."""

    name: str
    verdict: VerdictStatus | Grade
    sentence: str
    why: str
    estimates: Figure | None
    gain: Figure | None
    money: tuple[PageTable, ...]
    slice_columns: str
    slices: Figure | None
    every_slice: PageTable
    diagnosis: str
    checks: tuple[CheckLine, ...]
    diagnostics: PageTable
    weights: Figure | None
    overlap: Figure | None
    curve: Figure | None


def sections_of(answer: Evaluation, *, gain: bool) -> TargetSections:
    """Fill the sections of a target; `gain` where no other figure of the page shows it."""
    shown, unit = not answer.refused, answer.unit
    shows_gain = gain and answer.gain is not None and accuracy_known(answer) and shown
    return TargetSections(
        name=answer.target,
        verdict=answer.judgement.status,
        sentence=sentence(answer),
        why=reason(answer) if shown else "",
        estimates=estimates_figure(answer) if shown and answer.estimates else None,
        gain=gain_figure([ForestRow(answer.target, answer.gain)]) if shows_gain else None,
        money=money_tables(answer.money) if shown and answer.money is not None else (),
        slice_columns=", ".join(dict.fromkeys(part.column for part in answer.slices)),
        slices=slice_figure(answer) if answer.slices else None,
        every_slice=slice_table(answer),
        diagnosis=" ".join([diagnosis(answer), good_checks(answer.findings)]).strip(),
        checks=tuple(map(_check_line, worst_first(answer.findings))),
        diagnostics=PageTable(["diagnostic", "value"], diagnostic_numbers(answer.diagnostics)),
        weights=(
            weight_figure(answer.weights, unit)
            if any(bar.share for bar in answer.weights)
            else None
        ),
        overlap=(
            overlap_figure(answer.overlap, shortened(answer.target, WIDE), unit, answer.rows)
            if answer.overlap
            else None
        ),
        curve=(
            curve_figure(answer.curve, answer.logging.value, unit)
            if answer.curve and shown
            else None
        ),
    )


def estimates_figure(answer: Evaluation) -> Figure:
    """Draw the interval of every estimator, and the logged mean."""
    level, logging = answer.logging.level, answer.logging
    mixed = are_joint(answer.estimates, level)
    marginal = level_words(level, joint=False) if mixed else ""
    lines = [ForestRow(logging.estimator, logging, kind="logged", level=marginal)]
    for estimate in answer.estimates:
        kind = "chosen" if estimate.estimator == answer.default else "plain"
        own = level_words(level, joint=True) if are_joint([estimate], level) else marginal
        lines.append(ForestRow(estimate.estimator, estimate, "no estimate", kind, own))
    return forest(
        _agreement(answer), lines, rule_of(answer.logging), ("estimator", "interval method")
    )


def money_tables(money: Money) -> tuple[PageTable, ...]:
    """List what the target earns more on our own log, in parts and by slice."""
    whole = PageTable(HEADS, money_rows(money.whole))
    return (whole, PageTable(SLICES, slice_rows(money))) if money.slices else (whole,)


def rule_of(logging: Estimate) -> ReferenceLine | None:
    """Return the logged mean as a line to compare with."""
    return (
        None
        if logging.value is None
        else ReferenceLine(logging.value, f"logged: {number(logging.value)}")
    )


def gain_figure(gains: list[ForestRow], level: str = "") -> Figure:
    """Draw what targets earn more than was logged, against nothing; `level` is their intervals'."""
    sentences = [
        f"{shortened(gain.name, WIDE)} earns {more(gain.estimate, 'was logged')}"
        for gain in gains
        if gain.estimate is not None and gain.estimate.value is not None
    ]
    alone = len(gains) == 1 and sentences
    title = sentences[0] if alone else "What each target earns more than was logged"
    title += f" (intervals: {level})" if level else ""
    return forest(
        title, gains, ReferenceLine(0.0, "as much as was logged"), ("target", "interval method")
    )


def _check_line(finding: CheckResult) -> CheckLine:
    advice = None if finding.verdict == Grade.GOOD else ADVICE.get(finding.name, "")
    name = LABELS.get(finding.name, finding.name)
    return CheckLine(finding.verdict, name, finding.text, advice)


def _agreement(answer: Evaluation) -> str:
    """Say whether the estimators' intervals overlap."""
    chosen = answer.estimate
    if chosen is None or chosen.value is None:
        return f"No estimator has a value for {answer.target}"
    others = [
        other for other in answer.estimates if other is not chosen and other.value is not None
    ]
    apart = [
        other.estimator for other in others if other.low > chosen.high or other.high < chosen.low
    ]
    if apart:
        names = ", ".join(apart)
        return f"The intervals of {chosen.estimator} and {names} don't overlap: look at the checks"
    if not others:
        return f"{chosen.estimator} of {answer.target} {lived(answer)}".rstrip()
    same = "a rough check, because all estimates are of the same rows"
    if len(others) == 1:
        return f"The interval of {others[0].estimator} overlaps that of {chosen.estimator} ({same})"
    every = f"all {len(others)} other estimators"
    return f"The intervals of {every} overlap that of {chosen.estimator} ({same})"
