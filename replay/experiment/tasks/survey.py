"""First pass over the log of a test: which arms it has, and what there is of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue, CannotAnswer, MissingInput, nearest
from replay.experiment.tasks.covariates import Covariates
from replay.stats.effective_size import effective_sample_size
from replay.task_log.recalibration import Recalibration
from replay.task_log.trajectory import delivered, gold_of, is_audited

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bandit.experiment_settings import Unit
    from replay.log_files.histories import History, OwnLog
    from replay.task_log.traits import Traits

NO_ARM = "(no test)"
"""What all tasks of a log without a test are of, for planning."""


class Asked(NamedTuple):
    """What is asked of a log: the test, its control, the unit, what money is worth, and slices.

    The first `warm_up` finished tasks of the test are left out.
    """

    unit: Unit = "task"
    experiment: str | None = None
    control: str | None = None
    by: Sequence[str] = ()
    delay_usd_per_hour: float = 0.0
    audit_usd: float | None = None
    warm_up: int = 0


LEAST_AUDITS = 10.0
"""Effective number of audits of an arm from which on quality is called accuracy."""


@dataclass(slots=True)
class ArmAudits:
    """Audits of an arm: how many were drawn, how many have gold, and what these are worth.

    `weight` and `weight_squared` sum 1 / the chance of the audit over those with gold.
    """

    drawn: int = 0
    gold: int = 0
    weight: float = 0.0
    weight_squared: float = 0.0

    def receive(self, chance: float, *, has_gold: bool) -> None:
        """Add an audited task."""
        self.drawn += 1
        if has_gold:
            self.gold += 1
            self.weight += 1.0 / chance
            self.weight_squared += 1.0 / chance**2

    @property
    def gold_share(self) -> float:
        """Share of the audited tasks whose gold has come."""
        return self.gold / self.drawn if self.drawn else 0.0

    @property
    def enough(self) -> bool:
        """Whether quality may be called accuracy."""
        return effective_sample_size(self.weight, self.weight_squared) >= LEAST_AUDITS


@dataclass(slots=True)
class Survey:
    """What a first pass found: by arm, and over all finished tasks of the test."""

    arms: dict[str, ArmAudits] = field(default_factory=dict)
    brains: dict[str, Counter[str]] = field(default_factory=dict)
    stuck: dict[str, int] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)
    experiments: set[str] = field(default_factory=set)
    recalibration: Recalibration = field(default_factory=Recalibration)
    covariates: Covariates = field(default_factory=Covariates)
    others: int = 0
    used: int = 0
    skipped: int = 0


def arm_and_test(history: History, *, needs_arms: bool) -> tuple[str, str] | None:
    """Arm and test of a task, which are those of its first decision; `None` if it has none."""
    first = history.decisions[0]
    if not needs_arms:
        return NO_ARM, ""
    return None if first.arm is None else (first.arm, first.experiment or "")


def look(log: OwnLog, cut: float, asked: Asked, traits: Traits, *, needs_arms: bool) -> Survey:
    """Look at every task that is old enough to be certain to have its verdict."""
    seen = Survey()
    for history in log.histories():
        seen.actions.update(*(d.pmf for d in history.decisions))
        if history.at > cut:
            continue
        names = arm_and_test(history, needs_arms=needs_arms)
        if names is None:
            seen.others += 1
            continue
        arm, experiment = names
        seen.experiments.add(experiment)
        if asked.experiment is not None and experiment != asked.experiment:
            seen.others += 1
            continue
        if not history.verdicts:
            seen.stuck[arm] = seen.stuck.get(arm, 0) + 1
            continue
        if seen.skipped < asked.warm_up:
            seen.skipped += 1
            continue
        first = history.decisions[0]
        seen.used += 1
        seen.brains.setdefault(arm, Counter())[first.brain or ""] += 1
        audits = seen.arms.setdefault(arm, ArmAudits())
        traits.look(first)
        seen.covariates.look(first)
        given, gold = delivered(history), gold_of(history)
        if is_audited(given):
            audits.receive(given.audit_propensity, has_gold=gold is not None)
            if gold is not None:
                seen.recalibration.receive(
                    history.task,
                    given.confidence or 0.0,
                    right=given.answer == gold,
                    weight=1.0 / given.audit_propensity,
                )
    return seen


def check(path: Path, seen: Survey, asked: Asked, *, needs_arms: bool) -> None:
    """Refuse a log without the test that is asked for, or without two arms."""
    known = sorted(seen.experiments)
    if asked.experiment is not None and asked.experiment not in known:
        what = f"the log has no test {asked.experiment!r}{nearest(asked.experiment, known)}"
        raise BadValue(f"{path}: {what if known else 'no task was part of a test'}")
    if asked.experiment is None and len(known) > 1:
        raise BadValue(f"{path}: several tests: {', '.join(known)}; choose one with --test")
    if not seen.used and not known:
        if seen.others:
            raise MissingInput(
                f"{path}: no task was part of a test: run a worker with a section [experiment]"
            )
        raise CannotAnswer(f"{path}: no task is old enough to be certain to have its verdict")
    if not seen.used:
        if seen.skipped:
            left_out = f"all {seen.skipped:,} finished tasks of the test"
            raise CannotAnswer(
                f"{path}: --warm-up {asked.warm_up} leaves out {left_out}: give fewer, or wait"
            )
        raise CannotAnswer(f"{path}: no task of the test is certain to have its verdict yet")
    if needs_arms and len(seen.arms) < 2:
        after = f", after the first {seen.skipped:,} (--warm-up)" if seen.skipped else ""
        todo = "give fewer, or wait for others" if seen.skipped else "wait for others"
        arm = next(iter(seen.arms))
        raise CannotAnswer(f"{path}: finished tasks of one arm only, {arm!r}{after}: {todo}")


def ordered(path: Path, seen: Survey, asked: Asked) -> tuple[str, ...]:
    """Return the arms, the control first: the one named, or `control` where one is called so."""
    names = sorted(seen.arms)
    control = asked.control
    if control is None and len(names) > 1:
        if "control" not in names:
            raise BadValue(
                f"{path}: which arm is the control? name it: --control {names[0]}"
                f" (arms: {', '.join(names)})"
            )
        control = "control"
    if control is not None and control not in names:
        raise BadValue(f"{path}: the log has no arm {control!r}{nearest(control, names)}")
    return tuple(sorted(names, key=lambda name: (name != control, name)))
