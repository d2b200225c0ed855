"""What given labels say: of tasks, of labelers and of pools, by the engine's model of labels.

All labels are learned as the engine learns those of closed tasks (see the concept page "Model of
labels"). Then each task is weighed by all that is known at the end, and so is each of its labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from replay.intervals.wilson import wilson
from replay.weighing.read import Source, read_source
from replay.weighing.weighed_tasks import fitted_model, weighed_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.model import LabelModel
    from replay.recorded.crowd import Crowd

LEVEL = 0.95


@dataclass(frozen=True)
class Weighed:
    """The labels of a table, weighed.

    Parameters
    ----------
    tasks
        A row for each task: `answer`, `confidence` (not calibrated), number of `labels`, and the
        `truth`, `None` where it isn't known.
    labels
        A row for each label: `task`, `labeler`, `pool`, `label`, `at` in seconds since 1970 (NaN if
        unknown), `right`, the chance that it is right by all labels of its task, and `others`, the
        chance of the class that it names by the other labels alone; NaN where there are none.
    labelers
        A row for each labeler: `pool`, number of `labels`, those that others `judged`, and their
        mean chance to be `right` with a 95 % interval, `low` to `high`: agreement, weighed. It is
        called accuracy only where truth says so.
    confusion
        For each pool the chances of its answers (columns) given the class (rows).
    """

    tasks: pd.DataFrame
    labels: pd.DataFrame
    labelers: pd.DataFrame
    confusion: dict[str, pd.DataFrame]


def weigh(
    source: Source,
    *,
    task: str | None = None,
    labeler: str | None = None,
    label: str | None = None,
    pool: str | None = None,
    at: str | None = None,
    truth: str | None = None,
) -> Weighed:
    """Weigh labels that were given already: who is right how often, and what the answers are.

    Parameters
    ----------
    source
        A CSV file with a row for each label, a folder that holds such a file as labels.csv and
        perhaps truth.csv, or a pandas table. Of a labeler's labels of a task the first counts.
    task, labeler, label, pool, at
        Names of columns; by default they are found by their names. Pool and time may be missing.
    truth
        A column with true answers, or a CSV file of them. They aren't learned: they stand beside
        the answers.

    Returns
    -------
    Weighed
        Tables of tasks, labels and labelers, and the confusion of each pool.

    Raises
    ------
    MissingInput, UnknownColumn, BadValue
        If the labels can't be used; the message names the row.

    Examples
    --------
    >>> rows = [(t, who, "yes" if t % 2 else "no") for t in range(40) for who in ("ann", "bob")]
    >>> rows += [(t, "cid", "yes") for t in range(40)]
    >>> found = weigh(pd.DataFrame(rows, columns=["task", "labeler", "label"]))
    >>> found.tasks.answer.head(2).to_list()
    ['no', 'yes']
    >>> found.labelers.right.round(1).to_dict()["cid"] < 0.7
    True
    """
    given = {"task": task, "labeler": labeler, "label": label, "pool": pool, "at": at}
    return weigh_crowd(read_source(source, given, truth))


def weigh_crowd(crowd: Crowd) -> Weighed:
    """Weigh the labels of a recorded crowd."""
    classes = tuple(sorted({row.label for row in crowd.labels}))
    model = fitted_model(crowd, classes)
    tasks, labels = [], []
    for of_task in weighed_tasks(crowd, model, classes):
        task, rows, chances = of_task.task, of_task.rows, of_task.chances
        best = int(chances.argmax())
        truth = crowd.truth.get(task)
        tasks.append((task, classes[best], float(chances[best]), len(rows), truth))
        for place, one in enumerate(rows):
            named = classes.index(one.label)
            apart = np.nan if of_task.without is None else float(of_task.without[place][named])
            at = np.nan if one.at is None else one.at
            chance = float(chances[named])
            labels.append((task, one.labeler, one.pool, one.label, at, chance, apart))
    columns = ["task", "labeler", "pool", "label", "at", "right", "others"]
    of_labels = pd.DataFrame(labels, columns=columns)
    of_tasks = pd.DataFrame(tasks, columns=["task", "answer", "confidence", "labels", "truth"])
    return Weighed(
        of_tasks.set_index("task"),
        of_labels,
        _labelers(of_labels),
        {pool: _confusion(model, classes, pool) for pool in crowd.pools},
    )


def _labelers(labels: pd.DataFrame) -> pd.DataFrame:
    """Return what the labels of each labeler say of them, the busiest first."""
    by = labels.groupby("labeler", sort=False)
    judged = labels[labels.others.notna()].groupby("labeler", sort=False)
    found = pd.DataFrame(
        {"pool": by.pool.agg(lambda pools: pools.mode().iloc[0]), "labels": by.size()}
    )
    found["judged"] = judged.size().reindex(found.index, fill_value=0)
    found["right"] = judged.right.mean()
    bounds = [
        wilson(rate, rate * (1.0 - rate) / n, float(n), LEVEL)[:2] if n else (np.nan, np.nan)
        for rate, n in zip(found.right, found.judged, strict=True)
    ]
    found[["low", "high"]] = np.array(bounds).reshape(-1, 2)
    return found.sort_values("labels", ascending=False, kind="stable")


def _confusion(model: LabelModel, classes: Sequence[str], pool: str) -> pd.DataFrame:
    """Return the chances of a pool's answers given the class."""
    rows = model.chain_weights() @ model.pool_rows(classes, [pool])[0].reshape(2, -1)
    table = rows.reshape(len(classes), len(classes))
    return pd.DataFrame(table, pd.Index(classes, name="class"), pd.Index(classes, name="answer"))
