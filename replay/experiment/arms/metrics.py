"""Metrics that arms of a test are compared by, each a mean per task."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue, nearest
from replay.runtime.text import dollars, time_of

if TYPE_CHECKING:
    from replay.numerics.amount import Amount

SHARES = ("accuracy", "agreement")
"""Metrics that are shares of right answers: written in points."""


class Metric(NamedTuple):
    """A metric: `better` is 1 where more is better, -1 where less is; gold says `audited` ones."""

    name: str
    words: str
    better: int
    audited: bool


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "accuracy", 1, audited=True),
        Metric("agreement", "agreement", 1, audited=False),
        Metric("usd", "cost of labels", -1, audited=False),
        Metric("delay_s", "time to verdict", -1, audited=False),
        Metric("net_usd", "net value", 1, audited=True),
    )
}


def metric_called(name: str, place: str) -> Metric:
    """Return the metric `name`; `place` says where it was named.

    Raises
    ------
    BadValue
        If there is none; the message names the nearest.
    """
    if name not in METRICS:
        raise BadValue(f"{place}: there is no metric {name!r}{nearest(name, METRICS)}")
    return METRICS[name]


def size(metric: str, value: float) -> str:
    """Write the size of a difference in a metric for people, without its sign.

    Examples
    --------
    >>> size("accuracy", -0.0123), size("usd", 0.031), size("delay_s", -300.0)
    ('1.2 points', '$0.0310', '5 min')
    """
    value = abs(value)
    if metric in SHARES:
        return f"{100 * value:.{2 if value < 0.00995 else 1}f} points"
    if metric == "delay_s":
        return time_of(value)
    return dollars(value, 4 if value < 0.9995 else 2)


def change(metric: str, value: float) -> str:
    """Write a difference with its sign.

    Examples
    --------
    >>> change("accuracy", -0.0123), change("usd", 0.031)
    ('-1.2 points', '+$0.0310')
    """
    return f"{'-' if value < 0 else '+'}{size(metric, value)}"


def between(metric: str, amount: Amount) -> str:
    """Write the ends of an interval of differences.

    Examples
    --------
    >>> from replay.numerics.amount import Amount
    >>> between("accuracy", Amount(0.0, -0.0123, 0.004)), between("usd", Amount(0.0, -0.02, 0.03))
    ('-1.2 to +0.40 points', '-$0.0200 to +$0.0300')
    """
    low, high = change(metric, amount.low), change(metric, amount.high)
    return f"{low.removesuffix(' points')} to {high}"


def level_of(metric: str, value: float) -> str:
    """Write the mean of a metric for people.

    Examples
    --------
    >>> level_of("accuracy", 0.9713), level_of("usd", 0.0612), level_of("delay_s", 300.0)
    ('97.1 %', '$0.0612', '5 min')
    """
    if metric in SHARES:
        return f"{100 * value:.1f} %"
    return time_of(value) if metric == "delay_s" else dollars(value, 4 if abs(value) < 1 else 2)


def possible(metric: str, value: float) -> float:
    """Return a mean, cut to what the metric can be.

    Examples
    --------
    >>> possible("accuracy", 1.001), possible("net_usd", 1.001)
    (1.0, 1.001)
    """
    return min(max(value, 0.0), 1.0) if metric in SHARES else value


def cut_note(metric: str, arm: str, value: float) -> str | None:
    """Say of a mean that it is cut; `arm` is whose it is.

    Examples
    --------
    >>> cut_note("accuracy", "new", 0.98)
    """
    cut = possible(metric, value)
    if cut == value:
        return None
    than, limit = ("more than", "100 %") if value > cut else ("less than", "0 %")
    return (
        f"{METRICS[metric].words} of {arm} is estimated as {than} {limit}, because audits weigh"
        f" 1 / their chance; it is cut to {limit}, differences are not"
    )


def compared(metric: str, amount: Amount, control: str) -> str:
    """Say what an arm has more than the control.

    Examples
    --------
    >>> from replay.numerics.amount import Amount
    >>> compared("usd", Amount(-0.02, -0.03, -0.01), "control")
    'cost of labels is $0.0100 to $0.0300 lower per task than with control'
    >>> compared("accuracy", Amount(0.0, -0.012, 0.01), "old")
    'accuracy differs by -1.2 to +1.0 points from that with old'
    """
    words = METRICS[metric].words
    per = " per task" if metric in ("usd", "net_usd") else ""
    low, high = sorted((abs(amount.low), abs(amount.high)))
    if amount.low > 0 or amount.high < 0:
        higher, lower = ("longer", "shorter") if metric == "delay_s" else ("higher", "lower")
        way = higher if amount.low > 0 else lower
        ends = f"{size(metric, low).removesuffix(' points')} to {size(metric, high)}"
        return f"{words} is {ends} {way}{per} than with {control}"
    return f"{words} differs by {between(metric, amount)}{per} from that with {control}"
