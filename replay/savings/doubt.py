"""When a saving is none: the answers are worse, or others than those that were paid for.

Fewer labels are always cheaper, whatever their answers are, so the headline has to say it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from replay.runtime.text import share

if TYPE_CHECKING:
    from replay.savings.savings import SavingsReport

LEAST_AGREEMENT = 0.8
"""Below, more than one answer in five differs from the majority's."""
LEAST_ACCURACY = 0.5
"""Below, most answers are wrong, even if the majority's are, too."""
MOST_LOST = 0.05
"""Of the accuracy; a smaller loss may well be worth what is saved."""


class Doubt(NamedTuple):
    """What is wrong with the answers, in words, and a sentence with the figures."""

    what: str
    why: str


def quality_doubt(report: SavingsReport) -> Doubt | None:
    """Return what makes the answers no match for those that were paid for, if anything does."""
    ours, theirs, gain = report.accuracy, report.their_accuracy, report.accuracy_gain
    if ours is None or theirs is None or gain is None:
        if report.agreement.value >= LEAST_AGREEMENT:
            return None
        agreement = f"Only {share(report.agreement.value)} of its answers are the majority's"
        return Doubt("with other answers", f"{agreement}; check with true answers (--truth).")
    figures = (
        f"Only {share(ours.value)} of its answers are right, {share(theirs.value)} of the"
        " majority's."
    )
    if gain.value < -MOST_LOST and gain.high < 0.0:
        return Doubt("with worse answers", figures)
    return Doubt("most answers are wrong", figures) if ours.value < LEAST_ACCURACY else None
