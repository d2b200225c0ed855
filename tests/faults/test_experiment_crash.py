"""A worker that is killed in a live test keeps the arms of tasks and the brains of arms."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.experiment.assign import arm_of
from streams.config.config import parse_config
from streams.embedded.log import EmbeddedLog
from tests.faults.audit import Written, audit, model_is_the_fold
from tests.faults.crew import NEVER, Crew
from tests.faults.embedded_story import EmbeddedStory
from tests.faults.labelers import USD
from tests.faults.processes import alive
from tests.faults.story import CORE
from tests.faults.test_crash import LIFE_S, PARTITIONS, WORKER, live

if TYPE_CHECKING:
    from collections.abc import Iterator

TASKS = 500
POINTS = (
    "sql COMMIT 3",
    "before snapshot 1",
    "after snapshot 1",
    "before learn 2",
    "after learn 2",
    "after commit 3",
    "before restore 1",
    "sql INSERT 40",
)
TEST = """
[experiment]
name = "crash"
[experiment.arms.control]
share = 0.5
[experiment.arms.bold]
share = 0.3
rate = 5.0
[experiment.arms.few]
share = 0.2
max_labels = 2
"""
SETTINGS = parse_config(CORE + TEST).core


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStory]:
    """Ten kills, then the rest in peace."""
    path = tmp_path_factory.mktemp("crash") / "log.db"
    config = f'{CORE}[log]\naddress = "sqlite:{path}"\n{WORKER}{TEST}'
    with closing(EmbeddedLog(path, PARTITIONS, create=True, synchronous="NORMAL")) as log:
        story = EmbeddedStory(log, TASKS)
        with Crew(config) as crew:
            for point in POINTS:
                started = time.monotonic()
                assert live(crew, story, point, LIFE_S), f"no work was left at {point}"
                assert time.monotonic() - started < LIFE_S, f"{point} was not reached"
            for _ in range(2):
                assert live(crew, story, NEVER, 0.3)
            assert story.labelers.fed < TASKS, "the kills must fall while tasks still come"
            process = crew.start("work")
            story.run_out(lambda: alive(process), timeout_s=300)
            assert crew.stop(process) == 0
        yield story


@pytest.fixture(scope="module")
def written(story: EmbeddedStory) -> Written:
    """All that was written, audited."""
    return audit(story.log, story.names, USD)


pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]


def test_a_task_keeps_its_arm(written: Written) -> None:
    assert SETTINGS.experiment is not None
    arms = defaultdict(set)
    for one in written.decisions:
        assert one.arm is not None
        assert one.experiment == "crash"
        assert one.arm_pmfs[one.arm] == tuple(one.pmf.values())
        arms[one.task].add(one.arm)
    for reward in written.rewards:
        assert reward.arm is not None
        arms[reward.task].add(reward.arm)
    expected = {task: {arm_of(SETTINGS.experiment, task, "p", 0.0)} for task in arms}
    assert arms == expected


def test_an_arm_that_explores_otherwise_decided_by_its_own_brain(written: Written) -> None:
    in_order = sorted(written.decisions, key=lambda one: one.at)  # of all partitions together
    late = in_order[len(in_order) // 2 :]
    assert {(one.arm, one.brain) for one in late} == {
        ("control", "shared"),
        ("bold", "own"),
        ("few", "shared"),
    }


def test_each_brain_is_the_rewards_of_the_log_folded_in_order(story: EmbeddedStory) -> None:
    model_is_the_fold(story.log, SETTINGS)
