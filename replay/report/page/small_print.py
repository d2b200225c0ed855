"""The end of a page: what was left out, counts, versions, how to read an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.html.elements import PageTable
from replay.report.wording.levels import level_text

if TYPE_CHECKING:
    from replay.results.evaluation import Evaluation


def reading(level: float, *, together: bool) -> str:
    """Say in two sentences what an interval promises, and what it doesn't.

    Examples
    --------
    >>> reading(0.95, together=False).partition(": ")[0]
    'In about 95 of 100 logs like this one, a 95 % interval contains the true mean'
    """
    text = level_text(level)
    often = text.removesuffix(" %")
    an = "an" if often.startswith(("8", "11", "18")) else "a"
    joint = (
        f" Joint {text} intervals contain the true means of all targets at once that often."
        if together
        else ""
    )
    return (
        f"In about {often} of 100 logs like this one, {an} {text} interval contains the"
        f" true mean: the expected reward of the process that produced the log, assuming it"
        f" unchanged, if the target had made the decisions.{joint} The mean of the log estimates"
        " the same for the logging policy. Intervals cover sampling error only, not wrong"
        " propensities, nor anything that has changed since the log was written."
    )


def left_out(answer: Evaluation) -> PageTable:
    """List why rows were left out, with the first row for each reason."""
    rows = [
        [reason, example.text, f"{count:,}"] for reason, count, example in answer.unusable.ordered()
    ]
    return PageTable(["reason", "first row", "rows"], rows, words=2)


def counts(answer: Evaluation) -> PageTable:
    """List what was counted while the log was read."""
    rows = [[name.replace("_", " "), f"{many:,}"] for name, many in answer.counts.items()]
    return PageTable(["what", "count"], rows)
