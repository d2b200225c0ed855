"""What may be said of a gain in one sentence: quality only where audits say it, else dollars alone.

The audits' own cost is told in the same breath, and what is left without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.own.money import Amount, Audits, Component, Statement


def headline(found: Statement, target: str) -> str:
    """Say what a target earns more, or why that can't be said.

    Parameters
    ----------
    found
        What the log states of all tasks.
    target
        What was asked.
    """
    if found.gain is None or found.net is None or found.saved is None or found.net_saved is None:
        return f"No gain can be stated: {found.verdict}"
    if target == "logging":
        return "The target is what was logged: there is nothing to gain"
    parts = {one.name: one for one in found.components}
    if not found.audits.enough:
        return (
            f"{target} would have paid {_more(found.saved, 'less', 'more')}, for labels; agreement"
            f" changed by {_points(parts['agreement'])}, accuracy unknown:"
            f" {_lack(found.audits, target)}{_audits(found.audits, found.net_saved, 'saves')}"
        )
    return (
        f"{target} would have earned {_more(found.gain, 'more', 'less')}: accuracy changed by"
        f" {_points(parts['accuracy'])}, dollars for labels by {_usd(parts['usd'].gain, '+')},"
        f" delay by {_delay(parts['delay_s'])}{_audits(found.audits, found.net, 'earns')}"
    )


def _more(found: Amount, above: str, below: str) -> str:
    """An amount as so much more or less, whichever it is."""
    word, size = (above, found) if found.value >= 0 else (below, found.times(-1.0))
    return f"{_usd(size)} {word} a task, {_round(size.per_thousand.value, 2)} per 1,000"


def _lack(audits: Audits, target: str) -> str:
    if not audits.gold:
        return "no audit has an answer yet" if audits.drawn else "no task was audited"
    return (
        f"the audits are worth {audits.effective:.0f} about {target},"
        f" and {audits.needed:.0f} are needed"
    )


def _audits(audits: Audits, left: Amount, does: str) -> str:
    """What audits cost, and what is left without it; nothing where they cost nothing."""
    unknown = f". What {audits.unpriced} audits cost is not in the log" if audits.unpriced else ""
    if not audits.usd:
        return unknown
    return f". Less {_round(audits.usd)} a task for the audits it {does} {_usd(left)}{unknown}"


def _points(quality: Component) -> str:
    found = quality.gain.times(100.0)
    return f"{found.value:+.1f} points ({found.low:+.1f} to {found.high:+.1f})"


def _delay(delay: Component) -> str:
    found = delay.gain
    return f"{found.value:+.0f} s ({found.low:+.0f} to {found.high:+.0f})"


def _usd(found: Amount, sign: str = "") -> str:
    low, high = _round(found.low, sign=sign), _round(found.high, sign=sign)
    return f"{_round(found.value, sign=sign)} ({low} to {high})"


def _round(usd: float, digits: int = 4, sign: str = "") -> str:
    """Dollars, their sign first; `sign` is that of dollars above 0.

    Examples
    --------
    >>> _round(-0.02137), _round(5.7, 2, "+")
    ('-$0.0214', '+$5.70')
    """
    return f"{'-' if usd < 0 else sign}${abs(usd):,.{digits}f}"
