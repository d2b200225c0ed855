"""Workers that come and go in a live test keep the arms of tasks; followers have all brains."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bandit.experiment.assign import arm_of
from tests.faults.crew import Crew, busy_until, feed_no_more, moved
from tests.faults.processes import alive, end
from tests.faults.story import CORE, Story
from tests.faults.test_experiment_crash import SETTINGS, TEST

if TYPE_CHECKING:
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def test_arms_outlive_the_workers_and_own_brains_are_followed(broker: Broker) -> None:
    """Two workers take over a third's partitions; one is killed, and comes back."""
    story = Story(broker.address, tasks=2000, partitions=3, core=CORE + TEST)
    with closing(story), Crew(story.toml(instance=None)) as crew:
        learner = crew.start("learn")
        first, second, third = (crew.start() for _ in range(3))
        busy_until(story, moved(story, 150), what="three work")
        end(third)
        busy_until(story, moved(story, 150), what="two work")
        end(second)
        second = crew.start()
        busy_until(story, moved(story, 150), what="one has come back")
        feed_no_more(story)
        story.run_out(lambda: all(map(alive, (learner, first, second))))
        assert [crew.stop(process) for process in (first, second, learner)] == [0, 0, 0]
        written = story.audit()  # the learner's snapshot has every arm's brain, too
    assert SETTINGS.experiment is not None
    of = partial(arm_of, SETTINGS.experiment, project="p", arrived_at=0.0)
    arms = defaultdict(set)
    for one in written.decisions:
        arms[one.task].add(one.arm)
    assert arms == {task: {of(task)} for task in arms}
    assert {(one.arm, one.brain) for one in written.decisions} >= {("bold", "own")}
    assert {one.brain for one in written.decisions if one.arm != "bold"} == {"shared"}
