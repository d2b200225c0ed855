"""Projects of which too much is kept give it up, those first that were not rewarded for longest."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.learn.brain import Brain
from bandit.learn.known_projects import PROJECT_BYTES, size_bytes
from bandit.learn.pool_quality import key_of, parts_of
from bandit.learn.project import ProjectModel
from bandit.learn.track_record import TrackRecord
from bandit.settings import MemorySettings, Settings
from tests.bandit.labels.plays import blocks_of
from tests.bandit.learn.taught import label

if TYPE_CHECKING:
    from bandit.events import Feature


def remembering(max_project_bytes: int, max_labelers: int = 50_000) -> Settings:
    memory = MemorySettings(max_project_bytes=max_project_bytes, max_labelers=max_labelers)
    return Settings(memory=memory)


def teach(
    brain: Brain, project: str, numbers: range, features: dict[str, Feature] | None = None
) -> None:
    for number in numbers:
        for ask in (1, 2):
            reward = label(number, ask)
            brain.learn(
                msgspec.structs.replace(
                    reward,
                    project=project,
                    task=f"{project}-{number}",
                    features=reward.features if features is None else features,
                )
            )


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


@pytest.mark.parametrize(("n_classes", "labels"), [(16, 10), (100, 2)])
def test_sizes_count_all_classes_of_tasks_and_the_shares_of_their_labels(
    n_classes: int, labels: int
) -> None:
    """Labelers who are right in 70 %."""
    model, chance = ProjectModel(), random.Random(1)
    classes = tuple(f"c{number}" for number in range(n_classes))
    with blocks_of(32):
        for number in range(3200 // n_classes):
            for labeler in range(labels):
                is_right = chance.random() < 0.7
                answer = classes[number % n_classes] if is_right else chance.choice(classes)
                model.labels.observe(f"task-{number}", classes, "a", f"w{labeler}", answer)
    model.labels.learn()
    saved = msgspec.msgpack.encode(model.saved())
    assert 0.6 * len(saved) <= size_bytes(model) <= 2.0 * len(saved)


def test_sizes_count_what_is_kept_to_tell_what_is_new() -> None:
    """64 tasks with a title, a type and vectors of 32 numbers: most of it is their words."""
    brain = Brain(Settings())
    for number in range(64):
        title = " ".join(f"w{12 * number + i}" for i in range(12))
        features = {"title": title, "type": f"type{number}", "v[32]": (float(number),) * 32}
        brain.learn(msgspec.structs.replace(label(number, 1), features=features, delay_s=9.0))
    project = brain.project("p")
    saved = msgspec.msgpack.encode((project.novelty.saved(), project.paces.saved()))
    assert len(saved) > 10_000
    counted = project.novelty.size_bytes + project.paces.size_bytes
    assert 0.6 * len(saved) <= counted <= 1.6 * len(saved)
    whole = Brain.from_bytes(Settings(), brain.to_bytes()).project("p")
    assert size_bytes(whole) == size_bytes(project)


def test_sizes_count_rewards_that_wait_to_teach() -> None:
    """Tasks with 100 features each, whose rewards are nearly all that a young project keeps."""
    brain = Brain(Settings())
    for number in range(60):
        features: dict[str, Feature] = {f"feature {i}": number + i / 7 for i in range(100)}
        teach(brain, "p", range(number, number + 1), features)
    project = brain.project("p")
    saved = project.saved()
    waiting = len(msgspec.msgpack.encode((saved.waiting, saved.to_teach)))
    assert waiting > 10_000
    kept = msgspec.structs.replace(saved, waiting=[], to_teach=[])
    without = size_bytes(ProjectModel.from_saved(kept))
    assert size_bytes(project) - without == pytest.approx(waiting, rel=0.05)
    whole = Brain.from_bytes(Settings(), brain.to_bytes()).project("p")
    assert size_bytes(whole) == size_bytes(project)
    project.give_up_tasks()
    assert size_bytes(project) < without


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


def test_a_project_whose_labelers_are_forgotten_has_the_same_size_after_a_restart() -> None:
    """It got no reward since, and fewer of its labels are kept."""
    brain = Brain(remembering(15_000_000, max_labelers=12))
    teach(brain, "old", range(20))
    before = brain.project("old").labels.window.labels
    teach(brain, "new", range(20))
    assert brain.project("old").labels.window.labels < before
    again = Brain.from_bytes(remembering(15_000_000, max_labelers=12), brain.to_bytes())
    assert again._projects._sizes["old"] == brain._projects._sizes["old"]


def test_a_forgotten_project_leaves_no_record_of_its_pools() -> None:
    """200 projects of two pools each, of which the bound leaves fewer than 20."""
    brain = Brain(remembering(20 * PROJECT_BYTES))
    for number in range(200):
        for ask, pool in ((1, "a"), (2, "b")):
            reward = msgspec.structs.replace(label(number, ask), pool=pool)
            brain.learn(msgspec.structs.replace(reward, project=f"p{number}"))
    kept = set(names(brain))
    assert 2 <= len(kept) < 20
    assert {parts_of(key)[0] for key in brain._pools.records()} == kept
    assert {parts_of(key)[0] for key in brain._quality.judged} <= kept
    assert {parts_of(key)[0] for key in brain._quality.trust} <= kept
    assert brain.pool_record("p0", "a") == TrackRecord()
    assert brain.pool_record("p199", "a") != TrackRecord()


def test_pools_of_projects_that_a_release_before_forgot_are_the_first_to_go() -> None:
    """It left their records behind; they are the oldest, and count as the others do."""
    brain = Brain(remembering(1_000_000))
    teach(brain, "new", range(2))
    for number in range(30):
        brain._pools.seen(f"left-{number}", "a").asked(0.9, None)
    other = Brain.from_bytes(remembering(10 * PROJECT_BYTES), brain.to_bytes())
    assert other.pool_record("left-29", "a").asks == 1.0
    teach(other, "new", range(2, 3))
    assert {parts_of(key)[0] for key in other._pools.records()} == set(names(other))
    assert "new" in names(other)
    assert len(names(other)) < 10
