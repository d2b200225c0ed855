"""Headline of a gain: accuracy only where audits measure it precisely enough.

Where they don't, neither accuracy nor dollars that rest on it are a headline: the sentence has the
dollars paid for labels and the mean confidence; the check named `accuracy` says how many audits it
would take. What the audits themselves cost is in a second sentence, and what is left after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.results.estimand import ONE_AT_A_TIME, SINGLE_TASK
from replay.runtime.text import dollars

if TYPE_CHECKING:
    from replay.numerics.amount import Amount
    from replay.results.money import Audits, Component, Statement

DIGITS = 4
"""Decimals of dollars per task."""


def headline(statement: Statement, target: str) -> str:
    """Say what a target earns more, or why that can't be said.

    Parameters
    ----------
    statement
        What the log states of all tasks.
    target
        What was asked.
    """
    if (
        statement.gain is None
        or statement.net is None
        or statement.saved is None
        or statement.net_saved is None
    ):
        return f"No gain can be stated: {statement.verdict}"
    if target == "logging":
        return "The target is the logging policy: its gain is 0"
    parts = {part.name: part for part in statement.components}
    who = f"{ONE_AT_A_TIME[SINGLE_TASK].capitalize()}, {target}"
    if not statement.audits.precise:
        return (
            f"{who} would have paid {_more(statement.saved, 'less', 'more')}, for labels;"
            f" {_confidence(statement)}{_audits(statement.audits, statement.net_saved, target)}"
        )
    return (
        f"{who} would have earned {_more(statement.gain, 'more', 'less')}: accuracy changes by"
        f" {_points(parts['accuracy'].gain)}, dollars for labels by"
        f" {_usd(parts['usd'].gain, '+')}, delay by {_delay(parts['delay_s'])}"
        f"{_audits(statement.audits, statement.net, target)}"
    )


def _confidence(statement: Statement) -> str:
    assert statement.agreement is not None
    return f"the mean confidence of the verdicts changes by {_points(statement.agreement.gain)}"


def _more(amount: Amount, above: str, below: str) -> str:
    """An amount as so much more or less, whichever it is."""
    word, size = (above, amount) if amount.value >= 0 else (below, amount.times(-1.0))
    return f"{_usd(size)} {word} a task, {dollars(size.per_thousand.value)} per 1,000"


def _audits(audits: Audits, left: Amount, target: str) -> str:
    """What audits cost, and what is left net of it; nothing where they cost nothing."""
    unknown = ""
    if audits.unpriced:
        unknown = f". What {counted(audits.unpriced, 'audit')} cost is not in the log"
    if not audits.usd:
        return unknown
    return (
        f". Audits cost {dollars(audits.usd, DIGITS)} a task, with {target} as with the logged"
        f" policy; if this change alone had to pay for them, it would {_net(left)} a task"
        f"{unknown}"
    )


def _net(left: Amount) -> str:
    return f"gain {_usd(left)}" if left.value >= 0.0 else f"lose {_usd(left.times(-1.0))}"


def _points(share: Amount) -> str:
    points = share.times(100.0)
    return f"{points.value:+.1f} points ({points.low:+.1f} to {points.high:+.1f})"


def _delay(delay: Component) -> str:
    change = delay.gain
    return f"{change.value:+.0f} s ({change.low:+.0f} to {change.high:+.0f})"


def _usd(amount: Amount, sign: str = "") -> str:
    value, low, high = (
        dollars(usd, DIGITS, sign) for usd in (amount.value, amount.low, amount.high)
    )
    return f"{value} ({low} to {high})"
