"""Buy recorded labels with a model: open tasks side by side, one label each before a second.

Rule 1: `window` tasks are open. In turn, each that goes on gets one label; one that stops is
closed, its verdict stands, and the next task takes its place and gets its first label at once.
Rule 2: each task gets one label at least, the first `COLD` tasks `COLD_LABELS`.
Rule 3: after that a task is closed when the model says that no more labels are worth their price,
or none is left. With a price of `None` every label is taken, in random order.
Rule 4: gold of a task is told after its verdict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from bench.consensus.online_model import Candidate

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.consensus.label_set import LabelSet, Recorded
    from bench.consensus.online_model import OnlineModel

WINDOW = 100
COLD, COLD_LABELS = 50, 3


@dataclass(slots=True)
class Run:
    """What came out: answer, posterior of the answer and confidence by task, and what it took.

    `at_end` are the answers that the model gives when it has seen all labels that were bought.
    """

    answer: dict[int, int] = field(default_factory=dict)
    at_end: dict[int, int] = field(default_factory=dict)
    top: dict[int, float] = field(default_factory=dict)
    confidence: dict[int, float] = field(default_factory=dict)
    labels: int = 0
    gold: frozenset[int] = frozenset()

    def labels_per_task(self) -> float:
        """Labels bought, a task."""
        return self.labels / len(self.answer)


def run_side_by_side(
    of: LabelSet,
    new: Callable[[int, int], OnlineModel],
    seed: int,
    price: float | None,
    *,
    choose: bool = False,
    golds: int = 0,
    window: int = WINDOW,
) -> Run:
    """Work through a set once; `confidence` is by the map as it is at the end."""
    chance = np.random.default_rng([seed, 0])
    order = chance.permutation(len(of.labels)).tolist()
    left = [[rows[i] for i in chance.permutation(len(rows))] for rows in of.labels]
    gold = frozenset(chance.permutation(of.judged).tolist()[:golds])
    run, model = Run(gold=gold), new(of.classes, of.pools)
    number = {task: place for place, task in enumerate(order)}
    waiting = iter(order)
    open_tasks = list(islice(waiting, window))
    taken = dict.fromkeys(order, 0)
    while open_tasks:
        going: list[int] = []
        for first in open_tasks:
            task: int | None = first
            while task is not None:
                must = not taken[task] or (number[task] < COLD and taken[task] < COLD_LABELS)
                row = _next_label(model, task, left[task], price, must=must, choose=choose)
                if row is not None:
                    model.observe(task, row.labeler, row.pool, row.answer)
                    taken[task] += 1
                    going.append(task)
                    break
                _close(of, model, run, task)
                task = next(waiting, None)
        open_tasks = going
    run.labels = sum(taken.values())
    run.at_end = {task: int(np.argmax(model.posterior(task))) for task in run.answer}
    run.confidence = {task: model.confidence(top) for task, top in run.top.items()}
    return run


def _next_label(
    model: OnlineModel,
    task: int,
    left: list[Recorded],
    price: float | None,
    *,
    must: bool,
    choose: bool,
) -> Recorded | None:
    """Take the label that comes next out of those left; `None` to stop."""
    if not left:
        return None
    if price is None or (must and not choose):
        return left.pop()
    candidates = [Candidate(row.labeler, row.pool) for row in left]
    worth = model.value_of_more(task, candidates, price, choose=choose)
    if worth.gain <= 0.0 and not must:
        return None
    return left.pop(worth.best) if choose else left.pop()


def _close(of: LabelSet, model: OnlineModel, run: Run, task: int) -> None:
    posterior = model.posterior(task)
    best = int(np.argmax(posterior))
    run.answer[task], run.top[task] = best, float(posterior[best])
    model.close(task)
    if task in run.gold:
        model.gold(task, of.truth[task])
