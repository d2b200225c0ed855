"""The posterior over a task's classes, from its labels and the accuracy of each labeler.

accuracy[l] is the chance that labeler l is right; a wrong labeler gives each of the other K - 1
classes equally often. Then, with answer[l] the class that l gave,

    posterior[c]  ~  product over l of  accuracy[l]                   if answer[l] = c
                                                   (1 - accuracy[l]) / (K - 1)   otherwise.

Source: the one-coin form of Dawid and Skene (1979), JRSS C 28(1), 20-28, doi:10.2307/2346806.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST = 1e-6
"""Least total probability spread over all classes, so that none is ever excluded."""


def posterior(
    classes: Sequence[str],
    answers: Sequence[tuple[str, float]],
) -> dict[str, float]:
    """Return the posterior of each class from (answer, accuracy) of each label; uniform prior.

    Examples
    --------
    >>> round(posterior(["yes", "no"], [("yes", 0.8), ("yes", 0.7), ("no", 0.6)])["yes"], 3)
    0.862
    """
    others = len(classes) - 1
    logs = dict.fromkeys(classes, 0.0)
    for answer, accuracy in answers:
        logs[answer] += math.log(accuracy * others / (1.0 - accuracy))
    top = max(logs.values())
    weights = {name: math.exp(value - top) for name, value in logs.items()}
    total = math.fsum(weights.values())
    floor = LEAST / len(classes)
    return {name: (1.0 - LEAST) * weight / total + floor for name, weight in weights.items()}


def leader(chances: Mapping[str, float]) -> tuple[str, float]:
    """Return the likeliest class and its chance; the first one of equals."""
    best = max(chances, key=chances.__getitem__)
    return best, chances[best]


def sharpen(chances: Mapping[str, float], top: str, confidence: float) -> dict[str, float]:
    """Return `chances` with that of `top` set to `confidence`, the others in proportion.

    The answer stays the likeliest class: a `confidence` below a tie with the second class is raised
    to the tie, since calibration doesn't say which other class is right.

    Examples
    --------
    >>> sharpen({"yes": 0.9, "no": 0.1}, "yes", 0.7)["yes"]
    0.7
    >>> sharpen({"yes": 0.6, "no": 0.4}, "yes", 0.3)
    {'yes': 0.5, 'no': 0.5}
    """
    rest = 1.0 - chances[top]
    if rest <= 0.0:
        return dict(chances)
    second = max(chance for name, chance in chances.items() if name != top)
    confidence = max(confidence, second / (rest + second))
    scale = (1.0 - confidence) / rest
    return {name: confidence if name == top else chance * scale for name, chance in chances.items()}
