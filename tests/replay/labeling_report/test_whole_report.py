"""Forecast and live tests in the report: as their own commands say, and never in its way."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from poolwise import main
from replay.experiment.api import read_experiment
from replay.forecast.forecast_log import forecast_events
from replay.forecast.sources.log_events import read_log_events
from replay.forecast.wishes import Wishes
from replay.labeling_report.content.report import whole_report
from replay.labeling_report.content.to_do import to_do
from replay.labeling_report.figures.live_tests import LiveTest
from replay.labeling_report.figures.outlook import Outlook
from replay.labeling_report.page.page import page_text
from replay.labeling_report.read.read_whole import read_whole
from tests.replay.experiment.arms_writer import simulate_arms, write_test
from tests.replay.forecast.simulated_work import PRICE_USD
from tests.replay.labeling_report.planted import CALM, histories
from tests.replay.labeling_report.read_page import ReadPage
from tests.replay.labeling_report.reports import (
    events,
    report_of,
    write_foreseen,
    write_tested,
)
from tests.replay.task_log.own_log_writer import World, write_log

if TYPE_CHECKING:
    from replay.labeling_report.content.report import LabelingReport


def reported(path: Path, project: str | None = None) -> LabelingReport:
    return whole_report(read_whole(path, project))


def text_of(report: LabelingReport) -> str:
    page = ReadPage(page_text(report))
    return " ".join([*page.texts, *(number.text for number in page.numbers)])


@pytest.fixture(scope="module")
def foreseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_foreseen(tmp_path_factory.mktemp("foreseen") / "log.db")


def test_the_forecast_is_that_of_its_command(foreseen: Path) -> None:
    """Three weeks and more: by day for tasks, spend and money."""
    made = reported(foreseen).forecast
    assert made is not None
    log = read_log_events(foreseen)
    days = forecast_events(log, "log.db", "day", Wishes())
    tasks, spend = days.of("arrivals"), days.of("spend")
    assert tasks is not None
    assert spend is not None
    assert (made.per, made.horizon, made.refused) == ("day", days.horizon, None)
    assert (made.tasks, made.usd) == (tasks.total, spend.total)
    ahead = [step for step in made.steps if step.forecast]
    assert tuple(step.tasks for step in ahead) == tasks.forecast.values
    assert tuple(step.usd_high for step in ahead) == spend.forecast.high
    assert [step.forecast for step in made.steps] == sorted(step.forecast for step in made.steps)
    assert days.month is not None
    assert made.month is not None
    assert (made.month.month, made.month.at_end) == ("February 2026", days.month.at_end)
    (budget,) = made.budgets
    assert budget.left_usd == pytest.approx(20.0)
    assert budget.days is not None
    assert days.budgets[0].expected_at == tasks.forecast.start_at + 86_400.0 * budget.days


@pytest.mark.slow
def test_labelers_are_those_of_the_hourly_forecast(foreseen: Path) -> None:
    made = reported(foreseen).forecast
    assert made is not None
    hours = forecast_events(read_log_events(foreseen), "log.db", "hour", Wishes())
    plans = {plan.pool: plan for plan in hours.pools}
    for pool in made.pools:
        staffing, shortage = plans[pool.pool].staffing, plans[pool.pool].shortage
        assert staffing is not None
        assert pool.labelers == staffing.peak.labelers
        assert pool.short_hours == (None if shortage is None else len(shortage.hours))
    assert made.staffed_hours == hours.horizon


def test_what_is_to_be_done_is_a_sixth_sentence(foreseen: Path) -> None:
    report = reported(foreseen)
    assert report.forecast is not None
    (budget,) = report.forecast.budgets
    last = report.summary[-1]
    assert len(report.summary) == 6
    assert f"To act on: the budget of cats runs out {budget.when}; the pool crowd is" in last
    assert f"runs out in {budget.days:.0f} days" in sentence_of(report, "The budget of cats")


@pytest.mark.parametrize("left_usd", [0.0, -5.0, 0.6 * PRICE_USD])
def test_a_budget_that_is_used_up_does_not_run_out_later(tmp_path: Path, left_usd: float) -> None:
    """It was used up before the log's end, or less than a label's price is left of it."""
    report = reported(write_foreseen(tmp_path / "log.db", days=3, left_usd=left_usd))
    assert "the budget of cats is used up" in report.summary[-1]
    assert "runs out" not in page_text(report)
    assert sentence_of(report, "The budget of cats").startswith("The budget of cats is used up (")
    actions = forecast_events(read_log_events(tmp_path / "log.db"), "log.db", "hour", Wishes())
    (line,) = (line for line in actions.actions if "budget" in line)
    assert line.startswith("The budget of cats is used up (")


def sentence_of(report: LabelingReport, begin: str) -> str:
    """A paragraph of the page without its tags."""
    paragraphs = re.findall(r"<p>(.*?)</p>", page_text(report), re.DOTALL)
    plain = [re.sub(r"<[^>]+>", "", text).replace("\N{NO-BREAK SPACE}", " ") for text in paragraphs]
    return next(text for text in plain if text.startswith(begin))


def test_a_long_log_plans_the_busiest_pool_only(tmp_path: Path) -> None:
    log = write_foreseen(tmp_path / "log.db", tasks_per_hour=0.7, days=150)
    made = reported(log).forecast
    assert made is not None
    assert ([pool.pool for pool in made.pools], made.unplanned) == (["crowd"], 1)
    assert "poolwise forecast" in text_of(reported(log))


def test_a_short_log_says_that_it_is_short(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log.db", events(histories(CALM, 30, 1)))
    report = reported(log)
    assert report.forecast is not None
    assert report.forecast.refused is not None
    assert report.tests == ()
    assert len(report.summary) == 5
    said = sentence_of(report, "The log is too short for a forecast")
    assert "whole hours of history, at least 12 are needed" in said
    assert "Experiments" not in ReadPage(page_text(report)).texts


def test_a_live_test_is_read_as_its_command_reads_it(tmp_path: Path) -> None:
    log = write_tested(tmp_path / "log.db", tasks=800)
    (test,) = reported(log).tests
    found = read_experiment(log)
    assert (test.name, test.unit, test.control) == ("pools", "task", "control")
    assert (test.arms, test.differences) == (found.arms, found.differences)
    (one,), (same,) = test.recommendations, found.recommendations
    assert (one.arm, one.action) == (same.arm, same.action)
    assert one.reason.lower() == f"{same.reason}.".lower()
    assert test.tasks == 800
    assert main(test.command.split()[1:]) == 0


def test_a_simulated_market_with_a_test_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arms = "[experiment.arms.control]\nshare = 0.5\n[experiment.arms.lean]\nshare = 0.5\n"
    Path("ab.toml").write_text(
        f'[audit]\nshare = 0.3\n[experiment]\nname = "lean"\n{arms}max_labels = 2\n'
    )
    made = ["simulate", "--market", "demo", "--tasks", "400", "--config", "ab.toml"]
    assert main([*made, "--log", "ab.db"]) == 0
    capfd.readouterr()
    assert main(["report", "ab.db", "--json", "--html", "page.html"]) == 0
    found: dict[str, Any] = json.loads(capfd.readouterr().out)
    (test,) = found["tests"]
    assert [arm["arm"] for arm in test["arms"]] == ["control", "lean"]
    assert {row["metric"] for row in test["differences"]} >= {"net_usd", "accuracy", "usd"}
    texts = ReadPage(Path("page.html").read_text(encoding="utf-8")).texts
    assert test["recommendations"][0]["reason"] in " ".join(texts)
    assert "Test lean" in texts


def test_a_switchback_is_read_by_hour(tmp_path: Path) -> None:
    log = write_test(tmp_path / "log.db", World(audit=0.3), 3000, 1, unit="hour")
    (test,) = reported(log).tests
    assert (test.unit, test.refused) == ("hour", None)
    assert test.command.endswith("--unit hour")


def test_a_test_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    """No arm is called control: the report has no option to name one, the command has."""
    made = [
        msgspec.structs.replace(one, arm="old") if getattr(one, "arm", None) == "control" else one
        for one in simulate_arms(World(audit=0.3), 200, 1)
    ]
    report = reported(write_log(tmp_path / "log.db", made))
    (test,) = report.tests
    assert test.refused == ("which arm is the control? name it: --control new (arms: new, old)")
    assert test.refused in " ".join(ReadPage(page_text(report)).texts)


def test_several_tests_are_read_each_and_the_oldest_are_counted(tmp_path: Path) -> None:
    made = []
    for number in range(4):
        late = 40_000.0 * number
        for one in simulate_arms(World(audit=0.3), 60, number, name=f"test {number}"):
            later = msgspec.structs.replace(one, at=one.at + late, task=f"{one.task}-{number}")
            made.append(later)
    report = reported(write_log(tmp_path / "log.db", made))
    assert [test.name for test in report.tests] == ["test 3", "test 2", "test 1"]
    assert report.more_tests == 1
    assert "Older tests in this log" in text_of(report)


def test_of_one_project_only_the_forecast_is_shown(tmp_path: Path) -> None:
    """A test is of all projects; of a log with one, the option changes nothing."""
    log = write_tested(tmp_path / "log.db")
    report = reported(log, "p1")
    assert report.tests == ()
    assert report.notes == ("live tests are read without --project, for they are of all projects",)


def test_a_pool_that_cannot_be_read_costs_its_capacity_only(tmp_path: Path) -> None:
    log = write_foreseen(tmp_path / "log.db", tasks_per_hour=2.0)
    with sqlite3.connect(log) as db:
        db.execute('UPDATE "pools/0" SET value = ?', (b"{",))
    report = reported(log)
    assert report.forecast is not None
    assert report.forecast.refused is None
    assert all(pool.short_hours is None for pool in report.forecast.pools)
    assert any("a pool or a control can't be read" in note for note in report.notes)


def test_nothing_is_to_be_done_about_calm_work_or_a_test_that_has_ended() -> None:
    shipped = msgspec.structs.replace(
        report_of("tested").tests[0].recommendations[0], action="ship"
    )
    test = LiveTest(name="t", unit="task", command="", refused=None, recommendations=(shipped,))
    calm = Outlook(refused=None)
    assert to_do(calm, ()) == ()
    assert to_do(calm, (test,)) == ()
    running = msgspec.structs.replace(test, runs=True)
    assert to_do(calm, (running,)) == ("To act on: the test t says to ship new.",)
