"""Tasks that the machine labeler answered: stops at zero labels are decisions like all others.

Of every two tasks the machine knows the class of one with chance .95, and says nothing about the
other. Where it knows, the log stops at once with chance .6; after a label it always stops. There
are no rewards of tasks without labels, but decisions and verdicts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from bandit.draw import choose
from bandit.events import STOP
from replay import evaluate
from replay.targets.target import parse_target
from replay.task_log.trajectory import masked
from tests.replay.task_log.own_log_writer import (
    RIGHT,
    USD,
    World,
    decision,
    reward,
    verdict,
    write_log,
)
from tests.replay.task_log.plain_log import Events, money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from replay.targets.target import TargetPolicy

KNOWN = 0.95
WORLD = World(audit=0.3)
LOGS, TASKS = 40, 300


def pmf_of(*, known: bool) -> dict[str, float]:
    return {"a": 0.25, "b": 0.15, STOP: 0.6} if known else {"a": 0.5, "b": 0.5}


def odds(chance: float, *, right: bool) -> float:
    """Odds of the truth by one that is right with `chance`, and was right or not."""
    return chance / (1 - chance) if right else (1 - chance) / chance


def sure_of(toward: float) -> float:
    return max(toward, 1 / toward) / (1 + max(toward, 1 / toward))


def log_of(seed: int) -> Events:
    rng = np.random.default_rng(seed)
    events: Events = []
    for number in range(TASKS):
        events += task_of(f"t{number}", 100.0 * number, number % 2 == 0, rng)
    return events


def task_of(task: str, at: float, known: bool, rng: np.random.Generator) -> Events:
    toward = odds(KNOWN, right=bool(rng.random() < KNOWN)) if known else 1.0
    pmf = pmf_of(known=known)
    choice = choose(pmf, rng.random())
    events: Events = [decision(task, 1, at, choice, pmf, KNOWN if known else 0.5, 0)]
    if choice != STOP:
        right = bool(rng.random() < RIGHT[choice])
        toward *= odds(RIGHT[choice], right=right)
        sure = sure_of(toward)
        events += [
            reward(task, 1, at, choice, pmf, right=right, basis="consensus"),
            decision(task, 2, at + 1, STOP, {STOP: 1.0}, sure, 1),
        ]
    sure = sure_of(toward)
    answer, usd = "yes" if toward > 1 else "no", USD.get(choice, 0.0)
    audited = bool(rng.random() < WORLD.audit)
    given = verdict(WORLD, task, 0, at + 2, answer, sure, usd, audited=audited)
    basis, labels = ("model", 0) if choice == STOP else ("consensus", 1)
    given = msgspec.structs.replace(given, basis=basis, labels=labels)
    events.append(given)
    if audited:
        events.append(
            msgspec.structs.replace(given, revision=1, answer="yes", confidence=1.0, basis="gold")
        )
    return events


def true_value(target: TargetPolicy) -> float:
    """Exact value of a task, in dollars: worth 1, less the price of labels."""
    return math.fsum(0.5 * _value(masked(target, pmf_of(known=k)), known=k) for k in (True, False))


def _value(pmf: Mapping[str, float], *, known: bool) -> float:
    if not known:
        return math.fsum(chance * (RIGHT[pool] - USD[pool]) for pool, chance in pmf.items())
    total = pmf.get(STOP, 0.0) * KNOWN
    for pool in (name for name in pmf if name != STOP):
        both = max(KNOWN * RIGHT[pool], (1 - KNOWN) * (1 - RIGHT[pool]))
        apart = max(KNOWN * (1 - RIGHT[pool]), (1 - KNOWN) * RIGHT[pool])
        total += pmf[pool] * (both + apart - USD[pool])
    return total


@pytest.mark.parametrize("name", ["greedy", "uniform", "always:a", "mix:0.3:always:b"])
def test_values_are_those_of_the_target_with_stops_at_zero_labels(
    tmp_path: Path, name: str
) -> None:
    """Mean of 40 logs within 4 standard errors (1e-4), 32 or more intervals hold it (1e-3)."""
    path = tmp_path / "log"
    found = []
    for seed in range(LOGS):
        path.unlink(missing_ok=True)
        answer = evaluate(write_log(path, log_of(seed)), target=name)
        dr = next(one for one in answer.estimates if one.estimator == "DR")
        assert dr.value is not None
        found.append((dr.value, dr.low, dr.high))
    values, truth = np.array([one[0] for one in found]), true_value(parse_target(name))
    assert abs(values.mean() - truth) < 4 * values.std(ddof=1) / math.sqrt(LOGS)
    assert sum(low <= truth <= high for _, low, high in found) >= 32


def test_tasks_without_rewards_are_counted_and_their_gold_is(tmp_path: Path) -> None:
    whole = money(tmp_path / "log", log_of(1), "logging").whole
    assert whole.tasks == TASKS
    gold = sum(getattr(one, "basis", "") == "gold" for one in log_of(1))
    assert whole.audits.gold == gold


def test_always_a_pool_stops_at_zero_labels_as_the_log_did() -> None:
    assert masked(parse_target("always:a"), pmf_of(known=True)) == {"a": 0.4, STOP: 0.6}
