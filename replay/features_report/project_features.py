"""The features of one project: its series, how they changed, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from replay.features_report.columns import columns_of
from replay.features_report.drift import drifts
from replay.features_report.figures import (
    FeatureFigures,
    ProjectFeatures,
    described,
    is_useless,
    problem_of,
)
from replay.features_report.importance import importances
from replay.features_report.series import Series, series_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bandit.events import Feature
    from replay.features_report.drift import Drift
    from replay.features_report.importance import Importance, ModelFigures
    from replay.features_report.rows import LabelRow, TaskRow
    from replay.numerics.arrays import Floats

MOST = 100
"""Features of a kind that are looked at; the machine labeler has room for 64 numbers."""
MOST_LABELS = 20_000
"""Labels or tasks that importance rests on, evenly taken: more take longer and change little."""
MOST_CLASSES = 20
CROSSED_POOLS = 0.1
"""Share of the labels from which on a pool has slopes of its own."""
MOST_COLUMNS = 600
FEW = 1.0 - 1e-9


def project_features(
    tasks: Sequence[TaskRow], tell: Callable[[int], None] = lambda _: None
) -> ProjectFeatures:
    """Return the figures of a project's features; `tasks` are in the order of time."""
    rows = np.arange(len(tasks))
    sent, more = series_of([task.features for task in tasks], "task", rows, MOST)
    predicted, _ = series_of([_vectors(task) for task in tasks], "prediction", rows, MOST)
    labels = [(row, label) for row, task in enumerate(tasks) for label in task.labels]
    of_labels = _label_series(labels)
    found = drifts([*sent, *predicted])
    changes = {one.name: drift for one, drift in zip([*sent, *predicted], found, strict=True)}
    usable = [one for one in (*sent, *predicted) if problem_of(one) is None]
    confidence, of_answers = _confidence(tasks, usable, tell)
    quality, of_quality = _quality(labels, usable, of_labels, tell)
    figures = [
        _figures(one, tasks, changes.get(one.name), (quality, of_quality), (confidence, of_answers))
        for one in (*sent, *predicted, *of_labels)
    ]
    return ProjectFeatures(
        project=tasks[0].project,
        tasks=len(tasks),
        labels=len(labels),
        begin=tasks[0].at,
        end=tasks[-1].at,
        quality=quality,
        confidence=confidence,
        features=tuple(figures),
        left_out=more,
    )


def _vectors(task: TaskRow) -> dict[str, Feature]:
    """Return each prediction as the chances of its classes, in the order of their names."""
    return {
        source: tuple(chance for _, chance in sorted(chances.items()))
        for source, chances in task.predictions.items()
    }


def _label_series(labels: Sequence[tuple[int, LabelRow]]) -> list[Series]:
    rows = np.array([row for row, _ in labels], np.int64)
    if not len(rows):
        return []
    every = [label for _, label in labels]
    progress, _ = series_of([one.progress for one in every], "progress", rows, MOST)
    pools, _ = series_of([one.pool_signals for one in every], "pool", rows, MOST)
    labelers, _ = series_of([one.labeler_signals for one in every], "labeler", rows, MOST)
    return [*progress, *pools, *labelers]


def _confidence(
    tasks: Sequence[TaskRow], usable: Sequence[Series], tell: Callable[[int], None]
) -> tuple[ModelFigures | None, dict[str, Importance]]:
    """What a model of the answers loses without each feature of the tasks."""
    answered = _thinned([row for row, task in enumerate(tasks) if task.answers])
    totals: dict[str, float] = {}
    for row in answered:
        for name, share in tasks[row].answers.items():
            totals[name] = totals.get(name, 0.0) + share
    classes = sorted(totals, key=lambda name: -totals[name])[:MOST_CLASSES]
    if len(classes) < 2:
        return None, {}
    targets = np.array(
        [[tasks[row].answers.get(name, 0.0) for name in classes] for row in answered]
    )
    groups = {one.name: columns_of(one)[answered] for one in usable}
    return importances(np.empty((len(answered), 0)), groups, targets, answered, tell)


def _quality(
    labels: Sequence[tuple[int, LabelRow]],
    usable: Sequence[Series],
    of_labels: Sequence[Series],
    tell: Callable[[int], None],
) -> tuple[ModelFigures | None, dict[str, Importance]]:
    """What a model of labels' quality loses without each feature and signal."""
    judged = _thinned([i for i, (_, one) in enumerate(labels) if one.quality is not None])
    if not len(judged):
        return None, {}
    rows = np.array([labels[i][0] for i in judged], np.int64)
    targets = np.array([[labels[i][1].quality or 0.0] for i in judged])
    names = [labels[i][1].pool for i in judged]
    pools = np.column_stack(
        [[float(name == pool) for name in names] for pool in sorted(set(names))]
    )
    groups = {one.name: columns_of(one)[rows] for one in usable}
    shares = pools.mean(axis=0)
    crossed = pools[:, (shares >= CROSSED_POOLS) & (shares < FEW)]
    width = sum(columns.shape[1] for columns in groups.values()) * (1 + crossed.shape[1])
    if crossed.shape[1] > 1 and width <= MOST_COLUMNS:
        groups = {name: _crossed(columns, crossed) for name, columns in groups.items()}
    for one in of_labels:
        if problem_of(one) is None:
            groups[one.name] = columns_of(one)[judged]
    return importances(pools, groups, targets, rows, tell)


def _crossed(columns: Floats, pools: Floats) -> Floats:
    """Return columns, and their products with the pools' indicators."""
    return np.column_stack([columns, *(columns * pool[:, None] for pool in pools.T)])


def _thinned(numbers: Sequence[int]) -> NDArray[np.int64]:
    """Return at most `MOST_LABELS` of the numbers, evenly spread."""
    every = np.array(numbers, np.int64)
    if len(every) <= MOST_LABELS:
        return every
    thin: NDArray[np.int64] = every[np.linspace(0, len(every) - 1, MOST_LABELS).astype(int)]
    return thin


def _figures(
    series: Series,
    tasks: Sequence[TaskRow],
    drift: Drift | None,
    quality: tuple[ModelFigures | None, dict[str, Importance]],
    confidence: tuple[ModelFigures | None, dict[str, Importance]],
) -> FeatureFigures:
    of_task = series.group in {"task", "prediction"}
    problem = problem_of(series) if of_task else None
    known = [is_useless(model, of.get(series.name)) for model, of in (quality, confidence)]
    useless = of_task and problem is None and any(known) and False not in known
    found = FeatureFigures(
        name=series.name,
        group=series.group,
        kind=series.kind,
        coverage=series.coverage,
        distinct=series.distinct,
        values=described(series),
        drift=drift,
        quality=quality[1].get(series.name),
        confidence=confidence[1].get(series.name),
        problem=problem,
        is_useless=useless,
    )
    if drift is None or not drift.changed or drift.since_task is None:
        return found
    at = drift.since_task
    return msgspec.structs.replace(
        found,
        since=tasks[at].at,
        before=described(series, 0, at),
        after=described(series, at),
        missing_before=1.0 - float(series.present[:at].mean()),
        missing_after=1.0 - float(series.present[at:].mean()),
    )
