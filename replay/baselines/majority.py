"""Majority vote: the class that most labels name, ties broken at random.

share[c] = 1 / |M| for every class c in M, the set of classes with the most labels, else 0: the
chance that a random tie-break picks c, so that an accuracy is its expected value and needs no seed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def majority_vote(labels: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, float]]:
    """Vote over `labels`, each (task, labeler, label).

    Returns
    -------
    dict
        For each task, the chance of each winning class under random ties; they sum to 1.

    Examples
    --------
    >>> majority_vote([("t", "a", "yes"), ("t", "b", "yes"), ("t", "c", "no")])
    {'t': {'yes': 1.0}}
    >>> majority_vote([("t", "a", "yes"), ("t", "b", "no")])
    {'t': {'yes': 0.5, 'no': 0.5}}
    """
    counts: dict[str, Counter[str]] = {}
    for task, _, label in labels:
        counts.setdefault(task, Counter())[label] += 1
    answers = {}
    for task, count in counts.items():
        most = max(count.values())
        winners = [label for label, votes in count.items() if votes == most]
        answers[task] = dict.fromkeys(winners, 1.0 / len(winners))
    return answers


def expected_accuracy(
    answers: Mapping[str, Mapping[str, float]], truth: Mapping[str, str]
) -> float | None:
    """Mean chance of the true class over the tasks with truth; `None` if there are none.

    A task that has no answer counts as wrong.

    Examples
    --------
    >>> expected_accuracy({"t": {"yes": 0.5, "no": 0.5}, "u": {"no": 1.0}}, {"t": "yes", "u": "no"})
    0.75
    """
    if not truth:
        return None
    right = (answers.get(task, {}).get(answer, 0.0) for task, answer in truth.items())
    return sum(right) / len(truth)
