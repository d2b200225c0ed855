"""Guardrails: limits that the difference of an arm from the control must keep.

A guardrail holds once the whole interval keeps the limit (non-inferiority), and is broken once the
whole interval is beyond it. All must hold before an arm is shipped, so no level is divided among
them (intersection-union; Berger 1982, Technometrics 24(4), 295-300).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from bandit.errors import BadValue
from replay.experiment.arms.metrics import metric_called

if TYPE_CHECKING:
    from replay.numerics.amount import Amount

State = Literal["holds", "broken", "open"]

_FORM = re.compile(r"\s*(\w+)\s*(>=|<=)\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*")


class Guard(NamedTuple):
    """A limit of the difference in a metric: at least `limit` (`>=`) or at most (`<=`)."""

    metric: str
    sign: Literal[">=", "<="]
    limit: float

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.metric}{self.sign}{self.limit:g}"

    def state(self, difference: Amount | None) -> State:
        """Whether the limit is kept.

        Examples
        --------
        >>> from replay.numerics.amount import Amount
        >>> guard = parse_guard("accuracy>=-0.005")
        >>> ends = [(-0.004, 0.01), (-0.03, -0.006), (-0.02, 0.01)]
        >>> [guard.state(Amount(0.0, low, high)) for low, high in ends]
        ['holds', 'broken', 'open']
        """
        if difference is None:
            return "open"
        sign = 1.0 if self.sign == ">=" else -1.0
        low, high = sorted((sign * difference.low, sign * difference.high))
        if low >= sign * self.limit:
            return "holds"
        return "broken" if high < sign * self.limit else "open"


def parse_guard(text: str) -> Guard:
    """Read a guardrail.

    Raises
    ------
    BadValue
        If it isn't METRIC>=LIMIT or METRIC<=LIMIT, or there is no such metric.

    Examples
    --------
    >>> parse_guard("delay_s<=60")
    Guard(metric='delay_s', sign='<=', limit=60.0)
    """
    match = _FORM.fullmatch(text)
    place = f"--guard {text!r}"
    if match is None:
        raise BadValue(
            f"{place}: must be METRIC>=LIMIT or METRIC<=LIMIT, such as 'accuracy>=-0.005'"
        )
    name, sign, limit = match.groups()
    metric = metric_called(name, place)
    try:
        value = float(limit)
    except ValueError:
        raise BadValue(f"{place}: {limit!r} is not a number") from None
    return Guard(metric.name, ">=" if sign == ">=" else "<=", value)
