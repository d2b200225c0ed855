"""Read off the ledgers what a target earns more: each part with its interval, and the headline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.own.components import Earned
from replay.own.headline import headline
from replay.own.money import Amount, Audits, Component, Money, Slice, Statement
from replay.verdict import judge

if TYPE_CHECKING:
    from replay.moments import Moments
    from replay.own.accounts import Accounts
    from replay.own.ledger import Ledger

ENOUGH_GOLD = 30.0
"""Effective audited tasks from which quality is accuracy: gold of tasks that the target would have
treated alike. It is counted by weights alone, so that no reward decides what is said. Measured on
simulated logs of 400 to 1,200 tasks (5 to 30 % audited; .85 or .97 of the answers right; three
targets, 100 logs each): of 385 such intervals of accuracy .962 held the truth."""


def money_of(accounts: Accounts, target: str, level: float, *, priced: bool) -> Money:
    """Read the gains off the ledgers.

    Slices get Šidák's level, so that the gains of all hold together at `level`.

    Parameters
    ----------
    accounts
        The ledgers.
    target
        What was asked.
    level
        Confidence of the intervals, in (0, 1).
    priced
        Whether the price of an audit was given where the log has none.

    References
    ----------
    Šidák (1967), JASA 62(318), 626-633: of normal estimates, however they hang together.
    """
    each = level ** (1.0 / max(len(accounts.slices), 1))
    slices = tuple(
        Slice(by, value, _statement(ledger, target, each, priced=priced))
        for (by, value), ledger in sorted(
            accounts.slices.items(), key=lambda item: (accounts.by.index(item[0][0]), item[0][1])
        )
    )
    whole = _statement(accounts.whole, target, level, priced=priced)
    return Money(target, level, headline(whole, target), whole, slices)


def _statement(ledger: Ledger, target: str, level: float, *, priced: bool) -> Statement:
    tasks, sums = ledger.weights.rows, ledger.audits
    audits = Audits(
        sums.drawn,
        sums.gold,
        sums.effective(),
        ENOUGH_GOLD,
        float(ledger.earned[-1]) / tasks if tasks else 0.0,
        0 if priced else sums.unpriced,
    )
    verdict = judge(ledger.weights.diagnostics(), tasks, target, "task")
    if verdict.refused:
        return Statement(tasks, verdict.text, None, None, None, None, (), audits)

    def gain(name: str) -> Amount:
        return amount(ledger.gain(name), level)

    def component(name: str, unit: str, usd: Amount | None) -> Component:
        return Component(name, unit, ledger.logged(name), gain(name), usd)

    names = ("accuracy",) if audits.enough else ("agreement", "correction")[: 1 + bool(sums.gold)]
    delay_price = Earned(*ledger.price).delay_s
    return Statement(
        tasks,
        verdict.text,
        gain("value_usd"),
        gain("net_usd"),
        gain("usd").times(-1.0),
        gain("paid_usd").times(-1.0),
        (
            *(component(name, "right answers", gain(f"{name}_usd")) for name in names),
            component("usd", "usd", gain("usd").times(-1.0)),
            component("delay_s", "s", gain("delay_s").times(delay_price) if delay_price else None),
        ),
        audits,
    )


def amount(moments: Moments, level: float) -> Amount:
    """Mean of gains with the interval of unbounded rewards; the widest below two tasks."""
    n = moments.count
    evidence = None
    if n > 1:
        variance = moments.second / (n - 1) / n
        freedom = moments.degrees_of_freedom()
        evidence = Evidence(moments.mean, variance, variance, n, freedom=freedom)
    low, high, _ = default(evidence, "real", level)
    return Amount(moments.mean, low, high)
