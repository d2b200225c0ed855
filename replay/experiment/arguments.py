"""Arguments of `plan_experiment` and `read_experiment`, checked before the log is read."""

from __future__ import annotations

from typing import get_args

from bandit.experiment_settings import Unit
from replay.runtime.arguments import (
    check_name,
    check_number,
    check_open_share,
    check_whole,
    mapping_of,
    path_of,
    refuse,
)

MOST_AA = 100_000
POWER = (0.5, 0.999)
"""Least and most power: 40,000 simulated paths can't tell the last thousandth."""


def check_design(
    *,
    config: object,
    unit: object,
    shares: object,
    control: object,
    level: object,
    delay_usd_per_hour: object,
    audit_usd: object,
    aa: object,
) -> None:
    """Check what plans and readings have in common.

    Raises
    ------
    BadValue
        If one can't be used; the message names it.
    """
    if config is not None:
        path_of("config", config)
    if unit is not None and unit not in get_args(Unit):
        raise refuse("unit", unit, "task, project or hour")
    for arm, share in mapping_of("shares", shares, {"control": 0.5, "new": 0.5}).items():
        check_open_share(f"share of {arm}", share)
    check_name("control", control, "the name of an arm")
    check_open_share("level", level)
    check_number("delay_usd_per_hour", delay_usd_per_hour, 0, wanted="0 or more")
    if audit_usd is not None:
        check_number("audit_usd", audit_usd, 0, wanted="0 or more")
    check_whole("aa", aa, 0, MOST_AA)


def check_plan(*, detect: object, not_worse: object, power: object) -> None:
    """Check what only a plan has.

    Raises
    ------
    BadValue
        If one can't be used; the message names it.
    """
    for option, given in (("detect", detect), ("not_worse", not_worse)):
        for metric, effect in mapping_of(option, given, {"usd": 0.01}).items():
            if not isinstance(effect, int | float):
                raise refuse(f"{option} of {metric}", effect, "a number above 0")
    low, high = POWER
    check_number("power", power, low, high, wanted=f"from {low} to {high}")


def check_reading(
    *, metric: object, test: object, effect: object, planned: object, warm_up: object
) -> None:
    """Check what only a reading has.

    Raises
    ------
    BadValue
        If one can't be used; the message names it.
    """
    check_name("metric", metric, "the name of a metric")
    check_name("test", test, "the name of a test")
    check_number("effect", effect, 0, wanted="0 or more")
    if planned is not None:
        check_whole("planned", planned, 2)
    check_whole("warm_up", warm_up, 0)
