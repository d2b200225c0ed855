"""Evidence that a labeler's answers say nothing of the tasks, from the first or a later one on.

An honest labeler is taken for one who knows the class of a task in a share u >= 0.4 of cases, and
guesses the others with any shares g. With q(c) the chances of the classes from everything but the
label, and pi(c) their mean, such a labeler answers y with chance u q(y) + (1 - u) g(y), and in all
with the shares m(y) = u pi(y) + (1 - u) g(y). The evidence of a label is the likelihood ratio of
answers with the same shares that have nothing to do with the task, against u = 0.4:

    e = m(y) / max(m(y) / 2, 0.4 q(y) + 0.6 g(y)),  g(y) = (m(y) - 0.4 pi(y)) / 0.6,

with g at least `LEAST_GUESSES` labels and made to sum to 1, which changes nothing at the shares of
an honest labeler once there are some labels.
Its mean is at most 1 for each of them, whatever u, g and the task: with d = q - pi, which sums to
0, the answer y has the chance m + u d, and without the floor, which only lowers e, the mean is

    sum of m (m + u d) / (m + 0.4 d) = sum of m + (u - 0.4) d / (1 + 0.4 d / m)
                                    <= sum of m + (u - 0.4) d = 1,

since x / (1 + 0.4 x / m) <= x wherever the denominator is positive. So a product of these is an
e-process, as far as m and pi are known. They are estimated from the labels before; what that costs
is simulated (decision 35). The floor bounds it: no label says more than 2 : 1.

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
from typing import TYPE_CHECKING, NamedTuple

from bandit.days import DAY_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.labelers.judged_label import JudgedLabel

USEFUL = 0.4
"""Least share of tasks whose class an honest labeler knows; the others are guessed. That is 70 %
right with two classes, 55 % with four, if guesses are even."""
FLOOR = 0.5
"""Least denominator as a share of m(y): what bounds the evidence of a label while m and pi are
estimated from few labels."""
FIRST, LATER = 0.5, 1.0 / 60.0
"""Weights of the e-process that begins with the first label, and of those that begin on one later
day: in all at most 1 in a month of 30 days."""
PRIOR = 0.5
"""Labels of each class that both m and pi begin with (Krichevsky-Trofimov)."""
LEAST_GUESSES = PRIOR
"""Least guesses of each class, as labels: none is impossible for not having been guessed yet."""
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


def label_evidence(
    answer: str,
    chances: Mapping[str, float],
    said: Mapping[str, float],
    were: Mapping[str, float],
) -> float:
    """Return the evidence of one label: e of this file's first lines.

    `said` counts the labeler's answers by class, and `were` the classes of the same tasks, both
    with `PRIOR` in them.

    Examples
    --------
    >>> even = {"cat": 10.0, "dog": 10.0}
    >>> label_evidence("cat", {"dog": 1.0}, even, even)  # 0.5 / (0.6 * 0.5)
    1.6666666666666667
    >>> mostly_dogs = {"cat": 1.0, "dog": 19.0}
    >>> round(label_evidence("cat", {"dog": 1.0}, even, mostly_dogs), 3)  # honest guesses may be so
    1.042
    """
    guesses = {
        name: max(LEAST_GUESSES, count - USEFUL * were[name]) for name, count in said.items()
    }
    m = said[answer] / math.fsum(said.values())
    g = guesses[answer] / math.fsum(guesses.values())
    return m / max(FLOOR * m, USEFUL * chances.get(answer, 0.0) + (1.0 - USEFUL) * g)


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
    9.6
    """
    counts: dict[tuple[str, tuple[str, ...]], tuple[dict[str, float], dict[str, float]]] = {}
    evidence = weights = total = least = since_at = 0.0
    since = steps = 0
    last: float | None = None
    for label in labels:
        if label.chances is None:
            continue
        weight = FIRST if last is None else LATER * min(1.0, (label.at - last) / DAY_S)
        evidence, weights = evidence + weight, weights + weight
        last = label.at
        if total <= least:
            least, since, since_at = total, steps, label.at
        if (key := (label.project, label.classes)) not in counts:
            counts[key] = dict.fromkeys(label.classes, PRIOR), dict.fromkeys(label.classes, PRIOR)
        said, were = counts[key]
        ratio = label_evidence(label.answer, label.chances, said, were)
        said[label.answer] += 1.0
        for name, chance in label.chances.items():
            were[name] += chance
        evidence = min(max(evidence * ratio, LEAST), MOST)
        total += math.log(ratio)
        steps += 1
    if not steps:
        return Uninformative(0.0)
    return Uninformative(math.log(evidence), since, since_at, -least, weights)
