"""Everything a page says of several targets: together, their differences, then each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.figures.forest import Line, Rule, forest
from replay.report.html.markup import Markup, joined, section, tag
from replay.report.page.one_target import gain_figure, rule_of, sections_of
from replay.report.wording.families import families
from replay.report.wording.sentence import REFUSED, accuracy_known, differing

if TYPE_CHECKING:
    from replay.report.wording.families import Family
    from replay.results.evaluation import Comparison

HEADS = ("target", "interval by")


def sections_of_all(answer: Comparison) -> Markup:
    """Write the sections of a comparison; targets that learn stand apart from the others."""
    parts = [part for family in families(answer) for part in _of_family(family)]
    for one in answer.evaluations:
        inside = sections_of(one, 3, gain=False)
        parts.append(section(f"By itself: {one.target}", inside))
    return joined(*parts)


def _of_family(family: Family) -> list[Markup]:
    learn = " that learn" if family.learns else ""
    words = [tag("p", family.lived)] if family.lived else []
    parts = [section(f"The targets{learn}", *words, _targets(family))]
    gains = [
        (one.target, None if one.refused else one.gain)
        for one in family.evaluations
        if one.refused or accuracy_known(one)
    ]
    if any(gain is not None for _, gain in gains):
        name = "More than was logged" + (f": targets{learn}" if learn else "")
        parts.append(section(name, gain_figure(gains)))
    if family.differences:
        told = tag("ul", *(tag("li", differing(one)) for one in family.differences))
        parts.append(section(f"Differences between targets{learn}", told, _differences(family)))
    return parts


def _targets(family: Family) -> Markup:
    every = family.evaluations
    logging = every[0].logging
    lines = [Line(logging.estimator, logging, kind="logged")]
    lines += [Line(one.target, one.estimate, REFUSED) for one in every]
    able = sum(not one.refused for one in every)
    who = every[0].target if len(every) == 1 else f"each of {len(every):,} targets"
    title = f"What {who} would have earned"
    if able < len(every):
        title += f"; the log can answer for {able:,}"
    return forest(title, lines, rule_of(logging), HEADS)


def _differences(family: Family) -> Markup:
    than, unit = family.differences[0].than, family.evaluations[0].unit
    lines = [Line(one.target, one.estimate, REFUSED) for one in family.differences]
    paired = "in the same histories" if family.learns else f"{unit} by {unit}"
    title = f"What each target earns more than {than}, {paired}"
    return forest(title, lines, Rule(0.0, f"as much as {than}"), HEADS)
