"""Plays: what a model of labels may be told, in any order: labels, gold, labelers forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

from hypothesis import strategies as st

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from bandit.labels.model import LabelModel


class Said(NamedTuple):
    """A label."""

    task: int
    pool: str
    labeler: str
    answer: int
    tilt: float


class Known(NamedTuple):
    """Gold of a task."""

    task: int
    answer: int
    chance: float | None


class Forgotten(NamedTuple):
    """A labeler who isn't remembered any more."""

    labeler: str


Move = Said | Known | Forgotten

POOLS = ("a", "b")
LABELERS = tuple(f"w{number}" for number in range(6))
TASKS = 8

said = st.builds(
    Said,
    st.integers(0, TASKS - 1),
    st.sampled_from(POOLS),
    st.sampled_from(LABELERS),
    st.integers(0, 3),
    st.sampled_from((1.0, 0.5, 3.0)),
)
known = st.builds(
    Known, st.integers(0, TASKS - 1), st.integers(0, 3), st.sampled_from((None, 0.02, 1.0))
)
moves = st.one_of(said, said, said, said, known, st.builds(Forgotten, st.sampled_from(LABELERS)))
plays = st.lists(moves, max_size=60)


def classes_of(task: int) -> tuple[str, ...]:
    """The classes of a task: not the same of all tasks, and not in one order."""
    return (("x", "y", "z"), ("y", "w"), ("z", "y", "x"))[task % 3]


def blocks_of(size: int) -> AbstractContextManager[object]:
    """Let models learn in blocks of so many labels from the start."""
    return patch("bandit.labels.model.labels_of_block", lambda _: size)


def window_of(size: int) -> AbstractContextManager[object]:
    """Let models keep so many tasks."""
    return patch("bandit.labels.window.TASKS", size)


def play(model: LabelModel, some: list[Move]) -> None:
    """Tell a model what happened; nobody labels a task twice."""
    for move in some:
        if isinstance(move, Forgotten):
            model.forget(move.labeler)
            continue
        classes = classes_of(move.task)
        name, answer = f"t{move.task}", classes[move.answer % len(classes)]
        if isinstance(move, Known):
            model.gold(name, classes, answer, move.chance)
            continue
        before = model.window.get(name)
        slot = model.labelers.slots.get(move.labeler)
        if before is not None and slot in before.slots:
            continue
        prior = None
        if move.task == 4:
            prior = dict.fromkeys(classes, 0.5 / (len(classes) - 1)) | {classes[0]: 0.5}
        model.observe(name, classes, move.pool, move.labeler, answer, prior, tilt=move.tilt)
