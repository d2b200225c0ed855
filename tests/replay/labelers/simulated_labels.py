"""Labels of simulated labelers, each with the posterior from the other labels of its task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.labelers.judged_label import JudgedLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DAY_S = 86_400.0


def label(labeler: str, task: int, answer: int, chances: Sequence[float], at: float) -> JudgedLabel:
    classes = tuple(str(number) for number in range(len(chances)))
    return JudgedLabel(
        task=f"t{task}",
        project="p",
        pool="crowd",
        labeler=labeler,
        answer=str(answer),
        classes=classes,
        at=at,
        usd=0.05,
        delay_s=60.0,
        seconds_spent=None,
        chances=dict(zip(classes, map(float, chances), strict=True)),
    )


def one_labeler(
    rng: np.random.Generator,
    labels: int,
    shares: Sequence[float],
    answer: Callable[[int, int], int],
    sure: float = 0.9,
    days: float = 30.0,
) -> list[JudgedLabel]:
    """Labels of one labeler: `answer` gives theirs from number and class.

    The posterior from the others is true: the class is drawn from it.
    """
    classes = len(shares)
    found = []
    for number in range(labels):
        guess = rng.choice(classes, p=shares)
        chances = (1.0 - sure) * np.asarray(shares) + sure * np.eye(classes)[guess]
        truth = int(rng.choice(classes, p=chances))
        at = days * DAY_S * number / labels
        found.append(label("w", number, answer(number, truth), chances.tolist(), at))
    return found


def crowd(
    rng: np.random.Generator,
    tasks: int,
    spammers: Mapping[str, Callable[[int, int, Mapping[str, int]], int | None]],
    honest: int = 10,
    classes: int = 4,
    skill: float = 0.8,
    hard: float = 0.1,
    labels: int = 5,
) -> list[list[JudgedLabel]]:
    """Labels of tasks, some each, one after another; honest labelers share mistakes on hard ones.

    A spammer's answer is made from number, class and the labels before, `None` for an honest one.
    Posteriors take all labelers for honest, and all tasks for easy.
    """
    names = [f"h{number}" for number in range(honest)] + list(spammers)
    made = []
    for number in range(tasks):
        truth = int(rng.integers(classes))
        tempting = int(rng.integers(classes)) if rng.random() < hard else None
        said: dict[str, int] = {}
        for name in rng.choice(names, labels, replace=False):
            own = spammers[name](number, truth, said) if name in spammers else None
            if own is None and tempting is not None and rng.random() < 0.7:
                own = tempting
            if own is None:
                wrong = int(rng.integers(classes - 1))
                own = truth if rng.random() < skill else wrong + (wrong >= truth)
            said[str(name)] = own
        made.append(judged(said, number, classes, skill))
    return made


def judged(said: Mapping[str, int], number: int, classes: int, skill: float) -> list[JudgedLabel]:
    """Labels of one task with the posteriors from the others, all taken for equally good."""
    labels = []
    for place, (name, answer) in enumerate(said.items()):
        chances = np.ones(classes)
        for other, given in said.items():
            if other != name:
                likely = np.full(classes, (1.0 - skill) / (classes - 1))
                likely[given] = skill
                chances *= likely
        chances /= chances.sum()
        labels.append(label(name, number, answer, chances.tolist(), 600.0 * number + place))
    return labels
