"""Notes on the estimates of a poolwise log: the estimand, the unit, and the measure of quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.intervals.rules import UNLIMITED
from replay.results.estimand import MEANING, NO_COST_OF_EXPLORING, estimand_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.results.money import Audits, Money
    from replay.targets.target import TargetPolicy


def notes_on(
    target: TargetPolicy, money: Money, counts: Mapping[str, int], delay_usd_per_hour: float
) -> tuple[str, ...]:
    """Say what is estimated, in which unit, and what quality rests on.

    Parameters
    ----------
    target
        What was asked.
    money
        What it earns more.
    counts
        Tasks that are `pending`, `cut` because they are too young, and `stuck` without a verdict.
    delay_usd_per_hour
        What an hour until the verdict costs.
    """
    delay = (
        f" and ${delay_usd_per_hour:g} per hour of delay"
        if delay_usd_per_hour
        else "; delay has no cost here"
    )
    notes = [
        MEANING[estimand_of(target)],
        f"the unit is the task: worth of its verdict times its quality, less $ for labels{delay}",
        UNLIMITED,
    ]
    if target.kind == "uniform":
        notes.append("uniform draws from all eligible choices, including stopping")
    if target.kind == "greedy":
        notes.append(NO_COST_OF_EXPLORING)
    notes += _quality(money.whole.audits, logging=target.kind == "logging")
    if counts["pending"]:
        are_pending = f"{counted(counts['pending'], 'task')} {_be(counts['pending'])} pending"
        notes.append(
            f"{are_pending}: the {counted(counts['cut'], 'task')} that began within the longest"
            f" duration of a task before the end of the log {_be(counts['cut'])} left out"
        )
    if counts["stuck"]:
        are, have = ("is", "has") if counts["stuck"] == 1 else ("are", "have")
        notes.append(
            f"{counted(counts['stuck'], 'task')} {are} old enough for a verdict but {have} none"
        )
    return tuple(notes)


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _quality(audits: Audits, *, logging: bool) -> list[str]:
    if not audits.gold:
        unknown = "no task was audited by gold, so accuracy is unknown"
        return [f"quality is the verdict's confidence: {unknown}"]
    buys = ""
    if audits.alone is not None and audits.alone > audits.gold and not logging:
        they_are = "it is" if audits.gold == 1 else "they are"
        buys = (
            f"; with the confidence of all tasks as control variate (PPI++) {they_are} as precise"
            f" as {audits.alone:,.0f} evenly drawn audits without it"
        )
    tasks = counted(audits.gold, "audited task")
    notes = [f"quality is the verdict's confidence corrected by gold on {tasks}{buys}"]
    missing = audits.drawn - audits.gold
    if missing > 0:
        have, they = ("has", "it is") if missing == 1 else ("have", "they are")
        notes.append(
            f"{counted(missing, 'audited task')} {have} no gold yet; {they} assumed to be like the"
            " others"
        )
    return notes
