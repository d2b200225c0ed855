"""Audits: where labelers share errors, only audited accuracy is true; agreement is not."""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.engine.engine import Engine
from bandit.events import Decision, Reward, Verdict
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.market import Crew, Market, Work, pool

if TYPE_CHECKING:
    from tests.bandit.market import History

SHARE = 0.25
Z = 3.29
"""Two-sided 1e-3, normal."""


def settings_with(share: float, pool_name: str = "cheap") -> Settings:
    return Settings(
        seed=3,
        policy=PolicySettings(
            name="fixed", pool=pool_name, labels_per_task=3, max_labels=3, min_labels=3
        ),
        audit=AuditSettings(share=share),
    )


def market(misled: float, tasks: int = 2500) -> Market:
    """On a share of the tasks the labelers of the cheap pool share one error; .6 in most tests."""
    crews = [
        Crew(pool("honest", 0.08), 0.85),
        Crew(pool("cheap", 0.02), 0.72, misled=misled),
        Crew(pool("experts", 1.0, gold=True), 1.0),
    ]
    return Market(crews, Work(tasks, every_s=5.0, tick_s=60.0), 3)


@pytest.fixture(scope="module")
def misled() -> tuple[Market, History]:
    chosen = settings_with(SHARE)
    made = market(0.6)
    return made, made.run(Engine(chosen, Brain(chosen)))


def first_and_audited(history: History) -> tuple[dict[str, Verdict], dict[str, str]]:
    """Each task's verdict as it was first given, and the truth of those that were audited."""
    first = {verdict.task: verdict for verdict in history.first_verdicts()}
    gold = {
        task: verdict.answer
        for task, verdict in history.final_verdicts().items()
        if verdict.basis == "gold" and verdict.answer is not None
    }
    return first, gold


def audited_accuracy(
    first: dict[str, Verdict], gold: dict[str, str], *, proxy: bool
) -> tuple[float, float]:
    """Mean and standard error; with `proxy`, prediction-powered by the confidence."""
    scores = []
    for task, verdict in first.items():
        said = (verdict.confidence or 0.0) if proxy else 0.0
        score = said
        if verdict.audited and task in gold:
            score += (float(gold[task] == verdict.answer) - said) / verdict.audit_propensity
        scores.append(score)
    return fmean(scores), stdev(scores) / math.sqrt(len(scores))


@pytest.mark.parametrize("proxy", [False, True])
def test_audited_accuracy_covers_the_true_one(misled: tuple[Market, History], proxy: bool) -> None:
    """Horvitz-Thompson, and the prediction-powered estimate: each misses with chance 1e-3."""
    made, history = misled
    first, gold = first_and_audited(history)
    true = fmean(made.truth(task) == verdict.answer for task, verdict in first.items())
    estimate, error = audited_accuracy(first, gold, proxy=proxy)
    assert abs(estimate - true) < Z * error
    assert error < 0.03 if proxy else error < 0.06


def test_the_proxy_makes_the_audited_estimate_sharper(misled: tuple[Market, History]) -> None:
    first, gold = first_and_audited(misled[1])
    _, plain = audited_accuracy(first, gold, proxy=False)
    _, powered = audited_accuracy(first, gold, proxy=True)
    assert powered < 0.8 * plain


def test_agreement_prefers_the_wrong_pool_and_does_not_cover_its_accuracy() -> None:
    """Without audits: labels of the misled pool agree more and are right less.

    Their mean agreement is more than .05 above the share that is right, ten standard errors.
    """
    agreement, error, right = {}, {}, {}
    for name in ("honest", "cheap"):
        chosen = settings_with(1e-9, pool_name=name)
        made = market(0.6, 1200)
        history = made.run(Engine(chosen, Brain(chosen)))
        judged = [one for one in history.newest_rewards().values() if one.basis == "consensus"]
        said = [one.quality for one in judged if one.quality is not None]
        agreement[name], error[name] = fmean(said), stdev(said) / math.sqrt(len(said))
        right[name] = fmean(one.answer == made.truth(one.task) for one in judged)
    assert right["honest"] > right["cheap"] + 0.05
    assert agreement["cheap"] > agreement["honest"] + 0.05
    assert agreement["cheap"] > right["cheap"] + max(0.05, 10.0 * error["cheap"])


def test_audits_are_drawn_after_the_verdict_and_by_its_logged_chance(
    misled: tuple[Market, History],
) -> None:
    """Poisson-binomial, all 2,500 verdicts and the unsure half of them; false alarms 1e-3 each.

    The unsure half gets more, at least half of what chances by doubt alone would give it: less
    than all, since the mean of the doubts is learned.
    """
    first, gold = first_and_audited(misled[1])
    audited = {task for task, verdict in first.items() if verdict.audited}
    chances = {task: verdict.audit_propensity for task, verdict in first.items()}
    assert fmean(chances.values()) == pytest.approx(SHARE, rel=0.03)
    sure = {task: verdict.confidence or 0.0 for task, verdict in first.items()}
    doubts = {task: math.sqrt(chance * (1.0 - chance)) for task, chance in sure.items()}
    unsure = sorted(doubts, key=doubts.__getitem__)[1250:]
    more = fmean(doubts[task] for task in unsure) / fmean(doubts.values()) - 1.0
    assert fmean(chances[task] for task in unsure) / SHARE - 1.0 > 0.5 * more > 0.0
    for tasks in (chances, unsure):
        due = math.fsum(chances[task] for task in tasks)
        spread = math.sqrt(math.fsum(chances[task] * (1.0 - chances[task]) for task in tasks))
        assert abs(len(audited & set(tasks)) - due) < Z * spread
    assert audited == set(gold)


def test_chance_and_draw_of_an_audit_never_change(misled: tuple[Market, History]) -> None:
    """Whatever revises a verdict: gold came for a quarter of them."""
    first, gold = first_and_audited(misled[1])
    last = misled[1].final_verdicts()
    assert sum(verdict.revision > 0 for verdict in last.values()) >= len(gold) > 0
    for task, verdict in last.items():
        before = first[task]
        assert (verdict.audited, verdict.audit_propensity) == (
            before.audited,
            before.audit_propensity,
        )


def test_a_calibrating_reward_carries_the_chance_of_its_audit(
    misled: tuple[Market, History],
) -> None:
    first, gold = first_and_audited(misled[1])
    rewards = misled[1].events(Reward)
    carried = {one.task: one.audit_propensity for one in rewards if one.audit_propensity}
    assert carried == {task: first[task].audit_propensity for task in gold}
    assert all(one.verdict_confidence is not None for one in rewards if one.audit_propensity)


def test_an_audit_is_a_decision_after_the_verdict_and_its_price_is_not_the_tasks() -> None:
    chosen = settings_with(1.0)
    history = market(0.6, 50).run(Engine(chosen, Brain(chosen)))
    audits = [one for one in history.events(Decision) if one.why == "audit"]
    assert len(audits) == 50
    assert {one.choice for one in audits} == {"experts"}
    assert all(verdict.usd <= 3 * 0.08 + 1e-9 for verdict in history.final_verdicts().values())
    paid = sum(reward.usd for reward in history.newest_rewards().values())
    verdicts = sum(verdict.usd for verdict in history.final_verdicts().values())
    assert paid == pytest.approx(verdicts + 50 * 1.0)


def test_calibration_learns_of_shared_errors_from_audits_alone() -> None:
    """Confidence in the last half: within .05 of the truth with audits, .1 too high without.

    Mean of three draws of whom is audited: -.051, -.013 and -.008 with audits.
    """
    found = {}
    for share, seeds in ((1e-9, (3,)), (SHARE, (3, 4, 5))):
        gaps = []
        for seed in seeds:
            chosen = msgspec.structs.replace(settings_with(share), seed=seed)
            made = market(0.6, 1500)
            verdicts = made.run(Engine(chosen, Brain(chosen))).first_verdicts()[750:]
            true = fmean(made.truth(verdict.task) == verdict.answer for verdict in verdicts)
            gaps.append(fmean(verdict.confidence or 0.0 for verdict in verdicts) - true)
        found[share] = fmean(gaps)
    assert abs(found[SHARE]) < 0.05
    assert found[1e-9] > 0.1
