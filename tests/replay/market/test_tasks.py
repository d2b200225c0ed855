"""Tasks arrive at the rate that is said, of the classes that are said, with features that tell."""

from __future__ import annotations

from collections import Counter
from statistics import fmean

import pytest

from replay.market.tasks import Arrivals, made_tasks

DAY_S = 86400.0


def test_a_constant_rate_is_kept() -> None:
    """Of 3,000 arrivals the mean gap has a standard error of 1.8 %."""
    made = made_tasks(3000, Arrivals(tasks_per_hour=90.0), 1)
    hours = (made[-1].task.at - made[0].task.at) / 3600.0
    assert len(made) / hours == pytest.approx(90.0, rel=0.08)


def test_bursts_come_at_their_times_with_their_factor() -> None:
    arrivals = Arrivals(burst_factor=6.0, burst_every_s=7200.0, burst_s=1200.0)
    made = made_tasks(3000, arrivals, 1)
    within = fmean(one.task.at % 7200.0 < 1200.0 for one in made)
    assert within == pytest.approx(6.0 / (6.0 + 5.0), abs=0.05)


def test_days_are_busier_than_nights() -> None:
    made = made_tasks(4000, Arrivals(day_swing=0.8), 1)
    hours = [one.task.at % DAY_S / 3600.0 for one in made]
    day = sum(11 <= hour < 17 for hour in hours)
    night = sum(hour < 5 or hour >= 23 for hour in hours)
    assert day > 3 * night


def test_arrivals_are_in_the_order_of_time() -> None:
    made = made_tasks(500, Arrivals(day_swing=0.5, burst_factor=0.2), 1)
    times = [one.task.at for one in made]
    assert times == sorted(times)


def test_classes_are_as_frequent_as_their_weights() -> None:
    """Standard error of a share of 2,000: at most .011."""
    made = made_tasks(2000, Arrivals(), 1, classes=3, class_weights=(7.0, 2.0, 1.0))
    count = Counter(one.truth for one in made)
    shares = [count[name] / 2000 for name in made[0].task.classes]
    assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.04)


def test_hints_are_right_as_often_as_they_are_said_to_be() -> None:
    for hinted in (0.0, 0.4, 1.0):
        made = made_tasks(1000, Arrivals(), 1, hinted_share=hinted)
        right = fmean(
            one.task.features["source"] == f"feed-{one.task.classes.index(one.truth)}"
            for one in made
        )
        assert right == pytest.approx(hinted + (1.0 - hinted) / 4, abs=0.05)
