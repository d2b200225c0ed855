"""What a page says of several targets together: their values, gains and differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay.report.figures.forest import ForestRow, ReferenceLine, forest
from replay.report.page.one_target import gain_figure, rule_of
from replay.report.wording.levels import are_joint, level_words
from replay.report.wording.sentence import REFUSED, accuracy_known, differing

if TYPE_CHECKING:
    from replay.report.html.elements import Figure
    from replay.report.wording.families import Family

HEADS = ("target", "interval method")


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilySections:
    """What `evaluation.html` shows of targets that may stand side by side.

    `which` follows the word "targets" in headings; `span` says which rows learners' values cover.
    """

    which: str
    span: str
    targets: Figure
    gains: Figure | None
    sentences: tuple[str, ...]
    differences: Figure | None


def sections_of_family(family: Family) -> FamilySections:
    """Fill the sections of a family; targets that learn stand apart from the others."""
    gains = [
        ForestRow(answer.target, None, REFUSED)
        if answer.refused
        else ForestRow(answer.target, answer.gain, "not estimated")
        for answer in family.evaluations
        if answer.refused or accuracy_known(answer)
    ]
    return FamilySections(
        which=" that learn" if family.learns else "",
        span=family.lived,
        targets=_targets(family),
        gains=(
            gain_figure(gains, _marginal(family))
            if any(gain.estimate is not None for gain in gains)
            else None
        ),
        sentences=tuple(map(differing, family.differences)),
        differences=_differences(family) if family.differences else None,
    )


def _targets(family: Family) -> Figure:
    every = family.evaluations
    logging = every[0].logging
    lines = [ForestRow(logging.estimator, logging, kind="logged")]
    lines += [ForestRow(answer.target, answer.estimate, REFUSED) for answer in every]
    able = sum(not answer.refused for answer in every)
    who = every[0].target if len(every) == 1 else f"each of {len(every):,} targets"
    title = f"What {who} would have earned"
    if able < len(every):
        title += f"; the log can answer for {able:,}"
    level = logging.level
    if _marginal(family):
        title += f" (intervals: {level_words(level, joint=True)}; of the log: marginal)"
    return forest(title, lines, rule_of(logging), HEADS)


def _marginal(family: Family) -> str:
    """Level of intervals that hold each by itself, where the targets' own hold jointly."""
    level = family.evaluations[0].logging.level
    joint = are_joint([answer.estimate for answer in family.evaluations], level)
    return level_words(level, joint=False) if joint else ""


def _differences(family: Family) -> Figure:
    than, unit = family.differences[0].than, family.evaluations[0].unit
    lines = [ForestRow(pair.target, pair.estimate, REFUSED) for pair in family.differences]
    paired = "in the same replays" if family.learns else f"{unit} by {unit}"
    title = f"What each target earns more than {than}, {paired}"
    level = family.evaluations[0].logging.level
    if are_joint([pair.estimate for pair in family.differences], level):
        title += f" (intervals: {level_words(level, joint=True)})"
    return forest(title, lines, ReferenceLine(0.0, f"as much as {than}"), HEADS)
