"""What an answer on our own log estimates: named wherever it is printed, and never overstated."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from rich.console import Console

from bandit.errors import BadValue
from replay import compare, evaluate
from replay.report.json_output import as_json_text
from replay.report.page.page import page_text
from replay.report.terminal.report import print_report
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation

TARGETS = ("greedy", "uniform", "always:a", "mix:0.3:uniform")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    return write_log(folder / "log", simulate(World(flattery=0.05, audit=0.2), 500, seed=3))


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 3,000 tasks, all of them audited."""
    folder = tmp_path_factory.mktemp("audited")
    return write_log(folder / "log", simulate(World(flattery=0.05, audit=1.0), 3_000, seed=3))


def printed(answer: Evaluation) -> str:
    screen = io.StringIO()
    print_report(answer, "log", Console(file=screen, width=1000))
    return screen.getvalue()


@pytest.mark.parametrize("target", TARGETS)
def test_every_form_of_an_answer_names_its_estimand(target: str, log: Path) -> None:
    answer = evaluate(log, target=target)
    assert answer.estimand == "single_task"
    assert json.loads(as_json_text(answer))["estimand"] == "single_task"
    assert answer.money is not None
    assert answer.money.headline.startswith(f"Deciding one task at a time, {target} would have")
    page = page_text(answer, "poolwise evaluate log", "log")
    for text in (printed(answer), page, str(answer), repr(answer)):
        assert "one task at a time" in text
    for text in (printed(answer), page):
        assert "A live run of the target learns from its own choices" in text


def test_what_was_logged_and_tables_have_other_estimands(log: Path, tmp_path: Path) -> None:
    assert evaluate(log, target="logging").estimand == "logged"
    asks = write_log(tmp_path / "asks", simulate(World(stops=False), 300, seed=2))
    answer = evaluate(asks)
    assert answer.estimand == "single_ask"
    assert "one ask at a time" in printed(answer)
    assert str(answer).startswith("Deciding one ask at a time, uniform would have earned")
    few = evaluate(write_log(tmp_path / "few", simulate(World(), 30, seed=1)))
    assert few.refused
    assert "would have earned, deciding one task at a time: " in str(few)


def test_what_exploring_cost_is_not_answered_from_one_log(log: Path) -> None:
    said = printed(evaluate(log, target="greedy"))
    assert said.split("\n\n")[0].endswith("and never explores.")
    assert "This is not what exploring cost" in said
    assert "poolwise simulate" in said
    assert "A/B test" in said
    assert "not what exploring cost" not in printed(evaluate(log, target="uniform"))


def test_no_headline_rests_on_accuracy_that_is_known_to_more_than_two_points(log: Path) -> None:
    """The sentence has dollars for labels and confidence; the check is weak and has the width."""
    answer = evaluate(log, target="mix:0.8:uniform")
    assert answer.money is not None
    half_width = answer.money.whole.audits.half_width
    assert half_width is not None
    assert half_width > 0.02
    first = printed(answer).split("\n\n")[1]
    assert "earned" not in first
    assert "for labels; the mean confidence" in first
    assert "accuracy changes" not in first
    assert f"Weak: the change in accuracy is known to ±{100 * half_width:.1f} points only" in first
    assert answer.verdict.startswith("weak: ")
    assert f"accuracy is known to ±{100 * half_width:.1f} points only" in answer.verdict
    assert "Total value per task (worth of the answer less label costs): $" in printed(answer)
    assert "More than was logged" not in page_text(answer, "command", "log")


def test_a_target_near_the_log_has_accuracy_in_its_headline(audited: Path) -> None:
    """Three decisions in ten at random: known to less than three tenths of two points."""
    answer = evaluate(audited, target="mix:0.3:uniform")
    assert answer.money is not None
    assert answer.money.accuracy_known
    assert "would have earned" in str(answer)
    assert "accuracy changes by" in str(answer)
    assert answer.verdict == "good"


def test_no_share_of_a_mixture_makes_audits_say_more(log: Path) -> None:
    """Effect and interval shrink alike: the limit shrinks with them."""
    for share in ("0.02", "0.1", "0.3"):
        answer = evaluate(log, target=f"mix:{share}:uniform")
        assert answer.money is not None
        assert not answer.money.accuracy_known


def test_a_mixture_of_nearly_nothing_is_the_log_and_of_nearly_all_the_target(log: Path) -> None:
    found = compare(log, targets=["mix:1e-9:uniform", "mix:0.999999999:uniform", "uniform"])
    least, most, whole = found.evaluations
    assert [one.value for one in least.estimates[:2]] == pytest.approx([least.logging.value] * 2)
    assert most.value == pytest.approx(whole.value, abs=1e-6)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("mix:0:uniform", "SHARE is '0', must be between 0 and 1"),
        ("mix:half:uniform", "SHARE is 'half'"),
        ("mix:0.2:logging", "TARGET must be uniform, greedy or always:ACTION"),
        ("mix:0.2:always:zebra", "no such action"),
    ],
)
def test_mixtures_that_make_no_sense_are_refused(target: str, why: str, log: Path) -> None:
    with pytest.raises(BadValue, match=why):
        evaluate(log, target=target)


def test_mixtures_are_of_our_own_log_alone() -> None:
    table = {"action": ["a", "b"] * 50, "reward": [1, 0] * 50, "propensity": [0.5] * 100}
    with pytest.raises(BadValue, match="is for poolwise's own logs"):
        evaluate(pa.table(table), target="mix:0.2:uniform")


def test_comparisons_show_no_gain_that_rests_on_unknown_accuracy(audited: Path) -> None:
    """Their differences are in the JSON, with their intervals; no sentence says that one earns."""
    found = compare(audited, targets=["greedy", "mix:0.3:greedy", "mix:0.3:uniform"])
    known = [one.money is not None and one.money.accuracy_known for one in found.evaluations]
    assert known == [False, False, True]
    assert found.differences[0].estimate is not None
    screen = io.StringIO()
    print_report(found, "log", Console(file=screen, width=200))
    page = page_text(found, "command", "log")
    for text in (screen.getvalue(), page):
        assert "earns more than" not in text
        assert "mix:0.3:greedy earns" not in text
    assert "mix:0.3:uniform earns" in page


def test_slices_show_labels_saved_where_accuracy_is_not_known(tmp_path: Path) -> None:
    events = simulate(World(audit=0.05), 400, seed=3)
    answer = evaluate(write_log(tmp_path / "log", events), target="mix:0.3:uniform", by=["project"])
    assert "accuracy unknown" in printed(answer)
    assert "label cost saved, $ per 1,000" in printed(answer)
