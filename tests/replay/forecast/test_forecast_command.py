"""The command `forecast`: what it says first, its JSON, and its likeliest mistakes."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from rich.console import Console

from bandit.events import Control, Pool
from poolwise import main
from replay.forecast.report import ForecastReport
from replay.forecast.show import print_forecast
from replay.forecast.sources.log_events import read_log_events
from tests.replay.forecast.simulated_work import (
    HOUR_S,
    MONDAY,
    arrivals,
    hourly_rate,
    work,
    write_table,
    write_work,
)

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 23


def answer(capfd: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    code = main([str(word) for word in args])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return code, out, err


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two projects; the crowd takes 8 labels an hour, which is too few at noon."""
    cats = arrivals(hourly_rate(24 * DAYS, 6.0), seed=1)
    dogs = arrivals(hourly_rate(24 * DAYS, 1.5), seed=2)
    events = work(cats.tolist(), 1, "cats", (("crowd", 0.8), ("expert", 0.2)))
    events += work(dogs.tolist(), 2, "dogs")
    events.sort(key=lambda event: event.at)
    pools = [
        Pool(pool="crowd", at=0.0, usd_per_label=0.05, capacity_per_hour=8.0),
        Pool(pool="expert", at=0.0, usd_per_label=0.05),
    ]
    controls = [Control(at=0.0, project="cats", usd_total=200.0)]
    return write_work(tmp_path_factory.mktemp("forecast") / "labels.db", events, pools, controls)


@pytest.fixture(scope="module")
def figures(log: Path) -> dict[str, Any]:
    """All figures of the log, as `--json` has them."""
    from click.testing import CliRunner

    from replay.cli.verbs import forecast

    words = [str(log), "--horizon", "24", "--json", "--rate", "crowd=10", "--budget", "60"]
    result = CliRunner().invoke(forecast, words, catch_exceptions=False)
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_every_series_of_projects_and_pools_is_forecast(figures: dict[str, Any]) -> None:
    kinds = {(each["kind"], each["project"], each["pool"]) for each in figures["forecasts"]}
    for project in (None, "cats", "dogs"):
        for kind in ("arrivals", "backlog", "spend", "accuracy", "time_to_verdict"):
            if (kind, project) != ("accuracy", "dogs"):  # some quiet hours of dogs have no verdict
                assert (kind, project, None) in kinds
    for pool in ("crowd", "expert"):
        assert {("asks", None, pool), ("labels", None, pool)} <= kinds
    for each in figures["forecasts"]:
        made = each["forecast"]
        assert len(made["values"]) == len(made["low"]) == len(made["high"]) == 24
        assert made["start_at"] == MONDAY + 86400.0 * DAYS - HOUR_S  # the last hour is only begun


def test_figures_are_near_what_was_simulated(figures: dict[str, Any]) -> None:
    """7.5 tasks an hour on weekdays less the last hour; 80 % right by audits, $.05 a task."""
    by_kind = {e["kind"]: e for e in figures["forecasts"] if not e["project"] and not e["pool"]}
    expected = float(hourly_rate(24 * DAYS + 24, 7.5)[24 * DAYS - 1 : 24 * DAYS + 23].sum())
    arrivals_of_day = by_kind["arrivals"]["total"]
    assert arrivals_of_day["low"] <= expected <= arrivals_of_day["high"]
    assert by_kind["spend"]["total"]["value"] == pytest.approx(0.05 * expected, rel=0.25)
    assert by_kind["accuracy"]["forecast"]["values"][0] == pytest.approx(0.8, abs=0.06)
    assert by_kind["time_to_verdict"]["forecast"]["values"][0] == pytest.approx(120.0, abs=60.0)


def test_shortage_labelers_budgets_and_month_are_planned(figures: dict[str, Any]) -> None:
    pools = {each["pool"]: each for each in figures["pools"]}
    short = pools["crowd"]["shortage"]
    hours = [datetime.fromtimestamp(hour["at"], UTC).hour for hour in short["hours"]]
    assert hours
    assert set(hours) <= set(range(8, 22))
    assert short["after_surge"] >= len(hours)
    assert pools["expert"]["shortage"] is None
    staffed = pools["crowd"]["staffing"]
    assert staffed["labels_per_labeler_hour"] == 10.0
    assert staffed["rate_from"] == "given by --rate"
    assert pools["expert"]["staffing"]["labels_per_labeler_hour"] == pytest.approx(60.0)
    assert all(h["labelers_after_surge"] >= h["labelers"] for h in staffed["hours"])
    assert figures["month"]["month"] == "2026-01"
    whole, cats = figures["budgets"]
    assert (whole["project"], whole["budget_usd"], cats["project"]) == (None, 60.0, "cats")
    per_day = 0.05 * 24 * 7.5 * (5 + 2 * 0.4) / 7.0
    days = (whole["expected_at"] - figures["start_at"]) / 86400.0
    assert days == pytest.approx(60.0 / per_day, rel=0.35)
    assert whole["after_surge_at"] <= whole["expected_at"]


def test_people_read_what_to_do_first(figures: dict[str, Any]) -> None:
    out = StringIO()
    print_forecast(msgspec.convert(figures, ForecastReport), Console(file=out, width=80))
    text = " ".join(out.getvalue().split())
    assert text.index("What to do") < text.index("The next 24 hours") < text.index("All forecasts")
    places = [text.index(" ".join(action.split())) for action in figures["actions"]]
    assert places == sorted(places)
    first = figures["actions"]
    assert any(line.startswith("The budget ($60.00 left) runs out on ") for line in first)
    assert any(line.startswith("Pool crowd is too small in ") for line in first)
    assert any(line.startswith("Staff pool crowd with ") for line in first)
    assert any(line.startswith("2026-01 will cost $") for line in first)
    assert all(len(line) < 330 for line in first)


def test_names_of_pools_are_not_cut_where_there_are_many(figures: dict[str, Any]) -> None:
    report = msgspec.convert(figures, ForecastReport)
    (plan,) = (pool for pool in report.pools if pool.pool == "crowd")
    names = ("crowd", "offshore", "specialist", "trained", "experts")
    many = tuple(msgspec.structs.replace(plan, pool=name) for name in names)
    for pools, title in ((many, "Labelers that each pool needs"), (many[:2], "and the labelers")):
        out = StringIO()
        shown = msgspec.structs.replace(report, pools=pools)
        print_forecast(shown, Console(file=out, width=80))
        text = out.getvalue()
        assert title in text
        (heads,) = (
            line for line in text.splitlines() if line.split()[:1] == ["hour"] and "crowd" in line
        )
        assert heads.split()[-len(pools) :] == [pool.pool for pool in pools]
        assert "from Tue 27 Jan 2026 23:00 UTC on" in text


def test_one_project_alone_is_all_there_is(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answer(capfd, "forecast", log, "--project", "dogs", "--horizon", "6", "--json")
    found = json.loads(out)
    assert code == 0
    assert {each["project"] for each in found["forecasts"]} == {None}
    assert {each["pool"] for each in found["forecasts"]} == {None, "crowd"}


def test_days_are_planned_without_labelers(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answer(capfd, "forecast", log, "--per", "day", "--json")
    found = json.loads(out)
    assert (code, found["per"], found["horizon"], found["pools"]) == (0, "day", 7, [])
    assert "labelers and capacity are planned by hour: --per hour" in found["notes"]


def test_any_table_of_timestamps_is_forecast(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Columns guessed, rows in any order, times in any zone; the same as the same in UTC."""
    times = arrivals(hourly_rate(24 * 21, 5.0), seed=3)
    sorted_ = write_table(tmp_path / "utc.csv", times)
    shuffled = np.random.default_rng(1).permutation(times)
    moved = write_table(tmp_path / "mixed.csv", shuffled + 7200.0, "Arrival Time", zone="+02:00")
    code, out, _ = answer(capfd, "forecast", "--table", sorted_, "--json", "--rate", "20")
    other_code, other, _ = answer(capfd, "forecast", "--table", moved, "--json")
    assert (code, other_code) == (0, 0)
    first, second = json.loads(out), json.loads(other)
    assert first["forecasts"] == second["forecasts"]
    assert first["pools"][0]["staffing"]["hours"]
    assert any("out of order: sorted by time" in note for note in second["notes"])
    assert any(line.startswith("Staff ") for line in first["actions"])


def test_dates_are_counted_by_day_and_amounts_summed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"{datetime.fromtimestamp(MONDAY + 86400.0 * day, UTC):%Y-%m-%d},{amount}"
        for day in range(70)
        for amount in ("$2.50", "1.5" if day % 7 < 5 else "0")
    ]
    (tmp_path / "f.csv").write_text("\n".join(["day,usd", *rows]) + "\n")
    words = ("--table", tmp_path / "f.csv", "--amount", "usd", "--json")
    code, out, _ = answer(capfd, "forecast", *words)
    found = json.loads(out)
    assert (code, found["per"]) == (0, "day")
    assert found["forecasts"][0]["forecast"]["values"][:7] == pytest.approx([4.0] * 5 + [2.5] * 2)


def test_means_are_of_the_hours_that_have_values(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every seventh hour is missing; the others are 5 by day and 2 by night."""
    rows = [
        f"{datetime.fromtimestamp(MONDAY + HOUR_S * hour + 60 * part, UTC).isoformat()},{flow}"
        for hour in range(24 * 12)
        for part, flow in enumerate((4.0, 6.0) if 6 <= hour % 24 < 18 else (1.0, 3.0))
        if hour % 7
    ]
    (tmp_path / "f.csv").write_text("\n".join(["time,flow", *rows]) + "\n")
    words = ("--table", tmp_path / "f.csv", "--average", "flow", "--json", "--horizon", "24")
    code, out, _ = answer(capfd, "forecast", *words)
    made = json.loads(out)["forecasts"][0]
    assert code == 0
    assert made["total"] is None
    assert made["forecast"]["name"] == "flow"
    assert sorted(made["forecast"]["values"])[::23] == pytest.approx([2.0, 5.0], abs=0.2)
    header = "time,flow [l/s]"
    (tmp_path / "f.csv").write_text("\n".join([header, *rows]) + "\n")
    code, out, _ = answer(capfd, "forecast", *words[:3], "flow [l/s]")
    assert code == 0
    assert out.count("flow [l/s]") == 3  # what to do, the next steps, all forecasts


@pytest.mark.slow
def test_two_years_by_the_hour_take_less_than_20_seconds(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Processor time, some 180,000 rows; measured 3 to 4 s."""
    start = MONDAY - 600 * 86400.0
    times = arrivals(hourly_rate(2 * 365 * 24, 12.0), 5, start)
    path = write_table(tmp_path / "two.csv", times[times < MONDAY + 130 * 86400.0])
    begin = time.process_time()
    code, out, _ = answer(capfd, "forecast", "--table", path, "--json", "--horizon", "168")
    assert time.process_time() - begin < 20.0
    assert code == 0
    assert json.loads(out)["forecasts"][0]["forecast"]["fitted_steps"] == 3360


def test_pools_of_a_real_log_are_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The demo's log: its tables are those that a worker writes today."""
    code, _, _ = answer(capfd, "demo", "--tasks", "60", "--dir", tmp_path / "demo")
    events = read_log_events(tmp_path / "demo" / "demo.db")
    assert code == 0
    assert len(events.tasks) == 60
    assert events.pools["trained"].capacity_per_hour is not None
    assert {ask.pool for ask in events.asks} <= set(events.pools)
