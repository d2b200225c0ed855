"""Projects of which too much is kept give it up, those first that were not rewarded for longest."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.learn.brain import Brain
from bandit.learn.known_projects import PROJECT_BYTES, size_bytes
from bandit.learn.pool_quality import key_of
from bandit.settings import MemorySettings, Settings
from tests.bandit.labels.plays import blocks_of
from tests.bandit.learn.taught import label


def remembering(max_project_bytes: int) -> Settings:
    return Settings(memory=MemorySettings(max_project_bytes=max_project_bytes))


def teach(brain: Brain, project: str, numbers: range) -> None:
    for number in numbers:
        for ask in (1, 2):
            task = f"{project}-{number}"
            brain.learn(msgspec.structs.replace(label(number, ask), project=project, task=task))


def names(brain: Brain) -> list[str]:
    return [name for name, _ in brain._projects.items()]


def test_the_project_rewarded_longest_ago_loses_its_tasks_and_its_machine_labeler() -> None:
    brain = Brain(remembering(60_000))
    teach(brain, "old", range(80))
    before = brain.project("old")
    assert before.machine.size_bytes > 0
    labelers, rows = dict(before.labels.labelers.slots), before.labels.labelers.rows
    teach(brain, "new", range(80))
    old, new = brain.project("old"), brain.project("new")
    assert (len(old.labels.window.tasks), old.machine.size_bytes, old.machine.seen) == (0, 0, 0)
    assert old.labels.labelers.slots == labelers
    assert (old.labels.labelers.rows == rows).all()
    assert len(new.labels.window.tasks) == 80
    assert new.machine.seen == 80
    teach(brain, "old", range(80, 90))
    assert len(brain.project("old").labels.window.tasks) == 10


def test_labels_that_wait_are_given_up_with_their_tasks() -> None:
    """They are not judged by what isn't known any more."""
    brain = Brain(remembering(60_000))
    with blocks_of(6):
        teach(brain, "old", range(80))
        assert brain.project("old").labels.waiting == 4
        teach(brain, "new", range(80))
        assert names(brain) == ["old", "new"]
        assert len(brain.project("old").labels.window.tasks) == 0
        teach(brain, "old", range(80, 84))
        assert brain.project("old").labels.waiting == 2
    assert brain._quality.judged[key_of("old", "a")] == 156 + 6


def test_if_nobody_has_tasks_left_the_oldest_project_is_forgotten() -> None:
    brain = Brain(remembering(4 * PROJECT_BYTES))
    for number in range(40):
        teach(brain, f"p{number}", range(1))
    assert 1 <= len(names(brain)) < 6
    assert names(brain)[-1] == "p39"
    assert brain.project("p0").labels.labels == 0


def test_sizes_are_near_enough_for_a_snapshot_of_25_mb() -> None:
    """By default; 0.6 of the true size at least, so 15 MB are 25 at most."""
    for tasks in (1, 20, 300):
        brain = Brain(Settings())
        teach(brain, "p", range(tasks))
        saved = msgspec.msgpack.encode(brain.project("p").saved())
        assert size_bytes(brain.project("p")) >= 0.6 * len(saved)
    assert Settings().memory.max_project_bytes / 0.6 <= 25e6


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 30)), max_size=60),
    st.integers(0, 60),
    st.integers(0, 40_000),
)
def test_what_is_given_up_is_the_same_after_a_restart(
    some: list[tuple[str, int]], cut: int, most: int
) -> None:
    brain, other = Brain(remembering(most)), Brain(remembering(most))
    for place, (project, number) in enumerate(some):
        if place == cut:
            other = Brain.from_bytes(remembering(most), other.to_bytes())
        teach(brain, project, range(number, number + 1))
        teach(other, project, range(number, number + 1))
        total = sum(size_bytes(model) for _, model in brain._projects.items())
        last = size_bytes(brain.project(project))
        assert total <= most + last + PROJECT_BYTES
    assert names(brain) == names(other)
    for name in names(brain):
        mine, theirs = brain.project(name).saved(), other.project(name).saved()
        assert msgspec.json.encode(mine) == msgspec.json.encode(theirs)
