"""Evidence that a labeler's answers say nothing of the tasks, from the first or a later one on.

An honest labeler is taken for one who knows the class of a task in a share u >= 0.4 of cases,
and otherwise answers as this labeler mostly does, by the shares m(y) of the labels so far. With
q(c) the chances of the classes from everything but the label, the evidence of a label is the
likelihood ratio of answers that have nothing to do with the task:

    e = m(y) / (0.4 q(y) + 0.6 m(y)).

Its mean is at most 1 for an honest labeler whose guesses have the shares m, so a product of these
is an e-process. Others are simulated (`bench/labelers.py`). The mean can exceed 1 where most tasks
are of one class and the labeler guesses other classes more often than that: knowing 40 %, guessing
two classes evenly where 95 % of tasks are of one, half are suspect after 300 labels.

One e-process begins with the first label, with weight 1/2, and one with each later label, with
weight 1/60 for each day since the label before, at most one:

    E = sum over starts s of  weight(s) × product of e over the labels since s.

The weights sum to 1 in the first month and grow by 1/2 with each further one; E is at most their
sum in the mean. So E reaches 100 in at most one of 100 months for an honest labeler, however often
it is looked at, and it grows too where a labeler who was honest at first is not any more.

Source: e-detectors, Shin, Ramdas and Rinaldo (2023), New England Journal of Statistics in Data
Science 2(2), 229-260; e-values, Ramdas, Grünwald, Vovk and Shafer (2023), Statistical Science
38(4), 576-601.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from bandit.days import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.judged_label import JudgedLabel

USEFUL = 0.4
"""Least share of tasks whose class an honest labeler knows; the others are guessed. That is 70 %
right with two classes, 55 % with four. Where classes are equally frequent, evidence grows in the
long run for those who know less than about half of this share, and falls for all others."""
FIRST, LATER = 0.5, 1.0 / 60.0
"""Weights of the e-process that begins with the first label, and of those that begin on one later
day: in all at most 1 in a month of 30 days."""
PRIOR = 0.5
"""Labels of each class that the shares of a labeler's answers begin with (Krichevsky-Trofimov)."""
LEAST, MOST = 1e-300, 1e300


class Uninformative(NamedTuple):
    """Evidence as its natural logarithm, and the label since which it is strongest.

    Only labels that can be compared with anything count here: `since` is the number of the first
    suspicious one, and `since_at` its time. `honest_before` is the log of the evidence that the
    labels before it are honest. `weights` is the sum of the weights of all starts: the most that
    the evidence is in the mean if the labeler is honest.
    """

    log_evidence: float
    since: int = 0
    since_at: float = 0.0
    honest_before: float = 0.0
    weights: float = 1.0


def uninformative(labels: Sequence[JudgedLabel]) -> Uninformative:
    """Weigh the labels of one labeler, in the order of time.

    Examples
    --------
    >>> from replay.labelers.judged_label import JudgedLabel
    >>> label = JudgedLabel(
    ...     task="t",
    ...     project="p",
    ...     pool="crowd",
    ...     labeler="ann",
    ...     answer="cat",
    ...     classes=("cat", "dog"),
    ...     at=0.0,
    ...     usd=0.05,
    ...     delay_s=None,
    ...     seconds_spent=None,
    ...     chances={"dog": 1.0},
    ... )
    >>> round(uninformative([label] * 20).log_evidence, 1)
    9.5
    """
    said: Counter[str] = Counter()
    evidence = weights = total = least = since_at = 0.0
    since = steps = 0
    last: float | None = None
    for label in labels:
        m = (said[label.answer] + PRIOR) / (said.total() + PRIOR * len(label.classes))
        said[label.answer] += 1
        if label.chances is None:
            continue
        weight = FIRST if last is None else LATER * min(1.0, (label.at - last) / DAY_S)
        evidence, weights = evidence + weight, weights + weight
        last = label.at
        if total <= least:
            least, since, since_at = total, steps, label.at
        ratio = m / (USEFUL * label.chances.get(label.answer, 0.0) + (1.0 - USEFUL) * m)
        evidence = min(max(evidence * ratio, LEAST), MOST)
        total += math.log(ratio)
        steps += 1
    if not steps:
        return Uninformative(0.0)
    return Uninformative(math.log(evidence), since, since_at, -least, weights)
