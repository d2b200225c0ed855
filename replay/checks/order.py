"""Check of the order of the rows, for policies that learned while they logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.checks.check_result import Grade
from replay.order.row_order import OUT_OF_ORDER

if TYPE_CHECKING:
    from replay.order.row_order import RowOrder

IN_ORDER = "in every part of the log, actions were taken as often as the propensities say"
SORTED = (
    "the rows are sorted (by action, reward or file), not in the order of logging; the model of the"
    " reward is cross-fitted, so the estimate does not depend on the order"
)
MISMATCH = (
    "in some parts of the log, actions were not taken as often as the propensities say: were"
    " those the propensities used?"
)


def on_order(order: RowOrder | None) -> tuple[Grade, str] | None:
    """Judge the order: `good`, `weak` or `broken`, and a sentence; `None` with nothing to say.

    Examples
    --------
    >>> from replay.order.row_order import RowOrder
    >>> str(on_order(RowOrder(p_value=1e-9, timed=True))[0])
    'weak'
    """
    if order is None or order.p_value is None:
        return None
    if order.unusable:
        return Grade.BROKEN, OUT_OF_ORDER
    if order.in_order:
        return Grade.GOOD, IN_ORDER
    return (Grade.WEAK, MISMATCH) if order.timed else (Grade.GOOD, SORTED)
