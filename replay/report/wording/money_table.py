"""What a target earns more on our own log, in words and in a table: quality, dollars and delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.report.wording.digits import rounded

if TYPE_CHECKING:
    from replay.numerics.amount import Amount
    from replay.results.money import Component, Money, Statement

HEADS = ["mean per task", "logged", "change under the target", "gain, $ per 1,000"]
"""Of the table's columns."""


SLICES = ["slice", "tasks", "label cost saved, $ per 1,000", "gain, $ per 1,000"]
"""Of the columns of slices."""


NAMES = {
    "usd": "label cost, $",
    "delay_s": "delay, s",
    "agreement": "confidence, points",
    "correction": "correction, points",
    "accuracy": "accuracy, points",
}
"""Components with their units, as a table names them."""


def money_rows(whole: Statement) -> list[list[str]]:
    """Write a row for each part of the gain, then the gain, and the gain less the cost of audits.

    Where accuracy isn't known precisely, the mean confidence stands in its place, and no sum rests
    on it.
    """
    if not whole.audits.precise and whole.agreement is not None:
        priced = [
            component for component in whole.components if component.unit != whole.agreement.unit
        ]
        return [_row(component) for component in (whole.agreement, *priced)]
    rows = [_row(component) for component in whole.components]
    sums = (("gain", whole.gain), ("gain less audits", whole.net))
    rows += [
        [name, "", "", _amount(amount.per_thousand)] for name, amount in sums if amount is not None
    ]
    return rows


def slice_rows(money: Money) -> list[list[str]]:
    """Write a row for each slice: what it is, its tasks, and what the target saves and gains."""
    return [
        [f"{part.by} = {part.value}", counted(part.statement.tasks, "task"), *_sums(part.statement)]
        for part in money.slices
    ]


def _sums(statement: Statement) -> tuple[str, str]:
    if statement.gain is None or statement.saved is None:
        return "cannot answer", "cannot answer"
    known = statement.audits.precise
    gain = _amount(statement.gain.per_thousand) if known else "accuracy unknown"
    return _amount(statement.saved.per_thousand), gain


def _row(part: Component) -> list[str]:
    worth = "" if part.gain_usd is None else _amount(part.gain_usd.per_thousand)
    name = NAMES[part.name]
    if part.unit == "right answers":
        points = _amount(part.gain.times(100))
        return [name, f"{100 * part.logged:.1f}", points, worth]
    return [name, f"{part.logged:.4g}", _amount(part.gain), worth]


def _amount(amount: Amount) -> str:
    value, low, high = rounded(amount.value, amount.low, amount.high)
    return f"{value} ({low} to {high})"
