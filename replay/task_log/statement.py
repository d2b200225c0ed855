"""Statement of a target's gains from the ledgers: components, intervals and headline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from replay.intervals.choose import default
from replay.numerics.amount import Amount
from replay.results.money import Audits, Component, Money, SliceStatement, Statement
from replay.results.verdict import judge
from replay.task_log.components import Earned
from replay.task_log.headline import headline

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.task_log.accounts import Accounts
    from replay.task_log.ledger import Ledger

ENOUGH_GOLD = 30.0
"""Effective audited tasks from which quality is accuracy: gold of tasks that the target would have
treated alike. It is counted by weights alone, so that no reward decides what is said.

Measured with it, 48 designs of 210 to 1,200 drawn gains that had enough (400 to 3,000 tasks, 2 to
20 % audited, 93 to 99 % right, errors alike or 3 points more where the target goes): intervals of
accuracy hold the truth in .979 to 1.00; by the variance seen alone in .77 to .998."""

HEADLINE = 0.02
"""Half width of the interval of accuracy up to which a headline has it: two points are about what
separates one pool from another, so a wider interval ranks nothing. Of a mixture it is its share of
that: effect and interval shrink alike with the share, and no share makes audits say more."""


def money_of(
    accounts: Accounts, target: str, level: float, *, priced: bool, share: float = 1.0
) -> Money:
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
    share
        Of a mixture with the logging policy, the share of decisions that are the target's.

    References
    ----------
    Šidák (1967), JASA 62(318), 626-633: of normal estimates, however they are correlated.
    """
    each = level ** (1.0 / max(len(accounts.slices), 1))
    slices = tuple(
        SliceStatement(by, value, _statement(ledger, target, each, share, priced=priced))
        for (by, value), ledger in sorted(
            accounts.slices.items(), key=lambda item: (accounts.by.index(item[0][0]), item[0][1])
        )
    )
    whole = _statement(accounts.whole, target, level, share, priced=priced)
    known = whole.gain is not None and whole.audits.precise
    return Money(
        target=target,
        level=level,
        headline=headline(whole, target),
        whole=whole,
        slices=slices,
        accuracy_known=known,
    )


def _statement(
    ledger: Ledger, target: str, level: float, share: float, *, priced: bool
) -> Statement:
    tasks, sums = ledger.weights.rows, ledger.audits
    audits = Audits(
        drawn=sums.drawn,
        gold=sums.gold,
        effective=sums.effective(),
        needed=ENOUGH_GOLD,
        usd=float(ledger.earned[-1]) / tasks if tasks else 0.0,
        unpriced=0 if priced else sums.unpriced,
        widest=HEADLINE * share,
    )
    judgement = judge(ledger.weights.diagnostics(), tasks, target, "task")
    if judgement.refused:
        return Statement.refused(tasks, judgement, audits)

    def gain(name: str) -> Amount:
        return amount(ledger.gain(name), level)

    def component(name: str, unit: str, usd: Amount | None) -> Component:
        return Component(name, unit, ledger.logged(name), gain(name), usd)

    if sums.gold:
        accuracy = gain("accuracy")
        half_width = (accuracy.high - accuracy.low) / 2.0
        certain = ledger.gain("proxy")
        alone = None if certain is None else sums.alone(certain.seen, tasks)
        audits = replace(audits, half_width=half_width, alone=alone)
    names = ("accuracy",) if audits.enough else ("agreement", "correction")[: 1 + bool(sums.gold)]
    delay_price = Earned(*ledger.price).delay_s
    return Statement(
        tasks=tasks,
        judgement=judgement,
        gain=gain("value_usd"),
        net=gain("net_usd"),
        saved=gain("usd").times(-1.0),
        net_saved=gain("paid_usd").times(-1.0),
        components=(
            *(component(name, "right answers", gain(f"{name}_usd")) for name in names),
            component("usd", "usd", gain("usd").times(-1.0)),
            component("delay_s", "s", gain("delay_s").times(delay_price) if delay_price else None),
        ),
        audits=audits,
        agreement=component("agreement", "right answers", None),
    )


def amount(evidence: Evidence | None, level: float) -> Amount:
    """Mean of gains with the interval of unbounded rewards; the widest without evidence."""
    low, high, _ = default(evidence, "real", level)
    return Amount(0.0 if evidence is None else evidence.value, low, high)
