"""Columns found by their names: said where they are guessed, refused where two may be meant."""

from __future__ import annotations

import pyarrow as pa
import pytest

from bandit.errors import UnknownColumn
from replay import evaluate
from replay.tables.columns.guess import NAMES, guess


def log(*names: str) -> pa.Table:
    values: list[list[object]] = [["a", "b"] * 200, [1, 0] * 200, [0.5] * 400]
    return pa.table(dict(zip(names, values, strict=True)))


def test_plain_names_are_no_guess() -> None:
    answer = evaluate(log("action", "reward", "propensity"))
    assert not [note for note in answer.notes if "is taken as" in note]


def test_every_guess_is_said() -> None:
    answer = evaluate(log("Item_ID", "Click", "pScore"))
    assert answer.notes[:3] == (
        "Item_ID is taken as the action (--action)",
        "Click is taken as the reward (--reward)",
        "pScore is taken as the propensity (--propensity)",
    )


def test_what_is_said_is_not_guessed() -> None:
    answer = evaluate(log("arm", "click", "p"), action="arm", reward="click", propensity="p")
    assert not [note for note in answer.notes if "is taken as" in note]


@pytest.mark.parametrize("role", NAMES)
def test_every_name_of_a_role_is_found(role: str) -> None:
    for name in NAMES[role]:
        assert guess(role, ["other", name.upper(), "thing"], (), "log") == name.upper()


def test_the_surest_name_wins() -> None:
    assert guess("action", ["pool", "item_id", "arm"], (), "log") == "arm"
    assert guess("reward", ["click", "r", "revenue"], (), "log") == "r"


def test_what_is_something_else_is_not_taken() -> None:
    assert guess("action", ["arm", "pool"], {"arm"}, "log") == "pool"


def test_two_possible_rewards_are_refused_with_the_option() -> None:
    with pytest.raises(
        UnknownColumn,
        match="'click' and 'revenue' both look like the reward: choose one with --reward",
    ):
        guess("reward", ["click", "revenue"], (), "log")


def test_two_columns_of_one_name_but_for_capitals_are_refused() -> None:
    with pytest.raises(UnknownColumn, match="'Arm' and 'ARM' both look like the action"):
        guess("action", ["Arm", "ARM"], (), "log")


def test_no_such_column_lists_what_there_is() -> None:
    with pytest.raises(UnknownColumn, match="name it with --action COLUMN; columns: 'x', 'click'"):
        guess("action", ["x", "click"], (), "log")


def test_a_reward_that_is_called_a_cost_is_said_to_be_better_if_it_is_more() -> None:
    said = "more of Cost is taken as better; if less is, give --reward=-Cost"
    assert said in evaluate(log("action", "Cost", "p"), reward="Cost").notes
    turned = evaluate(log("action", "Cost", "p"), reward="-Cost")
    assert not any("taken as better" in note for note in turned.notes)
