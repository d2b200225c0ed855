"""The verb `control` names pools, labelers and snapshots that the log doesn't know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import BadValue
from bandit.events import Ask, Pool, Reward
from bandit.learn.brain import Brain
from streams.cli.control import control
from tests.streams.scenes import SETTINGS, events, label, new_log, read, save, task, worker, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

NOT_KNOWN = "poolwise: warning: the model knows no label of labeler"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log with the pools `a` and `b`, a closed one and experts."""
    place = tmp_path / "labels.db"
    log = new_log(place)
    shut = Pool(pool="shut", at=0.0, usd_per_label=0.05, open=False)
    write(log, shut, Pool(pool="experts", at=0.0, usd_per_label=0.6, gold=True))
    log.close()
    return place


def label_tasks(log: EmbeddedLog, *names: str) -> None:
    """Let labelers `w1` and `w2` label tasks."""
    write(log, *(task(name) for name in names))
    with_labels = worker(log, snapshot_every=10**9)
    with_labels.step()
    for _ in range(2):
        asks = events(log, "asks", Ask)
        write(log, *(label(ask, ask.at + 1.0) for ask in asks))
        with_labels.step()
    with_labels.close()


def test_a_pin_to_a_pool_that_the_log_does_not_have_is_refused_and_not_written(path: Path) -> None:
    with pytest.raises(BadValue) as error:
        run(control, path, "--project", "p", "--pin", "crowd")
    assert str(error.value) == (
        "--pin crowd: the log has no such pool, so the project would stop; known: a, b, experts,"
        " shut. Feed its Pool event first"
    )
    with pytest.raises(BadValue, match="did you mean 'shut'"):
        run(control, path, "--project", "p", "--pin", "shud")
    assert run(control, path).output == "No orders in force.\n"


def test_a_pin_to_experts_is_refused(path: Path) -> None:
    with pytest.raises(BadValue, match="--pin experts: a gold pool is asked only for audits"):
        run(control, path, "--project", "p", "--pin", "experts")


def test_a_pin_to_a_closed_pool_is_an_order_with_a_warning(path: Path) -> None:
    answer = run(control, path, "--project", "p", "--pin", "shut")
    assert answer.stdout == "p: asks only pool shut\n"
    assert answer.stderr == (
        "poolwise: warning: pool shut is closed: the project's tasks wait until it opens\n"
    )


def test_a_pin_to_an_open_pool_has_no_warning(path: Path) -> None:
    answer = run(control, path, "--project", "p", "--pin", "a")
    assert (answer.stdout, answer.stderr) == ("p: asks only pool a\n", "")


def test_an_order_for_a_project_without_tasks_is_one_with_a_warning(path: Path) -> None:
    assert run(control, path, "--project", "cats", "--pause").stderr == ""  # no task at all yet
    log = new_log(path)
    write(log, task("t1", project="cats"), task("t2", project="dogs"))
    log.close()
    answer = run(control, path, "--project", "catz", "--pause")
    assert answer.stdout == "catz: paused\n"
    assert answer.stderr == (
        "poolwise: warning: nobody was asked about project catz so far, and none of the newest"
        " tasks is of it; did you mean 'cats'?\n"
    )
    assert run(control, path, "--project", "dogs", "--pause").stderr == ""
    assert run(control, path, "--learning", "--freeze").stderr == ""


def test_a_shadow_of_a_labeler_without_labels_is_an_order_with_a_warning(path: Path) -> None:
    log = new_log(path)
    label_tasks(log, "t1", "t2")
    known = {reward.labeler for reward in events(log, "rewards", Reward)}
    log.close()
    assert known == {"w1", "w2"}
    answer = run(control, path, "--project", "p", "--shadow", "w1", "--shadow", "w9")
    assert answer.stdout == "p: shadowed: w1, w9\n"
    assert answer.stderr.startswith(f"{NOT_KNOWN} w9 in project p")
    assert answer.stderr.endswith("labels to come; known: w1, w2\n")
    assert run(control, path, "--project", "p", "--shadow", "w2").stderr == ""


def test_a_labeler_of_another_project_is_not_known(path: Path) -> None:
    log = new_log(path)
    label_tasks(log, "t1")
    log.close()
    answer = run(control, path, "--project", "q", "--shadow", "w1")
    _, about_labeler = answer.stderr.splitlines()
    assert about_labeler.startswith(f"{NOT_KNOWN} w1 in project q")


def test_labelers_of_the_snapshot_and_of_rewards_after_it_are_known(path: Path) -> None:
    log = new_log(path)
    label_tasks(log, "t1", "t2")
    first = events(log, "rewards", Reward)[0]
    brain = Brain(SETTINGS)
    brain.learn(msgspec.structs.replace(first, labeler="old"))
    save(log, brain.to_bytes(), 1, len(read(log, "rewards")))
    answer = run(control, path, "--project", "p", "--shadow", "old", "--shadow", "w3")
    assert answer.stderr.startswith(f"{NOT_KNOWN} w3 in project p")
    assert answer.stderr.endswith("; known: old\n")
    label_tasks(log, "t3")
    log.close()
    assert run(control, path, "--project", "p", "--shadow", "w1").stderr == ""


def test_a_roll_back_to_a_snapshot_that_is_not_kept_is_refused(path: Path) -> None:
    with pytest.raises(BadValue, match="--roll-back 7: the log has no snapshots yet"):
        run(control, path, "--learning", "--roll-back", 7)
    log = new_log(path)
    for learned in range(2):
        save(log, Brain(SETTINGS).to_bytes(), learned, 0)
    log.close()
    with pytest.raises(BadValue) as error:
        run(control, path, "--learning", "--roll-back", 7)
    assert str(error.value) == (
        "--roll-back 7: no such snapshot is kept, or it is damaged; kept: 1, 0 (their times:"
        f" poolwise tail {path} models)"
    )
    assert run(control, path).output == "No orders in force.\n"


def test_a_roll_back_says_where_to_see_that_it_happened(path: Path) -> None:
    log = new_log(path)
    save(log, Brain(SETTINGS).to_bytes(), 0, 0)
    log.close()
    answer = run(control, path, "--learning", "--roll-back", 0)
    assert answer.output == (
        "model: rolled back to snapshot 0\n"
        "  The process that learns does this within a second or so, and logs rolled_back, or"
        " rollback_refused with the reason.\n"
    )
