"""Means of shares are cut to 0 and 1, and it is said; differences are not cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from bandit.events import Decision, Verdict
from poolwise import main
from tests.replay.experiment.arms_writer import simulate_arms, write_test
from tests.replay.task_log.own_log_writer import World, write_log

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

WORLD = World(audit=0.3)


def accuracy_of(report: Any) -> Any:
    return next(row for row in report["differences"] if row["metric"] == "accuracy")


def test_an_estimated_share_is_cut_to_what_shares_can_be(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Audits weigh 1 / their chance: where all of them are right, they may say more than 100 %."""
    events = simulate_arms(WORLD, 300, 2)
    own = {event.task for event in events if isinstance(event, Decision) and event.arm == "new"}
    answers = {
        event.task: event.answer
        for event in events
        if isinstance(event, Verdict) and not event.revision
    }
    right = [
        msgspec.structs.replace(event, answer=answers[event.task])
        if isinstance(event, Verdict) and event.basis == "gold" and event.task in own
        else event
        for event in events
    ]
    write_log(tmp_path / "right.db", right)
    log = str(tmp_path / "right.db")
    assert main(["experiment", "read", log, "--json", "--no-cuped"]) == 0
    report = json.loads(capfd.readouterr().out)
    accuracy = accuracy_of(report)
    assert accuracy["arm_mean"] == 1.0
    assert accuracy["control_mean"] < 1.0
    assert accuracy["difference"]["value"] > 1.0 - accuracy["control_mean"] + 1e-6
    told = (
        "accuracy of new is estimated as more than 100 %, because audits weigh 1 / their chance;"
        " it is cut to 100 %, differences are not"
    )
    assert told in report["notes"]
    assert main(["experiment", "read", log]) == 0
    shown = " ".join(capfd.readouterr().out.split())
    assert told in shown
    assert "Note: agreement is the mean confidence of the answers" in shown
    assert main(["experiment", "plan", log, "--json"]) == 0
    plan = json.loads(capfd.readouterr().out)
    assert all(row["mean"] <= 1.0 for row in plan["variances"] if row["metric"] == "accuracy")


def test_no_share_is_said_to_be_cut_where_none_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = write_test(tmp_path / "t.db", WORLD, 300, 1)
    assert main(["experiment", "read", str(log), "--json"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert accuracy_of(report)["arm_mean"] < 1.0
    assert not [note for note in report["notes"] if "cut" in note]
