"""The quality of answers is called accuracy only where audits corrected it, and said what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from replay.forecast.forecast_log import forecast_events
from replay.forecast.sources.log_events import read_log_events
from replay.forecast.sources.log_series import FEWEST_AUDITS
from replay.forecast.wishes import Wishes
from tests.replay.forecast.simulated_work import MONDAY, work, write_work

if TYPE_CHECKING:
    from pathlib import Path

    from replay.forecast.report import ForecastReport

KINDS = {"accuracy", "agreement"}


def forecast(path: Path, *tasks_an_hour: tuple[str, int]) -> ForecastReport:
    """Forecast a log of two days with so many tasks an hour of each project; 10 % are audited."""
    events = []
    for seed, (name, rate) in enumerate(tasks_an_hour):
        times = MONDAY + np.arange(48 * rate) * 3600.0 / rate
        events += work(times.tolist(), seed, name)
    write_work(path, sorted(events, key=lambda event: event.at))
    return forecast_events(read_log_events(path), str(path), "hour", Wishes(horizon=6))


def qualities(report: ForecastReport) -> dict[str | None, tuple[str, str]]:
    return {
        each.project: (each.kind, each.forecast.name)
        for each in report.forecasts
        if each.kind in KINDS and each.pool is None
    }


def test_without_enough_audits_it_is_agreement(tmp_path: Path) -> None:
    """Some 10 audits of 96 tasks: the confidence of .9 stays as it is."""
    report = forecast(tmp_path / "few.db", ("cats", 2))
    assert qualities(report) == {None: ("agreement", "agreement")}
    made = report.of("agreement")
    assert made is not None
    assert made.forecast.values[0] == pytest.approx(0.9, abs=1e-9)
    (note,) = (note for note in report.notes if "agreement" in note)
    assert note == (
        "agreement is the mean confidence of the answers; accuracy is unknown with fewer than"
        f" {FEWEST_AUDITS} audits"
    )


def test_with_enough_audits_it_is_accuracy_for_whom_they_are_of(tmp_path: Path) -> None:
    """Some 96 audits of cats, 10 of dogs; 80 % are right where a confidence of .9 is given."""
    report = forecast(tmp_path / "many.db", ("cats", 20), ("dogs", 2))
    assert qualities(report) == {
        None: ("accuracy", "accuracy"),
        "cats": ("accuracy", "accuracy of cats"),
        "dogs": ("agreement", "agreement of dogs"),
    }
    made = report.of("accuracy", "cats")
    assert made is not None
    assert made.forecast.values[0] == pytest.approx(0.8, abs=0.12)
    notes = [note for note in report.notes if "mean confidence" in note]
    assert len(notes) == 2
    assert notes[0] == "accuracy is the mean confidence of the answers, corrected by audits"
