"""The models that a backtest chooses from, by the seasons of a series.

Constants are spread evenly over what each model's rates can be; none is fitted to a data set.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from replay.forecast.models.from_river import holt_winters, snarimax
from replay.forecast.models.naive import SeasonalNaive
from replay.forecast.models.recent_seasons import RecentSeasons
from replay.forecast.models.smoothed_seasons import SmoothedSeasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from replay.forecast.models.forecaster import Forecaster

NO_TREND = 1e-6
"""River's Holt-Winters with a season needs a trend; this one doesn't move."""


Profiles = tuple[tuple[int, int], ...]
"""Steps of each season, and of a slot in its profile."""


MOST_FOR_SNARIMAX = 1000
"""Steps from which on SNARIMAX is left out: it takes some 20 times as long as any other model."""


class Candidate(NamedTuple):
    """A model's name, as a report says it, how to make one, and whether scales change nothing."""

    name: str
    make: Callable[[], Forecaster]
    is_order_statistic: bool = False


def naive(season: int) -> Candidate:
    """Return the yardstick of a season."""
    return Candidate(
        "last value" if season == 1 else f"seasonal naive ({season})",
        partial(SeasonalNaive, season),
        is_order_statistic=True,
    )


def candidates(seasons: tuple[int, ...], steps: int) -> list[Candidate]:
    """Return the models for a series of so many steps with these seasons; the naive ones first.

    Examples
    --------
    >>> [model.name for model in candidates((1,), 100)][:2]
    ['last value', 'Holt-Winters (level 0.05)']
    """
    found = [naive(season) for season in seasons]
    if seasons == (1,):
        return [*found, *_levels()]
    for season in seasons:
        found += _recent(season)
    for profiles in _profiles(seasons):
        found += _smoothed(profiles)
    for season in seasons:
        found += _holt_winters(season)
    found += [naive(1), *_levels()]
    return [*found, *_snarimax(seasons[0])] if steps <= MOST_FOR_SNARIMAX else found


def _levels() -> Iterator[Candidate]:
    for level, trend in product((0.05, 0.2, 0.5), (0.0, 0.05)):
        name = f"Holt-Winters (level {level}{f', trend {trend}' if trend else ''})"
        yield Candidate(name, partial(holt_winters, 1, level, trend, 0.0))


def _recent(season: int) -> Iterator[Candidate]:
    for kept, robust in product((4, 8), (False, True)):
        name = f"{'median' if robust else 'mean'} of the last {kept} seasons ({season})"
        make = partial(RecentSeasons, season, kept, robust=robust)
        yield Candidate(name, make, is_order_statistic=robust)


def _profiles(seasons: tuple[int, ...]) -> list[Profiles]:
    """Return what profiles a smoothed model may have: the day; with its days or hours of a week."""
    if len(seasons) == 1:
        return [((seasons[0], 1),)]
    day, week = seasons
    return [((day, 1),), ((day, 1), (week, day)), ((day, 1), (week, 1))]


def _smoothed(seasons: Profiles) -> Iterator[Candidate]:
    shown = "+".join(f"{season}/{slot}" if slot > 1 else str(season) for season, slot in seasons)
    for level, rate, carried in product((0.002, 0.02, 0.1), (0.05, 0.2), (0.0, 0.5, 0.9)):
        name = f"smoothed seasons ({shown}; level {level}, season {rate}, AR {carried})"
        yield Candidate(name, partial(SmoothedSeasons, seasons, level, rate, carried))


def _holt_winters(season: int) -> Iterator[Candidate]:
    for level, trend, rate in product((0.05, 0.2, 0.5), (NO_TREND, 0.02), (0.1, 0.4)):
        rising = f", trend {trend:g}" if trend > NO_TREND else ""
        name = f"Holt-Winters ({season}; level {level}{rising}, season {rate})"
        yield Candidate(name, partial(holt_winters, season, level, trend, rate))


def _snarimax(season: int) -> Iterator[Candidate]:
    for lags, differenced in product((1, 3), (False, True)):
        name = f"SNARIMAX ({season}; {lags} lags{', differenced' if differenced else ''})"
        yield Candidate(name, partial(snarimax, season, lags, 3, differenced=differenced))
