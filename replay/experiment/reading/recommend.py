"""The recommendation on an arm: ship, stop or continue, with its reason in one sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from replay.experiment.arms.metrics import METRICS, change, compared
from replay.runtime.text import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.experiment.arms.difference import Effect
    from replay.experiment.arms.guards import Guard
    from replay.experiment.arms.sample_ratio import SampleRatio
    from replay.experiment.arms.share_change import ShareChange
    from replay.numerics.amount import Amount

MOST_TIMES = 20.0
"""Of the units so far; a difference that takes more is called too small to be found."""

MOST_MISASSIGNED = 0.01
"""Share of tasks of another arm than the settings draw; the clocks of producers explain fewer."""


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with an arm, and why, in a sentence for whoever decides."""

    arm: str
    action: Literal["ship", "stop", "continue"]
    reason: str


class Evidence(NamedTuple):
    """What a recommendation rests on: effects by metric, and what was asked for.

    `least` is the smallest difference in the metric that would be worth shipping; `carried` are the
    metrics that the arm of the hour before changes; `tasks` is how many a unit has,
    `misassigned` the share of tasks of another arm than the settings draw.
    """

    arm: str
    control: str
    metric: str
    effects: Mapping[str, Effect | None]
    guards: Sequence[Guard]
    ratio: SampleRatio | None
    least: float = 0.0
    carried: Sequence[str] = ()
    tasks: float = 1.0
    misassigned: float = 0.0
    changed: ShareChange | None = None

    def amount(self, metric: str) -> Amount | None:
        """Return the difference in a metric."""
        effect = self.effects.get(metric)
        return None if effect is None else effect.amount


def recommend(evidence: Evidence) -> Recommendation:
    """Recommend what to do with an arm.

    In this order: a broken assignment or guardrail stops the test, carry-over leaves it open, the
    metric decides, and nothing is shipped while a guardrail is open or accuracy is unknown.

    Examples
    --------
    >>> from replay.experiment.arms.difference import Effect
    >>> from replay.experiment.arms.guards import parse_guard
    >>> from replay.experiment.arms.sample_ratio import SampleRatio
    >>> from replay.numerics.amount import Amount
    >>> ratio = SampleRatio(units={}, declared={}, p_value=1.0, is_mismatch=False)
    >>> effects = {
    ...     name: Effect(
    ...         Amount(value, value - 0.01, value + 0.01), 0.005, 0.005, 1.0, 1.0, 0.01, 900
    ...     )
    ...     for name, value in (("net_usd", 0.05), ("accuracy", 0.01))
    ... }
    >>> guards = [parse_guard("accuracy>=-0.005")]
    >>> found = recommend(Evidence("new", "control", "net_usd", effects, guards, ratio))
    >>> found.action
    'ship'
    >>> print(found.reason)
    net value is $0.0400 to $0.0600 higher per task than with control, and every guardrail holds
    """
    action, reason = _decided(evidence)
    return Recommendation(arm=evidence.arm, action=action, reason=reason)


def _decided(evidence: Evidence) -> tuple[Literal["ship", "stop", "continue"], str]:
    broken = _broken(evidence)
    if broken is not None:
        return "stop", broken
    states = [(guard, guard.state(evidence.amount(guard.metric))) for guard in evidence.guards]
    for guard, state in states:
        if state == "broken":
            return "stop", f"{_of(evidence, guard.metric)}, beyond the guardrail {guard}"
    if evidence.carried:
        words = listed([METRICS[name].words for name in evidence.carried])
        return "continue", (
            f"the arm of the hour before changes {words}: an hour is too short for this test;"
            " read it with --settled, which uses only hours that follow one of the same arm"
        )
    amount, metric = evidence.amount(evidence.metric), METRICS[evidence.metric]
    if amount is None:
        return "continue", _unknown(evidence)
    best, worst = sorted((metric.better * amount.high, metric.better * amount.low), reverse=True)
    if best < 0.0:
        return "stop", _of(evidence, metric.name)
    if best < evidence.least:
        at_best = change(metric.name, metric.better * best)
        return "stop", (
            f"{metric.words} differs by {at_best} at best from that with {evidence.control},"
            f" less than the {change(metric.name, metric.better * evidence.least)} asked for"
        )
    if worst <= 0.0:
        return "continue", _open(evidence, amount)
    waiting = [guard for guard, state in states if state == "open"]
    if waiting:
        words = listed([str(guard) for guard in waiting])
        return "continue", (
            f"{_of(evidence, metric.name)}, but nothing says yet whether the guardrail"
            f"{'s hold' if len(waiting) > 1 else ' holds'}: {words}"
        )
    if not metric.audited and not any(guard.metric == "accuracy" for guard in evidence.guards):
        return "continue", (
            f"{_of(evidence, metric.name)}, but accuracy has no guardrail: add one, such as"
            " --guard 'accuracy>=-0.01'"
        )
    holds = ", and every guardrail holds" if states else ""
    return "ship", f"{_of(evidence, metric.name)}{holds}"


def _broken(evidence: Evidence) -> str | None:
    """Say why no difference can be trusted; `None` where nothing speaks against it."""
    if evidence.changed is not None:
        return (
            f"the arms' shares were changed during the test ({_change(evidence.changed)}), so what"
            " changed with time looks like the arm's doing; start a test of another name with the"
            " new shares"
        )
    if evidence.ratio is not None and evidence.ratio.is_mismatch:
        return (
            f"the arms don't have their declared shares ({_ratio(evidence.ratio)}), so the"
            " assignment or the log is broken, or the shares were changed, and no difference can be"
            " trusted"
        )
    if evidence.misassigned > MOST_MISASSIGNED:
        return (
            f"{100 * evidence.misassigned:.1f} % of the tasks are of another arm than the settings"
            " draw: these are not the settings that the workers ran with, or they were changed"
        )
    return None


def _of(evidence: Evidence, name: str) -> str:
    amount = evidence.amount(name)
    assert amount is not None
    return compared(name, amount, evidence.control)


def _open(evidence: Evidence, amount: Amount) -> str:
    low, high = change(evidence.metric, amount.low), change(evidence.metric, amount.high)
    words = f"the difference in {METRICS[evidence.metric].words} is between {low} and {high}"
    effect = evidence.effects[evidence.metric]
    assert effect is not None
    half, value = amount.high - amount.value, abs(amount.value)
    times = (half / value) ** 2 - 1.0 if value > half / 100 else math.inf
    if not 0.0 < times <= MOST_TIMES:
        if times <= 0.0:
            return f"{words}: it is nearly decided"
        return f"{words}, and looks too small to be found in this test"
    more = _two_digits(times * effect.units * evidence.tasks)
    return f"{words}; if it is as large as it looks, about {more} more tasks decide it"


def _unknown(evidence: Evidence) -> str:
    metric = METRICS[evidence.metric]
    if metric.audited and evidence.metric not in evidence.effects:
        return f"{metric.words} is unknown: too few audits have gold in some arm"
    return f"too few units to say anything about {metric.words}"


def _change(found: ShareChange) -> str:
    parts = [
        f"{name} has {100 * share:.1f} % of the first {found.units:,} units and"
        f" {100 * found.after[name]:.1f} % of the others"
        for name, share in list(found.before.items())[1:]
    ]
    return listed(parts)


def _ratio(ratio: SampleRatio) -> str:
    total = sum(ratio.units.values())
    parts = [
        f"{name} has {100 * units / total:.1f} % instead of {100 * ratio.declared[name]:.3g} %"
        for name, units in ratio.units.items()
    ]
    return (
        f"{listed(parts)}; p {'<' if ratio.p_value < 1e-4 else '='} {max(ratio.p_value, 1e-4):.2g}"
    )


def _two_digits(count: float) -> str:
    whole = max(round(count), 1)
    return f"{round(whole, -max(len(str(whole)) - 2, 0)):,}"
