"""Simulated logs of a live test: two pools as in `own_log_writer`, one policy an arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.events import Decision, Reward
from bandit.experiment.assign import arm_of
from bandit.experiment_settings import ArmSettings, ExperimentSettings
from tests.replay.task_log.own_log_writer import (
    logged_pmf,
    one_task,
    write_log,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bandit.events import Verdict
    from bandit.experiment_settings import Unit
    from tests.replay.task_log.own_log_writer import World

    Policy = Callable[[list[tuple[str, bool]]], dict[str, float]]

BEGIN = 1_700_000_000.0

CONFIG = """
[experiment]
name = "pools"
unit = "{unit}"

[experiment.arms.control]
share = 0.5

[experiment.arms.new]
share = 0.5
rate = 5.0
"""


def careful_pmf(labels: list[tuple[str, bool]]) -> dict[str, float]:
    """Ask the dear pool more often than the control does."""
    pmf = logged_pmf(labels)
    moved = 0.6 * pmf.get("b", 0.0)
    return pmf if moved == 0.0 else pmf | {"a": pmf["a"] + moved, "b": pmf["b"] - moved}


POLICIES: dict[str, Policy] = {"control": logged_pmf, "new": careful_pmf}
ALIKE: dict[str, Policy] = {"control": logged_pmf, "new": logged_pmf}


def settings(unit: Unit = "task", name: str = "pools") -> ExperimentSettings:
    arms = {arm: ArmSettings(share=0.5) for arm in ("control", "new")}
    return ExperimentSettings(name=name, unit=unit, arms=arms)


def simulate_arms(
    world: World,
    tasks: int,
    seed: int,
    policies: dict[str, Policy] = POLICIES,
    unit: Unit = "task",
    every_s: float = 100.0,
    name: str = "pools",
) -> list[Decision | Reward | Verdict]:
    """Decide each task by the policy of its arm; a feature and three projects are of no account."""
    rng = np.random.default_rng(seed)
    test = settings(unit, name)
    events: list[Decision | Reward | Verdict] = []
    for number in range(tasks):
        task, project, at = f"t{number}", f"p{number % 3}", BEGIN + every_s * number
        arm = arm_of(test, task, project, at)
        features = {"length": float(rng.integers(1, 100)), "lang": "en" if number % 4 else "de"}
        labels: list[tuple[str, bool]] = []
        for event in one_task(world, task, at, rng, policies[arm]):
            if isinstance(event, Decision):
                pmfs = {each: policy(labels) for each, policy in policies.items()}
                events.append(
                    msgspec.structs.replace(
                        event,
                        project=project,
                        features=features,
                        experiment=name,
                        arm=arm,
                        brain="shared",
                        arm_pmfs={
                            each: tuple(pmf.get(option, 0.0) for option in event.pmf)
                            for each, pmf in pmfs.items()
                        },
                    )
                )
                continue
            if isinstance(event, Reward):
                assert event.pool is not None
                labels.append((event.pool, event.answer == "yes"))
            events.append(event)
    return events


def write_test(path: Path, *args: object, **options: object) -> Path:
    """Simulate a test and write its log."""
    return write_log(path, simulate_arms(*args, **options))  # type: ignore[arg-type]
