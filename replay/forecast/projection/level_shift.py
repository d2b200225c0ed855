"""Level shifts: the moment from which a series runs higher or lower than its seasons explain.

ADWIN (Bifet and Gavaldà 2007, SIAM Data Mining, 443-448), as River has it, watches what is left of
a series after level, seasons and autocorrelation. After an alarm, the moment is where a difference
of means is most likely (Hinkley 1970, Biometrika 57(1), 1-17), and all begins anew from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from river import drift

from replay.forecast.models.smoothed_seasons import SmoothedSeasons
from replay.forecast.series.scales import scales_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.forecast.series.series import Series

DELTA = 0.002
"""Chance of a false alarm that ADWIN is set to: its default."""

DAY = 24
"""Steps of a series without seasons in which its autocorrelation is measured."""

FEWEST_AFTER = 8
"""Steps that must have passed since a shift: fewer are an outlier."""


class LevelShift(msgspec.Struct, frozen=True, kw_only=True):
    """When the level changed, and its mean in a whole season or more before and after."""

    at: float
    before: float
    after: float


def last_shift(series: Series) -> LevelShift | None:
    """Return the last level shift of a series, or `None`.

    Examples
    --------
    >>> from replay.forecast.series.series import Series
    >>> rng = np.random.default_rng(1)
    >>> calm = rng.poisson(9.0, 400).astype(float)
    >>> last_shift(Series("a", "tasks", "hour", 0.0, calm, (24,))) is None
    True
    >>> rising = np.concatenate([calm, rng.poisson(18.0, 100)])
    >>> last_shift(Series("a", "tasks", "hour", 0.0, rising, (24,))).at // 86400.0
    16.0
    """
    values = series.values
    if np.isnan(values).all():
        return None
    on_scale = scales_for(values)[-1].to(values)
    begin = 0
    while (alarm := _alarm(on_scale[begin:], series.seasons)) is not None:
        begin += alarm
    if begin == 0 or len(values) - begin < FEWEST_AFTER:
        return None
    return _described(series, begin)


def _alarm(values: NDArray[np.float64], seasons: tuple[int, ...]) -> int | None:
    """Return the step of the first shift, or `None`; the first quarter only teaches the seasons."""
    left = _whitened(_unexplained(values, seasons), seasons[-1])
    warm = max(FEWEST_AFTER, min(len(values) // 4, 2 * seasons[-1]))
    detector: Any = drift.ADWIN(delta=DELTA, clock=1)  # type: ignore[no-untyped-call]  # River has no types here
    for step, value in enumerate(left.tolist()):
        if step < warm or np.isnan(value):
            continue
        detector.update(value)
        if detector.drift_detected:
            return _most_likely(np.nan_to_num(left[: step + 1]), warm)
    return None


def _most_likely(left: NDArray[np.float64], first: int) -> int:
    """Return where the mean changes most likely, between `first` and some steps before the end."""
    steps = len(left)
    at = np.arange(first, max(first + 1, steps - FEWEST_AFTER // 2))
    sums = np.cumsum(left)
    before = sums[at - 1] / at
    after = (sums[-1] - sums[at - 1]) / (steps - at)
    return int(at[np.argmax(np.abs(after - before) * np.sqrt(at * (steps - at)))])


def _described(series: Series, begin: int) -> LevelShift | None:
    """Compare what came since with the same phases of the seasons before."""
    season, values = series.seasons[-1], series.values
    if len(values) - begin < season or begin < season:
        season = series.seasons[0]
    span = max(season, (len(values) - begin) // season * season)
    after = values[begin:][:span]
    span = min(span, begin // season * season) if begin >= season else begin
    before = values[begin - span : begin]
    if not len(before) or np.isnan(before).all() or np.isnan(after).all():
        return None
    return LevelShift(
        at=series.start + begin * series.step_s,
        before=float(np.nanmean(before)),
        after=float(np.nanmean(after)),
    )


def _unexplained(values: NDArray[np.float64], seasons: tuple[int, ...]) -> NDArray[np.float64]:
    """Return what a model of constant level and seasons, all plain means, doesn't foresee."""
    profiles = [(seasons[0], 1)] if seasons[0] > 1 else []
    if len(seasons) > 1:
        profiles.append((seasons[1], seasons[0]))
    model = SmoothedSeasons(profiles, 0.0, 0.0, 0.0)
    left = np.empty(len(values))
    for step, value in enumerate(values.tolist()):
        expected = float(model.forecast(1)[0])
        left[step] = value - expected
        model.learn(expected if np.isnan(value) else value)
    return left


def _whitened(left: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Take out first-order autocorrelation, which ADWIN would take for shifts.

    It is measured within seasons of `season` steps: over the whole, a shift would look like it.
    """
    known = np.nan_to_num(left - np.nanmean(left))
    whole = len(known) // max(season, DAY)
    if whole > 1:
        rows = known[: whole * max(season, DAY)].reshape(whole, -1)
        known = (rows - rows.mean(axis=1, keepdims=True)).ravel()
    total = float(known @ known)
    carried = min(max(float(known[1:] @ known[:-1]) / total, 0.0), 0.95) if total else 0.0
    return left - carried * np.concatenate(([0.0], np.nan_to_num(left[:-1])))
