"""Shares of the classes are held to what the frequencies of labels show."""

from __future__ import annotations

from statistics import fmean

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.labels.class_shares import BY_FREQUENCY, held_counts, shares_behind
from bandit.labels.model import LabelModel
from bandit.labels.saved import load, save
from tests.bandit.labels.simulated import Simulation, symmetric

counts = st.lists(st.floats(1.0, 1e6), min_size=2, max_size=16)
rates = st.floats(0.01, 0.99)


@given(counts, rates)
def test_shares_are_chances_whatever_was_said(said: list[float], right_rate: float) -> None:
    shares = shares_behind(np.array(said), right_rate)
    assert shares.sum() == pytest.approx(1.0)
    assert (shares > 0.0).all()


@given(counts)
def test_labels_that_are_always_right_show_the_shares_themselves(said: list[float]) -> None:
    assert shares_behind(np.array(said), 1.0) == pytest.approx(np.array(said) / sum(said))


@given(st.floats(0.02, 0.98), st.floats(0.65, 1.0))
def test_two_shares_are_less_than_half_as_far_off_as_the_frequencies(
    share: float, right_rate: float
) -> None:
    """And never beyond the estimate of Rogan and Gladen, which has no error here."""
    said = right_rate * share + (1.0 - right_rate) * (1.0 - share)
    found = shares_behind(np.array([said, 1.0 - said]), right_rate)[0]
    assert min(said, share) - 1e-9 <= found <= max(said, share) + 1e-9
    assert abs(found - share) <= 0.5 * abs(said - share) + 1e-9


@given(counts, st.data())
def test_held_counts_are_as_many_tasks(tasks: list[float], data: st.DataObject) -> None:
    """A class keeps its part of the tasks that count by frequency, even if all others are lost."""
    said = data.draw(st.lists(st.floats(1.0, 1e6), min_size=len(tasks), max_size=len(tasks)))
    shares = np.array(said) / sum(said)
    lost = np.array([0.0, *tasks[1:]])
    held = held_counts(lost, shares)
    assert held.sum() == pytest.approx(lost.sum())
    assert held[0] == pytest.approx(BY_FREQUENCY * shares[0] * lost.sum())


def test_frequencies_of_labels_show_that_one_class_is_frequent() -> None:
    """Two classes, .9 of one, labelers right in .75, three labels a task, no gold.

    The majority is right in .84. The mean of seeds 1 to 4 is .846, and .716 where shares rest on
    the chances of the tasks alone: those see .64 of the tasks in the frequent class, not .82.
    """
    found = []
    for seed in range(1, 5):
        crew = {f"a{number}": symmetric(0.75, 2) for number in range(60)}
        simulation, model = Simulation({"a": crew}, [0.9, 0.1], seed), LabelModel()
        simulation.teach(model, 800, {"a": 3})
        found.append(simulation.verdicts(model, 400, {"a": 3})[0])
    assert fmean(found) > 0.81


def test_a_model_of_an_older_release_finds_what_its_labels_show() -> None:
    """Its snapshot has no such shares: they are those of the labels so far."""
    simulation = Simulation({"a": {"w": symmetric(0.8, 3)}}, [0.6, 0.3, 0.1], 1)
    model = LabelModel()
    simulation.teach(model, 60, {"a": 1})
    model.update_shares()
    old = load(msgspec.structs.replace(save(model), shares_in_labels=b""))
    assert (old.shares_in_labels == model.shares_in_labels).all()
    assert old.shares_in_labels[0] > 0.4
