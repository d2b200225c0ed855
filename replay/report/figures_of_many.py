"""Everything a page says of several targets: together, their differences, then each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.plain import counted
from replay.report.figures_of_one import gain_figure, rule_of, sections_of
from replay.report.forest import Line, Rule, forest
from replay.report.markup import Markup, joined, tag
from replay.report.sentence import REFUSED, differing

if TYPE_CHECKING:
    from replay.answer import Comparison

HEADS = ("target", "interval by")


def sections_of_all(answer: Comparison) -> Markup:
    """Write the sections of a comparison."""
    every = answer.evaluations
    parts = [_section("The targets", _targets(answer))]
    gains = [(one.target, None if one.refused else one.gain) for one in every]
    if any(gain is not None for _, gain in gains):
        parts.append(_section("More than was logged", gain_figure(gains)))
    if answer.differences:
        told = tag("ul", *(tag("li", differing(one)) for one in answer.differences))
        parts.append(_section("Differences between targets", told, _differences(answer)))
    for one in every:
        inside = sections_of(one, 3, gain=False)
        parts.append(_section(f"By itself: {one.target}", inside))
    return joined(*parts)


def _targets(answer: Comparison) -> Markup:
    every = answer.evaluations
    logging = every[0].logging
    lines = [Line(logging.estimator, logging, kind="logged")]
    lines += [Line(one.target, one.estimate, REFUSED) for one in every]
    able = sum(not one.refused for one in every)
    title = f"What each of {counted(len(every), 'target')} would have earned"
    if able < len(every):
        title += f"; the log can answer for {able:,}"
    return forest(title, lines, rule_of(logging), HEADS)


def _differences(answer: Comparison) -> Markup:
    than, unit = answer.differences[0].than, answer.evaluations[0].unit
    lines = [Line(one.target, one.estimate, REFUSED) for one in answer.differences]
    title = f"What each target earns more than {than}, {unit} by {unit}"
    return forest(title, lines, Rule(0.0, f"as much as {than}"), HEADS)


def _section(name: str, *inside: str) -> Markup:
    return tag("section", tag("h2", name), *inside)
