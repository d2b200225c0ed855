"""Whether audits measure a gain in accuracy precisely enough, in words and as a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.checks.check_result import CheckResult, Grade

if TYPE_CHECKING:
    from replay.results.money import Audits, Money


def unknown_accuracy(audits: Audits) -> str:
    """Say why accuracy is no headline, and about how many audits would make it one.

    Examples
    --------
    >>> from replay.results.money import Audits
    >>> unknown_accuracy(Audits(142, 142, 85.0, 30.0, 0.04, 0, half_width=0.046))
    'The change in accuracy is known to ±4.6 points only (142 audits; about 750 would give ±2)'
    >>> unknown_accuracy(Audits(0, 0, 0.0, 30.0, 0.0, 0))
    'Accuracy is unknown: no task was audited'
    """
    if not audits.gold:
        why = "no audit has an answer yet" if audits.drawn else "no task was audited"
        return f"Accuracy is unknown: {why}"
    about = ""
    if audits.wanted is not None:
        goal = f"±{100 * audits.widest:g}"
        about = f"; about {_two_digits(audits.wanted)} would give {goal}"
    if not audits.enough:
        return (
            f"Accuracy is unknown: effective number of audits {audits.effective:.3g}, at least"
            f" {audits.needed:.0f} required ({counted(audits.gold, 'audit')}{about})"
        )
    points = 100 * (audits.half_width or 0.0)
    return (
        f"The change in accuracy is known to ±{points:.1f} points only"
        f" ({counted(audits.gold, 'audit')}{about})"
    )


def accuracy_check(money: Money) -> tuple[CheckResult, ...]:
    """Check that accuracy is known where the target's value rests on it."""
    if money.target == "logging" or money.whole.gain is None:
        return ()
    if money.accuracy_known:
        half = 100 * (money.whole.audits.half_width or 0.0)
        text = f"the change in accuracy is known to ±{half:.1f} points"
        return (CheckResult("accuracy", Grade.GOOD, text),)
    text = unknown_accuracy(money.whole.audits)
    return (CheckResult("accuracy", Grade.WEAK, text[0].lower() + text[1:]),)


def _two_digits(count: int) -> str:
    """A count as it is, rounded to two digits from 100 on."""
    digits = max(len(str(count)) - 2, 0)
    return f"{round(count, -digits):,}"
