"""Values of our own log that a few audits correct: intervals hold, and the start has a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from bandit.events import Decision, Verdict
from replay import evaluate
from replay.task_log.recalibration import Recalibration
from tests.replay.task_log.own_log_writer import (
    World,
    always_a_pmf,
    simulate,
    true_value,
    write_log,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_values_hold_the_truth_with_thirty_audits(tmp_path: Path) -> None:
    """Of 600 tasks 5 % are audited, confidences are 8 points too high; 20 logs.

    At a coverage of .95 fewer than 15 of 20 has a chance of 3e-4, for each of 4 estimators. By the
    variance seen alone intervals of DR held in .60 of 60 logs, of SNIPS in .63.
    """
    world = World(flattery=0.08, audit=0.05)
    truth = true_value(world, always_a_pmf)
    held = np.zeros(4)
    for seed in range(20):
        path = write_log(tmp_path / "log", simulate(world, 600, seed))
        answer = evaluate(path, target="always:a")
        held += [one.low <= truth <= one.high for one in answer.estimates or answer.withheld]
        path.unlink()
    assert held.min() >= 15


def test_the_first_tasks_are_judged_by_a_model_too(tmp_path: Path) -> None:
    """All tasks earn nearly the same: what is left of DR's error is that of few tasks.

    40 tasks, 30 logs: the root mean square error of DR is under a third of that of IPS, which is
    what DR was as long as its first 32 tasks had no model (.07 to .18 in six blocks
    of 30 seeds, .88 before).
    """
    away = []
    for seed in range(30):
        events = [
            msgspec.structs.replace(one, confidence=0.8, usd=0.0)
            if isinstance(one, Verdict)
            else msgspec.structs.replace(one, usd=0.0)
            if isinstance(one, Decision)
            else one
            for one in simulate(World(), 40, seed)
        ]
        path = write_log(tmp_path / "log", events)
        answer = evaluate(path, target="uniform")
        found = {one.estimator: one.value for one in answer.estimates or answer.withheld}
        away.append([(found[name] or 0.0) - 0.8 for name in ("DR", "IPS")])
        path.unlink()
    dr, ips = np.sqrt(np.mean(np.square(away), axis=0))
    assert dr < ips / 3


def test_the_proxy_learns_from_gold_of_other_tasks_alone() -> None:
    """A task's own gold never moves its proxy, so the correction keeps mean 0."""
    found = Recalibration()
    for number in range(60):
        found.receive(f"t{number}", 0.6 + 0.3 * (number % 2), right=number % 3 > 0)
    for number in range(60):
        before = found.proxy(f"t{number}", 0.9)
        once_more = Recalibration(found.sums.copy())
        once_more.receive(f"t{number}", 0.9, right=False)
        assert once_more.proxy(f"t{number}", 0.9) == pytest.approx(before, abs=1e-12)


def test_the_proxy_is_the_confidence_until_gold_says_otherwise() -> None:
    """With few audits it hardly moves; with many it is the share that was right."""
    few, many = Recalibration(), Recalibration()
    few.receive("a", 0.9, right=False)
    for number in range(5000):
        many.receive(f"t{number}", 0.9, right=number % 10 < 7)
    assert Recalibration().proxy("t", 0.9) == 0.9
    assert few.proxy("t", 0.9) >= 0.9 - 0.9 / 6 - 1e-9
    assert many.proxy("t", 0.9) == pytest.approx(0.7, abs=0.01)


def test_a_recalibrated_proxy_makes_audits_go_further(tmp_path: Path) -> None:
    """Confidences are true, between .65 and .99: audits do more with them than alone.

    8 logs of 1,500 tasks, a fifth audited: measured 1.16 times as far with a deviation of .06 a
    log, so a mean of 1.07 is 4 standard errors below: a false alarm of 1e-4.
    """
    further = []
    for seed in range(8):
        log = write_log(tmp_path / f"{seed}", simulate(World(audit=0.2), 1500, seed))
        money = evaluate(log, target="uniform").money
        assert money is not None
        assert money.whole.audits.alone is not None
        further.append(money.whole.audits.alone / money.whole.audits.gold)
    assert np.mean(further) > 1.07
