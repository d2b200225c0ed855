"""The end of a page: what was left out, notes, the command, versions, how to read an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.html.markup import Markup, joined, section, table, tag
from replay.report.page.versions import versions
from replay.report.wording.sentence import notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.results.evaluation import Evaluation


def small_print(every: Sequence[Evaluation], command: str, *, together: bool) -> Markup:
    """Write the sections; `together` where the intervals hold for all targets at once."""
    first = every[0]
    parts = []
    if first.unusable.rows:
        parts.append(section(f"Left out: {first.unusable.rows:,} rows", _left_out(first)))
    said = notes(every)
    if said:
        parts.append(section("Notes", tag("ul", *(tag("li", f"{note}.") for note in said))))
    if first.counts:
        counts = [[name.replace("_", " "), f"{many:,}"] for name, many in first.counts.items()]
        parts.append(section("What was counted", table(["what", "how many"], counts)))
    parts.append(section("The command", tag("pre", tag("code", command), tabindex="0")))
    parts.append(section("The versions", tag("p", ", ".join(map(" ".join, versions())))))
    level = first.logging.level
    parts.append(section("How to read an interval", tag("p", reading(level, together=together))))
    return joined(*parts)


def reading(level: float, *, together: bool) -> str:
    """Say in two sentences what an interval promises, and what it doesn't.

    Examples
    --------
    >>> reading(0.95, together=False).partition(". ")[0]
    'A 95 % interval comes from a rule that holds the true mean for 95 of 100 logs like this one'
    """
    often = f"{100 * level:.6g}"
    true = "true means of all targets at once" if together else "true mean"
    return (
        f"A {often} % interval comes from a rule that holds the {true} for {often} of 100 logs like"
        " this one. It knows of chance alone: wrong propensities, or a world that has changed"
        " since, are not in it."
    )


def _left_out(answer: Evaluation) -> Markup:
    rows = [
        [reason, example.text, f"{count:,}"] for reason, count, example in answer.unusable.ordered()
    ]
    return table(["why", "the first of them", "rows"], rows, words=2)
