"""Drift of labelers: marked where it is, and seldom where it isn't."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from replay.labelers.label_drift import drift
from replay.labelers.labelers_report import labelers_report
from replay.labelers.show import ALPHA, print_labelers
from replay.stats.holm import holm
from tests.replay.labelers.simulated_labels import one_labeler

if TYPE_CHECKING:
    from replay.labelers.judged_label import JudgedLabel

CLASSES = 3


def labels_of(
    rng: np.random.Generator, labels: int, early: float, later: float
) -> list[JudgedLabel]:
    """Labels that are right with one chance in the first half, with another in the second."""

    def answer(number: int, truth: int) -> int:
        if rng.random() < (early if 2 * number < labels else later):
            return truth
        return (truth + 1 + int(rng.integers(CLASSES - 1))) % CLASSES

    return one_labeler(rng, labels, [1.0 / CLASSES] * CLASSES, answer)


def asked_while_good(rng: np.random.Generator) -> list[JudgedLabel]:
    """Labels of a steady labeler who is asked until three of the last six disagree."""
    labels = labels_of(rng, 80, 0.8, 0.8)
    for end in range(20, len(labels)):
        if sum((label.agreement or 0.0) < 0.5 for label in labels[end - 6 : end]) >= 3:
            return labels[:end]
    return labels


def test_steady_labelers_are_seldom_marked() -> None:
    """Of 60 projects with 15 steady labelers, fail above 10 with a mark: false alarm 3e-4.

    In a third of the projects somebody has a 95 % interval without 0.
    """
    rng = np.random.default_rng(20261128)
    marked = alone = 0
    for _ in range(60):
        groups = [asked_while_good(rng) for _ in range(15)]
        alone_p = [found.p_value() for found in map(drift, groups) if found is not None]
        marked += any(p is not None and p < ALPHA for p in holm(alone_p))
        alone += any(p < 0.05 for p in alone_p)
    assert marked <= 10
    assert alone > 10


def test_a_labeler_who_gets_much_worse_is_marked_among_many() -> None:
    """From .9 to .5 within 120 labels, among 19 steady labelers.

    Fail above 5 misses of 20 seeds: at a power of .95, false alarm 3e-4.
    """
    missed = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        groups = [labels_of(rng, 120, 0.9, 0.5), *(asked_while_good(rng) for _ in range(19))]
        chance = holm([found and found.p_value() for found in map(drift, groups)])[0]
        missed += chance is None or chance >= ALPHA
    assert missed <= 5


def test_a_drift_is_a_difference_of_shares() -> None:
    """Where others say little, a ratio of agreements can be anything; what is shown cannot."""
    rng = np.random.default_rng(7)
    labels = labels_of(rng, 24, 1.0, 0.0)
    doubtful = [replace(label, chances={"0": 0.5, "1": 0.3, "2": 0.2}) for label in labels]
    found = drift(doubtful)
    assert found is not None
    amount = found.amount()
    assert -1.0 <= amount.low <= amount.value <= amount.high <= 1.0


def test_the_report_says_which_projects_have_no_gold() -> None:
    rng = np.random.default_rng(8)
    labels = labels_of(rng, 30, 0.8, 0.8)
    with_gold = [replace(label, project="q", is_gold=True) for label in labels]
    for given, says in ((labels, "project p"), (labels + with_gold, "project p"), (with_gold, "")):
        console = Console(file=StringIO(), width=200)
        print_labelers(labelers_report(given, "labels.db"), console)
        shown = console.file.getvalue()  # type: ignore[attr-defined]
        assert ("Without gold" in shown) == bool(says)
        assert says in shown
