"""Registry of intervals by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import BadValue, nearest
from replay.intervals.anytime import anytime
from replay.intervals.bernstein import bernstein
from replay.intervals.betting import betting
from replay.intervals.bootstrap_t import bootstrap_t
from replay.intervals.choose import default
from replay.intervals.clopper_pearson import clopper_pearson
from replay.intervals.empirical_likelihood import empirical_likelihood
from replay.intervals.gamma import gamma
from replay.intervals.log_scale import log_rule
from replay.intervals.normal import normal_rule
from replay.intervals.student import student_rule
from replay.intervals.wilson import wilson_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.intervals.evidence import IntervalRule

RULES: Mapping[str, IntervalRule] = {
    "default": default,
    "normal": normal_rule,
    "wilson": wilson_rule,
    "student": student_rule,
    "log": log_rule,
    "bootstrap-t": bootstrap_t,
    "gamma": gamma,
    "bernstein": bernstein,
    "betting": betting,
    "clopper-pearson": clopper_pearson,
    "empirical-likelihood": empirical_likelihood,
    "anytime": anytime,
}

GROUPED = frozenset({"bootstrap-t", "empirical-likelihood"})
"""Those that need sums by group."""

NEEDS_HISTOGRAM = frozenset({"betting"})
"""Those that need a histogram of the terms."""


LIMITED = frozenset({"bernstein", "betting"})
"""Those that hold for any number of rows, where rewards have limits; they are of IPS alone."""


UNLIMITED = "intervals suppose that no rare reward is far larger than any seen"
"""No interval holds for any rewards at all (Bahadur and Savage 1956, AMS 27(4), 1115-1122)."""


def rule_called(name: str) -> IntervalRule:
    """Return the rule of a name.

    Raises
    ------
    BadValue
        If there is none; the message names the nearest.

    Examples
    --------
    >>> rule_called("bootstrp-t")
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: unknown interval 'bootstrp-t'; did you mean 'bootstrap-t'?
    """
    if name not in RULES:
        raise BadValue(f"unknown interval {name!r}{nearest(name, RULES)}")
    return RULES[name]
