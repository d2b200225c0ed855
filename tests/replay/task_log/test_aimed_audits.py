"""Our own log with audits that prefer unsure verdicts: each counts 1 / its chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from bandit.errors import BadValue
from bandit.events import Verdict
from replay import evaluate
from replay.task_log.recalibration import Recalibration
from tests.replay.task_log.own_log_writer import (
    World,
    always_a_pmf,
    simulate,
    true_value,
    write_log,
)
from tests.replay.task_log.plain_log import Events, audited, money, parts, plain_task

if TYPE_CHECKING:
    from pathlib import Path

LOGGED = 0.833223
GAIN = 0.91728 - LOGGED
"""Share of right answers of `always:a` less that of the log, from the tree of all histories."""


def test_gains_are_true_where_the_confidence_is_not(tmp_path: Path) -> None:
    """Confidences are 8 points too high; 16 logs of 600 tasks, a third audited.

    Means within 4 standard errors: a false alarm of 1e-3 by t of 15 degrees of freedom for each of
    the gain and what was logged. At least 12 of 16 intervals hold the gain: 9e-4 at .95.
    """
    gains, logged = [], []
    for seed in range(16):
        events = simulate(World(flattery=0.08, audit=0.5, aimed=True), 600, seed)
        accuracy = parts(money(tmp_path / "log", events).whole)["accuracy"]
        gains.append(accuracy.gain)
        logged.append(accuracy.logged)
    for away in (np.array([gain.value for gain in gains]) - GAIN, np.array(logged) - LOGGED):
        assert abs(away.mean()) < 4 * away.std(ddof=1) / 4
    assert sum(gain.low <= GAIN <= gain.high for gain in gains) >= 12


def test_values_hold_the_truth_with_few_audits(tmp_path: Path) -> None:
    """Of 600 tasks some 20 to 30 are audited, confidences are 8 points too high; 20 logs.

    At a coverage of .95 fewer than 15 of 20 has a chance of 3e-4, for each of 4 estimators.
    """
    world = World(flattery=0.08, audit=0.05, aimed=True)
    truth = true_value(world, always_a_pmf)
    held = np.zeros(4)
    for seed in range(20):
        path = write_log(tmp_path / "log", simulate(world, 600, seed))
        answer = evaluate(path, target="always:a")
        held += [one.low <= truth <= one.high for one in answer.estimates or answer.withheld]
        path.unlink()
    assert held.min() >= 15


@pytest.mark.slow
def test_aimed_audits_go_further_than_even_ones(tmp_path: Path) -> None:
    """As how many even audits alone an audit is, 16 logs each of 1,500 tasks, a fifth audited.

    Measured over other logs: 1.26 with a deviation of .10 a log, even 1.16 with .06; so a mean
    difference below 0 has a chance of 5e-4.
    """
    further = {True: 0.0, False: 0.0}
    for aimed in further:
        for seed in range(16):
            events = simulate(World(audit=0.2, aimed=aimed), 1500, seed)
            audits = money(tmp_path / "log", events, "uniform").whole.audits
            assert audits.alone is not None
            further[aimed] += audits.alone / audits.gold
    assert further[True] > further[False]


def test_the_proxy_is_of_all_tasks_whichever_audits_prefer() -> None:
    """Of the sure .5 are right, of the unsure all, which are audited ten times as often.

    Half of the tasks are either: .75 are right, and without weights it would seem to be .95.
    """
    weighed = Recalibration()
    for number in range(1100):
        sure = number % 11 == 0
        right = number % 2 == 0 or not sure
        weighed.receive(f"t{number}", 0.8, right=right, weight=10.0 if sure else 1.0)
    assert weighed.proxy("new", 0.8) == pytest.approx(0.75, abs=0.02)


def test_the_answer_of_the_first_verdict_is_the_audited_one(tmp_path: Path) -> None:
    """A label that came late changed the answer, and gold confirms it: the audit found no."""
    events: Events = []
    for number in range(300):
        *decided, given = plain_task(number)
        assert isinstance(given, Verdict)
        task = audited([*decided, given], "no", 1.0)
        late = msgspec.structs.replace(given, revision=1, at=given.at + 1, answer="no", usd=0.5)
        gold = msgspec.structs.replace(late, revision=2, at=given.at + 5, basis="gold")
        events += [*task[:-1], late, gold]
    found = parts(money(tmp_path / "log", events, "logging").whole)
    assert found["accuracy"].logged == pytest.approx(0.0, abs=1e-9)
    assert found["usd"].logged == pytest.approx(0.5)  # the late label is paid all the same


def test_a_verdict_by_gold_is_right_and_no_audit(tmp_path: Path) -> None:
    """Half of the verdicts rest on gold; audits of the others find all wrong."""
    events: Events = []
    for number in range(400):
        *decided, given = plain_task(number)
        assert isinstance(given, Verdict)
        if number % 4 < 2:
            known = msgspec.structs.replace(given, basis="gold", confidence=1.0)
            events += [*decided, msgspec.structs.replace(known, audit_propensity=0.0)]
        else:
            events += audited([*decided, given], "no", 1.0)
    found = money(tmp_path / "log", events, "logging").whole
    assert found.audits.gold == 200
    assert parts(found)["accuracy"].logged == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("chance", [0.0, -0.1, 1.5])
def test_an_audit_of_an_impossible_chance_is_refused(chance: float, tmp_path: Path) -> None:
    events = [
        msgspec.structs.replace(one, audit_propensity=chance) if isinstance(one, Verdict) else one
        for one in audited(plain_task(1), "yes", 1.0)
    ]
    with pytest.raises(BadValue, match=r"task t1: audited with a probability of .*\(0, 1\]"):
        money(tmp_path / "log", events)
