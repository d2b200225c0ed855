"""A saved model of labels goes on exactly as the one that was saved."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import example, given, settings

from bandit.errors import StateError
from bandit.labels.model import LabelModel
from bandit.labels.preferred import preferred
from bandit.labels.saved import SavedLabels, load, save
from bandit.labels.weighed import Answer
from tests.bandit.labels.plays import (
    LABELERS,
    Forgotten,
    Move,
    Said,
    blocks_of,
    play,
    plays,
    window_of,
)


def in_bytes(model: LabelModel) -> bytes:
    return msgspec.json.encode(save(model))


def again(model: LabelModel) -> LabelModel:
    return load(msgspec.json.decode(in_bytes(model), type=SavedLabels))


FIRST: list[Move] = [Said(0, "a", f"w{number}", 0, 1.0) for number in range(4)]
FREE: list[Move] = [Forgotten("w0"), Forgotten("w1")]
THEN: list[Move] = [Said(1, "a", "w4", 0, 1.0), Said(1, "a", "w5", 1, 1.0), *FIRST]


@pytest.mark.parametrize(("size", "window"), [(1, 1000), (5, 1000), (1, 3), (5, 3)])
@settings(max_examples=100, deadline=None)
@given(before=plays, after=plays)
@example(before=[*FIRST, *FREE], after=THEN)
@example(before=[*FIRST, *FREE, *THEN], after=FREE)
def test_it_goes_on_bit_by_bit(
    size: int, window: int, before: list[Move], after: list[Move]
) -> None:
    """In the midst of a round through the window, of a block, and with slots that were freed."""
    with blocks_of(size), window_of(window):
        model = LabelModel()
        play(model, before)
        check_saved(model, after)


def check_saved(model: LabelModel, after: list[Move]) -> None:
    other = again(model)
    assert in_bytes(other) == in_bytes(model)
    play(model, after)
    play(other, after)
    assert in_bytes(other) == in_bytes(model)
    assert other.best == model.best


def test_sums_over_labelers_do_not_depend_on_their_slots() -> None:
    """Slots are used again in the model that goes on, and given anew in the one that is loaded."""
    model, chance = LabelModel(), random.Random(1)

    def labels(labelers: list[str], tasks: range) -> list[Move]:
        return [
            Said(task, "a", labeler, chance.randrange(4), chance.choice((0.5, 1.0, 3.0)))
            for task in tasks
            for labeler in chance.sample(labelers, 4)
        ]

    first = [f"w{number}" for number in range(6)]
    then = [*first[2:], "w6", "w7"]
    with blocks_of(12):
        play(model, [*labels(first, range(6)), *FREE, *labels(then, range(6, 12))])
        check_saved(model, labels(then, range(12, 40)))


@settings(max_examples=150, deadline=None)
@given(plays)
def test_what_is_kept_in_memory_changes_no_belief(some: list[Move]) -> None:
    """A model that is asked after every move believes what one believes that was just loaded."""
    model = LabelModel()
    labels = [Answer("a", "w0", "x"), Answer("b", "w1", "y", 2.0), Answer("a", "new", "x")]
    for move in some:
        play(model, [move])
        loaded = again(model)
        for told in ([], labels):
            mine, theirs = (of.weigh(("x", "y"), told) for of in (model, loaded))
            assert (mine.posterior() == theirs.posterior()).all()
            chances = mine.posterior().tolist()
            for pool in ("a", "b"):
                named = preferred(model, ("x", "y"), chances, pool)
                assert named == preferred(loaded, ("x", "y"), chances, pool)
        assert (
            model.pool_rows(("x", "y"), ("a", "b")) == loaded.pool_rows(("x", "y"), ("a", "b"))
        ).all()


class Updated(LabelModel):
    """A model that looks at the weights of its chains when it computes anew what changes slowly."""

    def _update(self) -> None:
        assert (self.chain_weights() == self._chain_weights()).all()
        super()._update()


def test_weights_of_chains_are_those_of_all_that_a_block_showed() -> None:
    """Also of a block whose tasks have different classes, which are weighed one after another."""
    model, chance = Updated(), random.Random(1)
    with blocks_of(8):
        for task in range(12):
            for labeler in LABELERS[:3]:
                play(model, [Said(task, "a", labeler, chance.randrange(4), 1.0)])
    assert model.updated_at > 0


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        *((part, bytes(8)) for part in ("sums", "said", "rows", "class_counts", "level_counts")),
        *((part, bytes(8)) for part in ("gold_counts", "shares_in_labels")),
        *((part, []) for part in ("counts", "given", "pool_of")),
        ("counts", [b"not compressed"]),
        ("labelers", b"not compressed"),
    ],
)
def test_parts_that_do_not_fit_together_are_no_brain(part: str, damage: object) -> None:
    model = LabelModel()
    play(model, FIRST)
    with pytest.raises(StateError, match="saved"):
        load(msgspec.structs.replace(save(model), **{part: damage}))
