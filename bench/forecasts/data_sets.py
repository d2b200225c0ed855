"""Series to measure forecasts on: River's two, real arrivals of a crowd, and simulated arrivals."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from replay.forecast.series.series import Series
from replay.forecast.series.steps import grid_of
from replay.market.tasks import Arrivals, arriving
from replay.recorded.table_file import read_table
from replay.recorded.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from bandit.events import Feature

MONDAY = 1_767_571_200.0


def airline() -> Series:
    """Passengers by month; months stand for days, with a season of 12."""
    return Series("airline", "events", "day", 0.0, _column("airline-passengers.csv")[1], (12,))


def water_flow() -> Series:
    """Water flow by hour, with gaps."""
    times, values = _column("water-flow.csv")
    step = np.array([parse_time(time, "water-flow.csv") // 3600.0 for time in times]).astype(int)
    hourly = np.full(step[-1] - step[0] + 1, np.nan)
    hourly[step - step[0]] = values
    return Series("water flow", "events", "hour", 3600.0 * step[0], hourly, (24, 168))


def _column(name: str) -> tuple[list[str], NDArray[np.float64]]:
    with (files("river.datasets") / name).open() as file:
        rows = list(csv.reader(file))[1:]
    return [row[0] for row in rows], np.array([float(row[1]) for row in rows])


def mre_cause(crowd: Path, *, tasks: bool) -> Series:
    """Labels of a recorded crowd, or the first label of each task, by hour; breaks are left out."""
    first: dict[str, float] = {}
    times = []
    for row in read_table(crowd / "mre_cause" / "labels.csv.gz", {"task", "at"}):
        at = parse_time(row.of["at"], "at")
        times.append(at)
        first[row.of["task"]] = min(at, first.get(row.of["task"], at))
    moments = sorted(first.values() if tasks else times)
    grid = grid_of(moments, "hour")
    return grid.series(f"mre_cause, {'tasks' if tasks else 'labels'}", "events", grid.sums(moments))


def known_season(seed: int, weeks: int, tasks_per_hour: float) -> Series:
    """Poisson arrivals with a known day (peak 14:00) and week (a quiet weekend)."""
    hour = np.arange(168 * weeks)
    rate = tasks_per_hour * (1.0 + 0.7 * np.cos(2.0 * np.pi * (hour - 14) / 24.0))
    rate *= np.where(hour // 24 % 7 >= 5, 0.4, 1.0)
    values = np.random.default_rng(seed).poisson(rate).astype(np.float64)
    name = f"day and week, {tasks_per_hour:g}/h, {weeks} weeks"
    return Series(name, "tasks", "hour", MONDAY, values, (24, 168))


def market_season(seed: int, days: int, burst_factor: float = 1.0) -> Series:
    """Arrivals of a market with a day, and bursts of 20 minutes every three hours."""
    arrivals = Arrivals(
        start=MONDAY,
        tasks_per_hour=10.0,
        day_swing=0.6,
        burst_factor=burst_factor,
        burst_every_s=10800.0,
        burst_s=1200.0,
    )
    things: list[tuple[dict[str, Feature], str]] = [({}, "x")] * int(
        days * 24 * 10.0 * (1.0 + (burst_factor - 1.0) / 9.0)
    )
    times = [task.task.at for task in arriving(things, ("x", "y"), arrivals, seed)]
    grid = grid_of(times, "hour")
    name = f"market, day{' and bursts' if burst_factor > 1 else ''}"
    return grid.series(name, "tasks", grid.sums(times))


def all_series(crowd: Path, seed: int) -> Iterator[Series]:
    """Every series; the last of a kind has another seed."""
    yield airline()
    yield water_flow()
    yield mre_cause(crowd, tasks=True)
    yield mre_cause(crowd, tasks=False)
    for number, (weeks, rate) in enumerate([(4, 8.0), (8, 8.0), (16, 8.0), (16, 1.0), (16, 60.0)]):
        yield known_season(seed + number, weeks, rate)
    yield market_season(seed, 28)
    yield market_season(seed, 28, burst_factor=8.0)
