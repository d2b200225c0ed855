"""The clairvoyant decides well, and never worse than those who know less."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import pytest

from bandit.events import Decline, Label, Tick, Verdict
from replay.baselines.fixed_redundancy import FixedRedundancyBaseline
from replay.market.drive import Drive
from replay.market_file.build import build_market, resized
from replay.market_file.read import read_market
from replay.oracle.clairvoyant import Clairvoyant, number_of
from replay.oracle.true_model import TrueModel
from replay.stats.calibration_error import ece, noise_floor

if TYPE_CHECKING:
    from replay.market.drive import DrivenEngine
    from replay.market.market import Market
    from replay.market.outcome import Outcome

SEED, TASKS = 4, 500


def market(name: str, tasks: int = TASKS) -> Market:
    return build_market(resized(read_market(name), tasks), SEED)


def driven(there: Market, engine: DrivenEngine) -> Outcome:
    return Drive(engine, there, 1800.0).run(there.events())


def clairvoyant(there: Market, *, prefers: bool = False) -> Outcome:
    return driven(there, Clairvoyant(there, TrueModel(there), prefers=prefers))


def nets(there: Market, outcome: Outcome) -> list[float]:
    prices = there.usd_per_label()
    usd = dict.fromkeys(there.tasks, 0.0)
    for label in outcome.labels:
        usd[label.task] += prices[label.pool]
    worth = next(iter(there.tasks.values())).task.value_usd or 0.0
    return [
        worth * (outcome.first[task].answer == one.truth) - usd[task]
        for task, one in there.tasks.items()
    ]


@pytest.mark.parametrize("name", ["demo", "hostile", "scarce", "calm", "lopsided", "burst"])
def test_no_fixed_redundancy_earns_more(name: str) -> None:
    """Task by task in the same market; slack of four standard errors of the mean difference."""
    there = market(name)
    ours = nets(there, clairvoyant(there))
    for pool in there.specs:
        fresh = market(name)
        fixed = nets(fresh, driven(fresh, FixedRedundancyBaseline(3, pool, SEED)))
        more = [a - b for a, b in zip(ours, fixed, strict=True)]
        assert fmean(more) > -4 * stdev(more) / sqrt(TASKS)


def test_preferring_labelers_pays_among_spammers() -> None:
    """A spammer among four free labelers is passed over: spammers label a third as often."""

    def spam(there: Market, outcome: Outcome) -> float:
        return fmean(
            number_of(label.labeler) in there.spammers[label.pool].kinds for label in outcome.labels
        )

    there, other = market("hostile"), market("hostile")
    takes, prefers = clairvoyant(there), clairvoyant(other, prefers=True)
    assert spam(other, prefers) < spam(there, takes) / 3
    assert fmean(nets(other, prefers)) > fmean(nets(there, takes))


@pytest.mark.parametrize("name", ["demo", "scarce", "graded"])
def test_its_confidence_is_true(name: str) -> None:
    """It stops on lucky streaks, which a right posterior accounts for."""
    there = market(name, 800)
    first = clairvoyant(there).first
    confidence = [verdict.confidence or 0.0 for verdict in first.values()]
    right = [verdict.answer == there.tasks[task].truth for task, verdict in first.items()]
    error, floor = ece(confidence, right), noise_floor(confidence)
    assert error is not None
    assert floor is not None
    assert error < 2 * floor + 0.01


def test_every_task_is_answered_and_no_labeler_asked_twice() -> None:
    there = market("burst")
    outcome = clairvoyant(there)
    assert outcome.open() == 0
    pairs = [(label.task, label.labeler) for label in outcome.labels]
    assert len(pairs) == len(set(pairs))


def test_a_run_is_the_same_again() -> None:
    first, second = (clairvoyant(market("scarce", 100)) for _ in range(2))
    assert first == second


def test_where_nobody_answers_it_says_what_is_most_frequent() -> None:
    """The prior alone, when the deadline leaves no time for another ask."""
    there = market("lopsided", 20)
    policy = Clairvoyant(there, TrueModel(there))
    outputs = []
    for event in there.events():
        if not isinstance(event, Label | Decline):
            policy.receive(Tick(at=event.at))
            outputs += policy.receive(event)
    for hour in range(200):
        outputs += policy.receive(Tick(at=event.at + 900.0 * hour))
    verdicts = [output for output in outputs if isinstance(output, Verdict)]
    assert len(verdicts) == 20
    assert {(verdict.answer, verdict.labels) for verdict in verdicts} == {("animal", 0)}
