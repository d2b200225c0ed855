"""The demo: through a log, reproducible, and every row from the same market."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest
from rich.console import Console

from bandit.errors import BadValue
from replay.baselines.fixed_settings import FixedSetting
from replay.demo.demo import EXPERT_USD, DemoResult, demo_settings, run_demo
from replay.demo.report import print_report, print_table
from replay.demo.rows import rival_of
from replay.demo.tasks import demo_tasks
from replay.market.tasks import Arrivals
from tests.replay.market.recording import MemoryLog
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path

TASKS, SHORT, SEED = 120, 30, 3


class Run(NamedTuple):
    """A result, and what was told of the tasks that were done."""

    result: DemoResult
    done: list[int]


@pytest.fixture(scope="module")
def ran() -> Run:
    return demo(TASKS)


@pytest.fixture(scope="module")
def result(ran: Run) -> DemoResult:
    return ran.result


def demo(tasks: int) -> Run:
    log = MemoryLog(demo_settings(SEED))
    done: list[int] = []
    return Run(run_demo(log, log, tasks, SEED, done.append), done)


def test_poolwise_comes_first_then_what_teams_do(result: DemoResult) -> None:
    names = [row.name for row in result.rows]
    assert names[:3] == ["poolwise", "poolwise, features shuffled", "5 × crowd, own model"]
    assert [name.split()[0] for name in names[3:8]] == ["3"] * 5
    assert len(names) == len(set(names))
    assert result.tasks == TASKS


def test_the_same_seed_gives_the_same_figures() -> None:
    once, again = (msgspec.json.encode(demo(SHORT).result) for _ in range(2))
    assert once == again


def test_every_row_is_judged_by_the_same_audits(result: DemoResult) -> None:
    counts = {row.accuracy_audited.audits if row.accuracy_audited else 0 for row in result.rows}
    assert len(counts) == 1


def test_poolwise_pays_for_the_audits_that_judge_all_rows(result: DemoResult) -> None:
    ours, _, own, *others = result.rows
    assert own.audit_usd_per_task > 0.0
    assert ours.accuracy_audited is not None
    paid = EXPERT_USD * ours.accuracy_audited.audits / TASKS
    assert ours.audit_usd_per_task == pytest.approx(paid)
    assert ours.usd_per_task > ours.audit_usd_per_task > 0.0
    assert all(row.audit_usd_per_task == 0.0 for row in others)


def test_exploration_has_a_price_of_its_own(result: DemoResult) -> None:
    ours, _, _, *others = result.rows
    assert 0.0 < ours.exploration_usd_per_task < ours.usd_per_task
    assert all(row.exploration_usd_per_task == 0.0 for row in others)
    screen = io.StringIO()
    print_table(result, Console(file=screen, width=200))
    price = f"Exploration cost it an expected ${ours.exploration_usd_per_task:.3f} per task"
    assert price in screen.getvalue()


def test_the_rival_is_a_row_and_as_accurate_as_is_said(result: DemoResult) -> None:
    """Labels that came late make the row's accuracy differ by a task or two of 120."""
    (rival,) = [row for row in result.rows if row.name == result.rival]
    ours = result.rows[0].accuracy_true
    if result.rival_as_accurate:
        assert rival.accuracy_true >= ours - 0.02
    else:
        assert max(row.accuracy_true for row in result.rows[3:]) < ours + 0.02


def test_the_rival_is_the_cheapest_that_is_as_accurate_or_else_the_most_accurate() -> None:
    def setting(pool: str, labels: int, accuracy: float, usd: float) -> FixedSetting:
        rule = "majority" if labels == 1 else "Dawid-Skene"
        return FixedSetting(
            pool=pool, labels_per_task=labels, rule=rule, accuracy=accuracy, usd_per_task=usd
        )

    cheap, good, best = (
        setting("a", 1, 0.7, 0.1), setting("b", 3, 0.9, 0.3), setting("c", 5, 0.95, 0.9)
    )  # fmt: skip
    assert rival_of([best, good, cheap], 0.85) == (good, True)
    assert rival_of([best, good, cheap], 0.6) == (cheap, True)
    assert rival_of([best, good, cheap], 0.99) == (best, False)


def test_progress_counts_each_task_once(ran: Run) -> None:
    assert sum(ran.done) == TASKS


def test_the_title_says_that_the_labelers_are_simulated(result: DemoResult) -> None:
    screen = io.StringIO()
    print_table(result, Console(file=screen, width=120))
    assert "SIMULATED" in screen.getvalue().splitlines()[0]
    assert all(row.name.split(",")[0] in screen.getvalue() for row in result.rows)


def test_the_report_asks_one_question_about_one_task_at_a_time(
    result: DemoResult, tmp_path: Path
) -> None:
    """Of the demo's kind of log: few audits, so dollars for labels and agreement come first."""
    log = write_log(tmp_path / "log", simulate(World(audit=0.05), 400, seed=3))
    screen = io.StringIO()
    print_report(result, str(log), Console(file=screen, width=200))
    said = screen.getvalue()
    assert said.count("deciding one task at a time?") == 1
    assert "Deciding one task at a time, greedy would have paid" in said
    assert "Weak: accuracy is unknown" in said
    assert "earned 0" not in said


def test_the_segments_are_shuffled_by_the_seed() -> None:
    once, again, other = (
        [one.truth for one in demo_tasks(200, Arrivals(), seed)] for seed in (1, 1, 2)
    )
    assert once == again != other
    assert len(set(once)) == 7


def test_more_tasks_than_there_are_is_an_error() -> None:
    with pytest.raises(BadValue, match="1 to 2,310"):
        demo_tasks(2311, Arrivals(), 1)
