"""CROWDLAB: labels of people and predictions of a classifier, averaged by how well each agrees.

    p(k | i) ∝ w_M · p_M(k | x_i) + Σ_j w_j · p_j(k | y_ij)

p_j puts P on the label that j gave and (1 - P) / (K - 1) on each other class; P is the share of
labels that agree with the majority of their task, s_j that of labeler j with the *other* labels of
the task. With A the accuracy of always naming the largest class, w_j = 1 - (1 - s_j) / (1 - A),
w_M = (1 - (1 - A_M) / (1 - A)) · sqrt(labels a task), A and A_M against the majority, on tasks with
more than one label.

Source: Goh, Tkachenko and Mueller (2022), arXiv:2210.06812, section 3. Our own implementation: the
classifier is a softmax regression, predicting out of its five folds. Given the same predictions,
cleanlab 2.9.0 answers as many tasks right on the five sets with features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bandit.events import Feature
    from bench.consensus.label_set import LabelSet

FOLDS, STEPS, RATE, RIDGE = 5, 300, 0.5, 1e-3
CATEGORIES = 60  # the most common values of a text feature that get a column
LEAST = 1e-6


def crowdlab(of: LabelSet, seed: int) -> float:
    """Accuracy of CROWDLAB on all labels of a set with features."""
    votes = np.zeros((len(of.labels), of.classes))
    for task, labels in enumerate(of.labels):
        for row in labels:
            votes[task, row.answer] += 1.0
    chance = np.random.default_rng([seed, 3])
    broken = votes + 0.01 * votes.mean(axis=0) / votes.mean() + 1e-6 * chance.random(votes.shape)
    consensus = broken.argmax(axis=1)
    predicted = out_of_fold(table(of.features), consensus, of.classes, chance)
    consensus = (votes + 1e-3 * predicted).argmax(axis=1)  # the classifier breaks ties
    posterior = _average(of, votes, consensus, predicted)
    answers = dict(enumerate(posterior.argmax(axis=1).tolist()))
    return of.accuracy(answers)


def _average(
    of: LabelSet,
    votes: NDArray[np.float64],
    consensus: NDArray[np.int_],
    predicted: NDArray[np.float64],
) -> NDArray[np.float64]:
    several = votes.sum(axis=1) > 1
    largest = np.bincount(consensus[several], minlength=of.classes).argmax()
    baseline = max(LEAST, 1.0 - float((consensus[several] == largest).mean()))
    agreed, others = [0.0, 0.0], dict[int, list[float]]()
    for task, labels in enumerate(of.labels):
        if len(labels) < 2:
            continue
        for row in labels:
            agreed[0] += row.answer == consensus[task]
            agreed[1] += 1.0
            record = others.setdefault(row.labeler, [0.0, 0.0])
            record[0] += votes[task, row.answer] - 1.0
            record[1] += len(labels) - 1.0
    right = agreed[0] / agreed[1]

    def weight(share_right: float) -> float:
        return max(LEAST, 1.0 - (1.0 - share_right) / baseline)

    mean_agreement = sum(r[0] for r in others.values()) / sum(r[1] for r in others.values())
    model_right = float((predicted.argmax(axis=1) == consensus)[several].mean())
    posterior = weight(model_right) * float(np.sqrt(votes.sum(axis=1).mean())) * predicted
    for task, labels in enumerate(of.labels):
        for row in labels:
            known = others.get(row.labeler)
            weighs = weight(known[0] / known[1] if known else mean_agreement)
            said = np.full(of.classes, (1.0 - right) / (of.classes - 1))
            said[row.answer] = right
            posterior[task] += weighs * said
    return posterior


def table(features: Sequence[Mapping[str, Feature]]) -> NDArray[np.float64]:
    """Standardised columns: numbers as they are, text as one column a value."""
    columns = []
    for name in sorted({name for row in features for name in row}):
        values = [row.get(name) for row in features]
        if any(isinstance(value, str) for value in values):
            named, count = np.unique([str(value) for value in values], return_counts=True)
            columns += [
                np.array([str(one) == value for one in values], dtype=float)
                for value in named[np.argsort(-count)][:CATEGORIES]
            ]
        else:
            known = [float(value) for value in values if isinstance(value, float | int)]
            middle = float(np.mean(known))
            column = np.array([float(v) if isinstance(v, float | int) else middle for v in values])
            columns += [column, np.log1p(np.abs(column))]
    wide = np.column_stack(columns)
    return np.asarray((wide - wide.mean(axis=0)) / np.maximum(wide.std(axis=0), LEAST))


def out_of_fold(
    x: NDArray[np.float64], y: NDArray[np.int_], classes: int, chance: np.random.Generator
) -> NDArray[np.float64]:
    """Predictions of a softmax regression for each row, fitted on the other folds."""
    fold = chance.permutation(len(y)) % FOLDS
    predicted = np.zeros((len(y), classes))
    wide = np.column_stack([np.ones(len(y)), x])
    for held in range(FOLDS):
        fitted = _softmax_regression(wide[fold != held], np.eye(classes)[y[fold != held]])
        predicted[fold == held] = softmax(wide[fold == held] @ fitted, axis=1)
    return predicted


def _softmax_regression(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    weights, speed = np.zeros((x.shape[1], y.shape[1])), np.zeros((x.shape[1], y.shape[1]))
    for _ in range(STEPS):  # gradient descent with momentum; the loss is convex
        slope = x.T @ (softmax(x @ weights, axis=1) - y) / len(x) + RIDGE * weights
        speed = 0.9 * speed - RATE / 4 * slope
        weights += speed
    return weights
