"""Simulated tests of policies whose truth is known: randomized by task, or by hour."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.experiment.arms.unit_sums import MetricSums
from replay.experiment.tasks.arm_log import ArmLog
from replay.experiment.tasks.survey import NO_ARM, ArmAudits

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats, Ints

HOUR_S = 3600.0
AUDIT_USD = 0.6


class Effects(NamedTuple):
    """What arm 1 has more than arm 0, per task; `carried` is what it has of it an hour later."""

    usd: float = 0.0
    accuracy: float = 0.0
    carried: float = 0.0


NOTHING = Effects()


def tasks_log(
    tasks: int, seed: int, effects: Effects = NOTHING, *, audit: float = 0.1, share: float = 0.5
) -> ArmLog:
    """Independent tasks, 60 an hour: a skewed cost that three covariates explain by 45 %.

    Answers of confidence f, .94 on average, are right with chance f; a share `audit` is audited,
    unsure ones more (`replay.task_log`).
    """
    rng = np.random.default_rng([14, seed])
    arm = (rng.random(tasks) < share).astype(np.int64)
    x = rng.normal(size=(tasks, 3))
    usd = 0.06 + 0.01 * (x @ np.array([1.0, 0.6, 0.4])) + rng.gamma(1.5, 0.011, size=tasks)
    usd += effects.usd * arm
    confidence = np.clip(0.98 - rng.exponential(0.04, size=tasks), 0.5, 1.0)
    confidence = confidence + effects.accuracy * arm
    unsure = np.sqrt(np.clip(confidence * (1 - confidence), 0, None))
    chance = np.clip(audit * (0.25 + 0.75 * unsure / 0.18), 0.01, 1.0)
    audited = rng.random(tasks) < chance
    right = rng.random(tasks) < confidence
    total = confidence + audited / chance * (right - confidence)
    metrics = {
        "usd": MetricSums(usd),
        "accuracy": MetricSums(total, confidence, unsure**2 / chance),
    }
    at = np.sort(rng.random(tasks)) * tasks * 60.0
    return as_log(arm, np.arange(tasks), at, metrics, x, int(audited.sum()))


def hours_log(
    hours: int, seed: int, effects: Effects = NOTHING, *, tasks_per_hour: float = 40.0
) -> ArmLog:
    """A switchback: hours are busy by day, and their costs follow one another (AR 1, .6)."""
    rng = np.random.default_rng([41, seed])
    turn = 2 * np.pi * np.arange(hours) / 24.0
    arm = rng.integers(0, 2, size=hours)
    before = np.concatenate([[0], arm[:-1]])
    shock = rng.normal(size=hours)
    for hour in range(1, hours):
        shock[hour] = 0.6 * shock[hour - 1] + 0.8 * shock[hour]
    count = rng.poisson(tasks_per_hour * (1.0 + 0.5 * np.sin(turn))) + 1
    level = 0.06 + 0.008 * np.sin(turn) + 0.006 * shock
    level = level + effects.usd * arm + effects.carried * before
    of = np.repeat(np.arange(hours), count)
    usd = level[of] + rng.gamma(1.5, 0.016, size=len(of))
    covariates = np.column_stack([np.sin(turn), np.cos(turn)])[of]
    at = (of + rng.random(len(of))) * HOUR_S
    return as_log(arm[of], of, at, {"usd": MetricSums(usd)}, covariates, 0)


def as_log(
    arm: Ints,
    unit: Ints,
    at: Floats,
    metrics: dict[str, MetricSums],
    covariates: Floats,
    audited: int,
) -> ArmLog:
    """Put arrays of tasks into a log of two arms, `control` and `new`."""
    order = np.argsort(at, kind="stable")
    arms = ("control", "new")
    return ArmLog(
        experiment="simulated",
        arms=arms,
        arm=arm[order],
        unit=unit[order],
        at=at[order],
        keys=tuple(map(str, unit[order].tolist())),
        metrics={name: sums.of(order) for name, sums in metrics.items()},
        covariates=covariates[order],
        covariate_names=tuple(f"x{i}" for i in range(covariates.shape[1])),
        traits=[()] * len(arm),
        by=(),
        audits={name: ArmAudits(audited, audited, float(audited), float(audited)) for name in arms},
        brains=dict.fromkeys(arms, "shared"),
        stuck={},
        audit_usd=AUDIT_USD * audited / len(arm),
        forecasts=(),
        pending=0,
        others=0,
        notes=(),
    )


def pilot(log: ArmLog) -> ArmLog:
    """Return a log as one without a test, to plan from."""
    audits = next(iter(log.audits.values()))
    return replace(log, arms=(NO_ARM,), arm=np.zeros_like(log.arm), audits={NO_ARM: audits})
