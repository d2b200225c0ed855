"""The front holds what no other setting beats, and turning a dial moves the figure it is about."""

from __future__ import annotations

import io
from statistics import fmean
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bandit.settings import ProjectSettings, Settings
from replay.market_file.build import resized
from replay.market_file.pareto import ParetoFront, ParetoPoint, pareto_front, with_front
from replay.market_file.pareto_report import print_front
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from collections.abc import Sequence

numbers = st.integers(0, 3).map(float)
points = st.builds(
    ParetoPoint,
    value_usd=numbers,
    delay_usd_per_hour=numbers,
    accuracy=numbers,
    usd_per_task=numbers,
    delay_s_median=numbers,
    delay_s_p95=numbers,
)


def losses(point: ParetoPoint) -> Sequence[float]:
    return -point.accuracy, point.usd_per_task, point.delay_s_p95


def weakly_better(one: ParetoPoint, other: ParetoPoint) -> bool:
    return all(a <= b for a, b in zip(losses(one), losses(other), strict=True))


@given(st.lists(points, min_size=1, max_size=12))
def test_whatever_is_off_the_front_is_beaten_by_something_on_it(given: list[ParetoPoint]) -> None:
    marked = with_front(given)
    front = [point for point in marked if point.on_front]
    assert front
    assert [msgspec.structs.replace(point, on_front=False) for point in marked] == given
    for point in marked:
        better = [
            one for one in front if weakly_better(one, point) and losses(one) != losses(point)
        ]
        assert bool(better) != point.on_front


@pytest.fixture(scope="module")
def front() -> ParetoFront:
    spec = resized(read_market("scarce"), 150)
    settings = Settings(seed=2, projects={"simulated": ProjectSettings(target_accuracy=0.8)})
    return pareto_front(spec, settings, values=(0.04, 5.0), delay_prices=(0.0, 1.0))


def test_dearer_answers_are_better_and_dearer_waiting_is_shorter(front: ParetoFront) -> None:
    """Hundredfold values, and waiting at nothing or an answer's worth an hour."""
    of = {(point.value_usd, point.delay_usd_per_hour): point for point in front.points}
    cheap, dear = (
        [point for (value, _), point in of.items() if value == wanted] for wanted in (0.2, 25.0)
    )
    assert fmean(p.accuracy for p in dear) > fmean(p.accuracy for p in cheap) + 0.1
    assert fmean(p.usd_per_task for p in dear) > fmean(p.usd_per_task for p in cheap)
    assert of[0.2, 5.0].delay_s_median < of[25.0, 0.0].delay_s_median


def test_the_cheapest_comes_first_and_is_on_the_front(front: ParetoFront) -> None:
    usd = [point.usd_per_task for point in front.points]
    assert usd == sorted(usd)
    assert front.points[0].on_front


def test_the_table_says_how_many_runs_of_how_many_tasks(front: ParetoFront) -> None:
    screen = io.StringIO()
    print_front(front, Console(file=screen, width=200))
    assert "4 runs of the same 150 tasks, seed 2." in screen.getvalue()
    assert screen.getvalue().count("yes") == sum(point.on_front for point in front.points)
