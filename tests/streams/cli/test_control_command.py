"""The verb `control`: orders are given, shown and lifted, and none is lifted by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.errors import BadValue
from streams.cli.control import control
from tests.streams.scenes import new_log
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path


NOTHING_SPENT = "  spent: $0.00 of $50.00 today (UTC)\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "labels.db"
    new_log(place).close()
    return place


def shown(path: Path, *words: object) -> str:
    """Return what the command prints, but for warnings."""
    answer = run(control, path, *words)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_a_scope_without_an_order_shows_its_orders_and_changes_nothing(path: Path) -> None:
    cats = shown(path, "--project", "cats", "--pause", "--usd-per-day", 50, "--why", "bad data")
    assert cats == "cats: paused, at most $50 per day (bad data)\n"
    model = shown(path, "--learning", "--freeze")
    for _ in range(2):
        assert shown(path, "--project", "cats") == cats + NOTHING_SPENT
        assert shown(path, "--learning") == model
    assert shown(path, "--project", "dogs") == "No orders in force for project dogs.\n"
    assert shown(path) == model + cats + NOTHING_SPENT


def test_cancel_lifts_all_orders_of_its_scope_and_no_others(path: Path) -> None:
    assert shown(path, "--learning") == "No orders in force for the model.\n"
    shown(path, "--project", "cats", "--pause")
    shown(path, "--project", "dogs", "--pin", "a")
    shown(path, "--learning", "--freeze")
    assert shown(path, "--project", "cats", "--cancel") == "cats: no order\n"
    assert shown(path, "--learning", "--cancel", "--why", "mended") == "model: no order (mended)\n"
    assert shown(path) == "dogs: asks only pool a\n"


@pytest.mark.parametrize("guess", ["--resume", "--unpause", "--unfreeze", "--unpin"])
def test_who_looks_for_the_option_that_undoes_an_order_is_told_of_cancel(
    path: Path, guess: str
) -> None:
    answer = run(control, path, "--project", "cats", guess)
    assert answer.exit_code == 2
    assert f"No such option '{guess}'; to lift all orders, use --cancel." in answer.output
    assert "Did you mean" not in answer.output
    assert "(Did you mean one of: '--freeze'" in run(control, path, "--freze").output


def test_an_order_that_is_not_repeated_is_lifted(path: Path) -> None:
    shown(path, "--project", "cats", "--pause")
    shown(path, "--project", "cats", "--usd-per-day", 50)
    assert shown(path) == "cats: at most $50 per day\n" + NOTHING_SPENT


def test_budgets_of_an_hour_of_a_day_and_in_all_hold_together(path: Path) -> None:
    words = ("--usd-total", 1_234_567.5, "--usd-per-hour", 2.5, "--usd-per-day", 50)
    order = "cats: at most $2.5 per hour, at most $50 per day, at most $1,234,567.5 in all\n"
    assert shown(path, "--project", "cats", *words) == order
    spent = "$0.00 of $2.50 this hour, $0.00 of $50.00 today (UTC), $0.00 of $1,234,567.50 in all"
    order += f"  spent: {spent}\n"
    assert shown(path) == order
    with pytest.raises(BadValue, match=r"usd_total -1.0: must be between 0 and 1e\+12"):
        run(control, path, "--project", "cats", "--usd-total", -1)
    assert shown(path) == order


def test_the_mode_of_the_machine_labeler_is_offered_kept_and_shown(path: Path) -> None:
    assert "--machine [on|frozen|off]" in run(control, "--help").output
    shown(path, "--project", "cats", "--machine", "frozen")
    shown(path, "--project", "dogs", "--machine", "off", "--pause")
    assert shown(path) == "cats: machine labeler frozen\ndogs: paused, machine labeler off\n"
    shown(path, "--project", "cats", "--cancel")
    assert shown(path, "--project", "cats") == "No orders in force for project cats.\n"


def test_shadowed_labelers_stay_so_whatever_else_is_ordered(path: Path) -> None:
    shown(path, "--project", "cats", "--usd-per-day", 50, "--why", "budget")
    both = shown(path, "--project", "cats", "--shadow", "ann", "--shadow", "bob")
    assert both == "cats: at most $50 per day, shadowed: ann, bob (budget)\n"
    shown(path, "--project", "cats", "--shadow", "ann", "--shadow", "eve", "--why", "copies")
    cats = "cats: at most $50 per day, shadowed: ann, bob, eve (copies)\n"
    assert shown(path) == cats + NOTHING_SPENT
    shown(path, "--project", "cats", "--pause", "--unshadow", "bob")
    assert shown(path) == "cats: paused, shadowed: ann, eve\n"
    shown(path, "--project", "dogs", "--shadow", "ann")
    with pytest.raises(BadValue, match="--unshadow bob: not shadowed in project 'cats'"):
        run(control, path, "--project", "cats", "--unshadow", "bob")
    shown(path, "--project", "cats", "--cancel")
    assert shown(path) == "dogs: shadowed: ann\n"
    with pytest.raises(BadValue, match=r"--unshadow bob: not shadowed in project 'cats'$"):
        run(control, path, "--project", "cats", "--unshadow", "bob")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--shadow", "ann"], "Missing option '--project' or '--learning'"),
        (["--learning", "--shadow", "ann"], "--shadow and --unshadow belong to a project"),
        (["--project", "cats", "--cancel", "--shadow", "ann"], "--cancel lifts all orders"),
        (["--cancel"], "Missing option '--project' or '--learning'"),
        (["--pause"], "Missing option '--project' or '--learning'"),
        (["--project", "cats", "--cancel", "--pause"], "--cancel lifts all orders"),
        (["--project", "cats", "--why", "bad data"], "--why needs an order"),
        (["--project", "cats", "--learning"], "cannot be used together"),
        (["--reset-clock", "--project", "cats"], "applies to all partitions"),
        (["--reset-clock", "--cancel"], "--reset-clock"),
        (["--machine", "off"], "Missing option '--project' or '--learning'"),
        (["--machine", "sometimes", "--project", "cats"], "is not one of"),
    ],
)
def test_words_that_do_not_go_together_are_refused(
    path: Path, words: list[str], complaint: str
) -> None:
    answer = run(control, path, *words)
    assert answer.exit_code == 2
    assert complaint in " ".join(answer.output.split())
    assert shown(path) == "No orders in force.\n"
