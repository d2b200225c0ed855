"""Dawid-Skene consensus: a confusion matrix per labeler, fitted by EM over the whole batch.

prior[c]           chance that a task's truth is c
confusion[w, c, k] chance that labeler w says k when the truth is c
posterior[t, c]    chance that the truth of task t is c

E step: posterior[t, c] ∝ prior[c] · Π over labels (w, k) of t of confusion[w, c, k]
M step: prior[c]        = mean over t of posterior[t, c]
        confusion[w, c, k] ∝ smoothing + Σ over labels (t, k) of w of posterior[t, c]

Source: Dawid and Skene (1979), JRSS C 28(1), 20-28, doi:10.2307/2346806, equations 2.3 to 2.5. It
starts from the shares of the votes. The smoothing is ours: without it a labeler seen once says a
chance of 0 for what they haven't said yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """What the fit found; `posterior` is by task, then by class."""

    posterior: dict[str, dict[str, float]]
    prior: dict[str, float]
    rounds: int

    def answers(self) -> dict[str, dict[str, float]]:
        """The most likely class of each task, as a chance of 1; ties are split evenly."""
        chosen = {}
        for task, chances in self.posterior.items():
            most = max(chances.values())
            winners = [label for label, chance in chances.items() if chance == most]
            chosen[task] = dict.fromkeys(winners, 1.0 / len(winners))
        return chosen


def dawid_skene(
    labels: Iterable[tuple[str, str, str]],
    smoothing: float = 0.01,
    max_rounds: int = 100,
    tolerance: float = 1e-5,
) -> DawidSkene:
    """Fit by EM on `labels`, each (task, labeler, label).

    Parameters
    ----------
    labels
        Every class that should be considered is named at least once.
    smoothing
        Added to every cell of the confusion counts, in labels.
    max_rounds, tolerance
        Stop after so many rounds, or when no posterior moves by more.

    Raises
    ------
    ValueError
        If there are no labels.

    Examples
    --------
    >>> rows = [("t", "a", "x"), ("t", "b", "x"), ("t", "c", "y"), ("u", "a", "y"), ("u", "b", "y")]
    >>> dawid_skene(rows).answers()
    {'t': {'x': 1.0}, 'u': {'y': 1.0}}
    """
    rows = list(labels)
    if not rows:
        msg = "Dawid-Skene needs labels, got none"
        raise ValueError(msg)
    tasks = {task: i for i, task in enumerate(dict.fromkeys(row[0] for row in rows))}
    labelers = {who: i for i, who in enumerate(dict.fromkeys(row[1] for row in rows))}
    classes = {label: i for i, label in enumerate(sorted({row[2] for row in rows}))}
    table = _Labels(
        task=np.array([tasks[row[0]] for row in rows]),
        labeler=np.array([labelers[row[1]] for row in rows]),
        said=np.array([classes[row[2]] for row in rows]),
        tasks=len(tasks),
        labelers=len(labelers),
        classes=len(classes),
    )
    posterior = _vote_shares(table)
    prior = posterior.mean(axis=0)
    rounds = 0
    for rounds in range(1, max_rounds + 1):  # noqa: B007 -- reported below
        prior = posterior.mean(axis=0)
        new = _posterior(prior, _confusion(posterior, table, smoothing), table)
        moved = float(np.abs(new - posterior).max())
        posterior = new
        if moved < tolerance:
            break
    names = list(classes)
    return DawidSkene(
        posterior={
            name: dict(zip(names, map(float, posterior[i]), strict=True))
            for name, i in tasks.items()
        },
        prior=dict(zip(names, map(float, prior), strict=True)),
        rounds=rounds,
    )


class _Labels(NamedTuple):
    """Each label as three numbers: whose task, whose label, which class it says."""

    task: Indices
    labeler: Indices
    said: Indices
    tasks: int
    labelers: int
    classes: int


def _vote_shares(table: _Labels) -> Floats:
    n, k = table.tasks, table.classes
    votes = np.bincount(table.task * k + table.said, minlength=n * k).reshape(n, k)
    shares: Floats = votes / votes.sum(axis=1, keepdims=True)
    return shares


def _confusion(posterior: Floats, table: _Labels, smoothing: float) -> Floats:
    """M step: [labeler, truth, said]."""
    n, k = table.labelers, table.classes
    cell = table.labeler * k + table.said
    counts = [
        np.bincount(cell, weights=posterior[table.task, c], minlength=n * k).reshape(n, k)
        for c in range(k)
    ]
    smoothed = np.stack(counts, axis=1) + smoothing
    confusion: Floats = smoothed / smoothed.sum(axis=2, keepdims=True)
    return confusion


def _posterior(prior: Floats, confusion: Floats, table: _Labels) -> Floats:
    """E step: [task, truth]."""
    likelihoods = np.log(confusion)[table.labeler, :, table.said]
    scores = np.stack(
        [
            np.bincount(table.task, weights=likelihoods[:, c], minlength=table.tasks)
            for c in range(table.classes)
        ],
        axis=1,
    )
    scores += np.log(np.maximum(prior, 1e-300))  # a class that vanished stays at a chance near 0
    scores -= scores.max(axis=1, keepdims=True)
    chances: Floats = np.exp(scores)
    chances /= chances.sum(axis=1, keepdims=True)
    return chances
