"""What a test is to find, and what the test would be like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from bandit.errors import BadValue
from replay.aggregate.joint_levels import family_level
from replay.experiment.arms.metrics import SHARES, metric_called

if TYPE_CHECKING:
    from collections.abc import Mapping


class Goal(NamedTuple):
    """An effect to be found (`detect`), or not to be exceeded (`not worse`), in a metric."""

    kind: Literal["detect", "not worse"]
    metric: str
    effect: float


class Design(NamedTuple):
    """What a test would be like: its unit, arms with their shares, level and power."""

    unit: str
    shares: Mapping[str, float]
    power: float = 0.8
    level: float = 0.95

    @property
    def pair_level(self) -> float:
        """Level of each arm beside the control."""
        return family_level(self.level, 1, len(self.shares) - 1)

    @property
    def spread(self) -> float:
        """1/p_C + 1/p_T of the control and the smallest other arm."""
        control, *others = self.shares.values()
        return 1.0 / control + 1.0 / min(others)

    @property
    def control_share(self) -> float:
        """Share that the control has of its units and those of the smallest other arm."""
        control, *others = self.shares.values()
        return control / (control + min(others))

    @property
    def balance(self) -> float:
        """Degrees of freedom of the difference over those of all units (Welch 1947).

        Examples
        --------
        >>> halves, tenth = {"old": 0.5, "new": 0.5}, {"old": 0.9, "new": 0.1}
        >>> [round(Design("task", shares).balance, 2) for shares in (halves, tenth)]
        [1.0, 0.12]
        """
        control, *others = self.shares.values()
        return self.spread**2 / (control**-3 + min(others) ** -3)


def parse_goal(text: str, option: str) -> tuple[str, float]:
    """Read METRIC=EFFECT of an option.

    Raises
    ------
    BadValue
        If it is something else.

    Examples
    --------
    >>> parse_goal("accuracy=0.005", "--not-worse")
    ('accuracy', 0.005)
    """
    name, found, number = text.partition("=")
    place = f"{option} {text!r}"
    if not found:
        raise BadValue(f"{place}: must be METRIC=EFFECT, such as accuracy=0.005")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise BadValue(f"{place}: {number!r} is not a number") from None


def goal_of(kind: Literal["detect", "not worse"], name: str, effect: float) -> Goal:
    """Return a goal, checked.

    Raises
    ------
    BadValue
        If there is no such metric, or the effect is not above 0.

    Examples
    --------
    >>> goal_of("not worse", "accuracy", 0.005)
    Goal(kind='not worse', metric='accuracy', effect=0.005)
    """
    option = "--detect" if kind == "detect" else "--not-worse"
    place = f"{option} {name}={effect:g}"
    metric = metric_called(name, place)
    if not 0 < effect < math.inf:
        raise BadValue(f"{place}: the effect must be above 0, whichever way is better")
    if metric.name in SHARES and effect >= 1:
        raise BadValue(f"{place}: 1 is 100 points, so the effect must be below 1")
    return Goal(kind, metric.name, effect)
