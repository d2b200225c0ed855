"""Dawid-Skene by EM, against published figures and against data it must see through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from replay.baselines.dawid_skene import dawid_skene
from replay.baselines.majority import expected_accuracy, majority_vote
from replay.recorded.files import read_crowd

if TYPE_CHECKING:
    from pathlib import Path

# Accuracy of crowd-kit 1.4.2's Dawid-Skene with all labels of the set.
PUBLISHED = {"rte_text": 0.927, "bluebird": 0.889, "sp": 0.915, "face": 0.640, "sp_amt": 0.944}
TOLERANCE = 0.01


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_reaches_the_published_accuracy(name: str, shared_data: Path) -> None:
    crowd = read_crowd(shared_data / "crowd" / name)
    accuracy = expected_accuracy(dawid_skene(crowd.triples()).answers(), crowd.truth)
    assert accuracy == pytest.approx(PUBLISHED[name], abs=TOLERANCE)


def lopsided(tasks: int) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
    """Two labelers who tell x from y, and three who nearly always say x."""
    rows, truth = [], {}
    for number in range(tasks):
        task = f"t{number}"
        truth[task] = "xy"[draw(7, task, 0, "truth") < 0.5]
        for who in range(5):
            uniform = draw(7, task, who, "says")
            honest = truth[task] if uniform < 0.9 else "xy"[truth[task] == "x"]
            rows.append((task, f"w{who}", honest if who < 2 else "xy"[uniform < 0.05]))
    return rows, truth


def test_it_sees_through_labelers_who_always_say_the_same() -> None:
    rows, truth = lopsided(400)
    vote = expected_accuracy(majority_vote(rows), truth)
    fitted = expected_accuracy(dawid_skene(rows).answers(), truth)
    assert vote is not None
    assert fitted is not None
    assert vote < 0.65
    assert fitted > 0.85


def test_posteriors_and_prior_are_distributions() -> None:
    rows, _ = lopsided(50)
    fit = dawid_skene(rows)
    assert sum(fit.prior.values()) == pytest.approx(1.0)
    assert all(sum(chances.values()) == pytest.approx(1.0) for chances in fit.posterior.values())


def test_the_order_of_the_labels_does_not_matter() -> None:
    rows, _ = lopsided(50)
    there, back = dawid_skene(rows), dawid_skene(rows[::-1])
    for task, chances in there.posterior.items():
        assert back.posterior[task] == pytest.approx(chances, abs=1e-6)


def test_no_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="needs labels"):
        dawid_skene([])
