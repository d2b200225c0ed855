"""Figures of one feature or signal, and what follows from them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from replay.features_report.drift import Drift
from replay.features_report.importance import Importance, ModelFigures

if TYPE_CHECKING:
    from replay.features_report.series import Series

TRIFLE = 0.02
"""Share of what all features tell below which one counts as useless: no decision turns on it."""
LITTLE = 0.005
"""The same as a share of a model's error: of little that all tell, 2 % is nothing."""
SHOWN_TEXTS = 3
EMPTY = "(empty)"


class FeatureFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A feature or signal: where it is known, what it is like, how it changed, what it is worth.

    `coverage` is the share of the tasks (or labels) that have it. `before` and `after` describe its
    values on both sides of a change that was found, at `since`; `missing_before` and
    `missing_after` are the shares of tasks without it. `problem` says why nothing can be learned
    from it, and `is_useless` whether it tells nothing, alone or beside the others.
    """

    name: str
    group: str
    kind: str
    coverage: float
    distinct: int
    values: str
    drift: Drift | None = None
    since: float | None = None
    before: str | None = None
    after: str | None = None
    missing_before: float | None = None
    missing_after: float | None = None
    quality: Importance | None = None
    confidence: Importance | None = None
    problem: str | None = None
    is_useless: bool = False


class ProjectFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """All features and signals of a project, and the two models that they serve.

    `quality` is the chance that a label is right, `confidence` that of the answers; `None` where
    there is too little to learn from. `left_out` counts features beyond the most frequent ones.
    """

    project: str
    tasks: int
    labels: int
    begin: float
    end: float
    quality: ModelFigures | None
    confidence: ModelFigures | None
    features: tuple[FeatureFigures, ...]
    left_out: int = 0


class FeaturesReport(msgspec.Struct, frozen=True, kw_only=True):
    """The features of all projects of a log; `advice` is what to do, the most important first."""

    log: str
    advice: tuple[str, ...]
    projects: tuple[ProjectFeatures, ...]
    notes: tuple[str, ...] = ()


def described(series: Series, begin: int = 0, end: int | None = None) -> str:
    """Describe the values of some of a series: median and deciles, or the most frequent texts.

    Examples
    --------
    >>> from replay.features_report.series import Series
    >>> texts = ("en", "en", "de", None)
    >>> described(Series("lang", "task", "text", texts, np.arange(4)))
    'en 67 %, de 33 %'
    """
    part = slice(begin, end)
    if series.kind == "text":
        counts = Counter(text for text in series.texts[part] if text is not None)
        total = counts.total()
        if series.is_id:
            return f"{len(counts):,} texts"
        top = counts.most_common(SHOWN_TEXTS)
        shown = [f"{text[:12] or EMPTY} {100 * count / total:.0f} %" for text, count in top]
        return ", ".join(shown) or "–"
    if series.kind == "vector":
        return f"{series.numbers.shape[1]} numbers"
    known = series.numbers[part]
    known = known[~np.isnan(known)]
    if not len(known):
        return "–"
    low, middle, high = np.quantile(known, (0.1, 0.5, 0.9))
    return f"{middle:.3g} ({low:.3g}, {high:.3g})"


def problem_of(series: Series) -> str | None:
    """Return why nothing can be learned from a series, if that is plain to see."""
    if series.distinct + (not series.present.all()) < 2:
        return "it is the same in every task"
    if series.is_id:
        return "nearly every task has a text of its own, as an id has"
    return None


def is_useless(model: ModelFigures | None, importance: Importance | None) -> bool | None:
    """Whether a feature surely tells a model next to nothing, alone and beside the others.

    `None` where there is no model: then nothing can be told.
    """
    if model is None:
        return None
    if (
        importance is None
    ):  # the features tell nothing for sure; is that because there are few rows?
        return model.told.high <= LITTLE * model.error
    most = max(TRIFLE, LITTLE * model.error / model.told.value)
    return max(importance.lost.high, importance.alone.high) <= most
