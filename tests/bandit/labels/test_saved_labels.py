"""A saved model of labels goes on exactly as the one that was saved."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given, settings

from bandit.errors import StateError
from bandit.labels.model import LabelModel
from bandit.labels.saved import SavedLabels, load, save
from tests.bandit.labels.plays import Forgotten, Move, Said, play, plays


def in_bytes(model: LabelModel) -> bytes:
    return msgspec.json.encode(save(model))


def again(model: LabelModel) -> LabelModel:
    return load(msgspec.json.decode(in_bytes(model), type=SavedLabels))


FIRST: list[Move] = [Said(0, "a", f"w{number}", 0, 1.0) for number in range(4)]
FREE: list[Move] = [Forgotten("w0"), Forgotten("w1")]
THEN: list[Move] = [Said(1, "a", "w4", 0, 1.0), Said(1, "a", "w5", 1, 1.0), *FIRST]


@settings(max_examples=150, deadline=None)
@given(plays, plays)
@example([*FIRST, *FREE], THEN)
@example([*FIRST, *FREE, *THEN], FREE)
def test_it_goes_on_bit_by_bit(before: list[Move], after: list[Move]) -> None:
    """In the midst of a round through the window, and with slots that were freed."""
    model = LabelModel()
    play(model, before)
    other = again(model)
    assert in_bytes(other) == in_bytes(model)
    play(model, after)
    play(other, after)
    assert in_bytes(other) == in_bytes(model)
    assert other.best == model.best


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        *((part, bytes(8)) for part in ("sums", "said", "rows", "class_counts", "level_counts")),
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
