"""The share of right answers from audits of unequal chances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bandit.close.audit_chance import audit_chance
from bandit.settings import AuditSettings
from bandit.task.state import DeskState
from replay.demo.audited_accuracy import AuditedAnswer, AuditedShare, audited_accuracy

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

TASKS = 2000
EVEN, AIMED = 1.0, 0.005
"""Least chances of an audit; the first makes all chances the share."""


def estimate(
    seed: int, least: float, flattery: float = 0.0, *, otherwise: bool = False
) -> tuple[AuditedShare, float]:
    """Audit a share of .04 of 2,000 verdicts; return the estimate and the true chance.

    Verdicts are right with their confidence less `flattery`. `otherwise`, the answers are those of
    another way of buying, which knows only whether a task is easy.
    """
    rng = np.random.default_rng(seed)
    confidence: Floats = 1 / (1 + np.exp(-rng.normal(3.5, 1.5, TASKS)))
    desk, audit = DeskState(), AuditSettings(share=0.04, least=least)
    chances = [audit_chance(audit, desk, "p", c) for c in confidence.tolist()]
    if otherwise:
        own = np.where(rng.random(TASKS) < 0.7, 0.95, 0.6)
        right_chance = 0.5 * own + 0.45 * confidence - 0.02
        confidence = own
    else:
        right_chance = np.clip(confidence - flattery, 0.0, 1.0)
    right, drawn = rng.random(TASKS) < right_chance, rng.random(TASKS)
    found = audited_accuracy(
        [
            AuditedAnswer(str(i), c, chance, float(y) if u < chance else None)
            for i, (c, chance, y, u) in enumerate(
                zip(confidence.tolist(), chances, right, drawn, strict=True)
            )
        ]
    )
    assert found is not None
    return found, float(right_chance.mean())


@pytest.mark.parametrize(("flattery", "otherwise"), [(0.0, False), (0.06, False), (0.0, True)])
def test_intervals_of_aimed_audits_hold_the_truth_and_lean_to_no_side(
    flattery: float, *, otherwise: bool
) -> None:
    """Of 60 intervals at .95, 9 or more miss with a chance of 3e-3; the mean within 4 errors."""
    found = [estimate(seed, AIMED, flattery, otherwise=otherwise) for seed in range(60)]
    assert sum(not share.low <= truth <= share.high for share, truth in found) <= 8
    away = np.array([share.value - truth for share, truth in found])
    assert abs(away.mean()) < 4 * away.std(ddof=1) / np.sqrt(60)


def test_without_weights_the_share_would_be_too_low() -> None:
    """So that the test above can fail: of audited tasks 3.5 points fewer are right."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        confidence: Floats = 1 / (1 + np.exp(-rng.normal(3.5, 1.5, TASKS)))
        desk, audit = DeskState(), AuditSettings(share=0.04)
        chances = np.array([audit_chance(audit, desk, "p", c) for c in confidence.tolist()])
        assert chances @ confidence / chances.sum() < confidence.mean() - 0.03


def test_aimed_audits_of_true_confidences_are_more_precise_than_as_many_even_ones() -> None:
    """Mean widths of 40 intervals each; over 150, aimed audits' are .88 of those of even ones."""
    even, aimed = (
        np.mean([share.high - share.low for share, _ in (estimate(s, least) for s in range(40))])
        for least in (EVEN, AIMED)
    )
    assert aimed < 0.95 * even


def test_audits_of_all_answers_give_their_share_with_wilsons_interval() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263, and 0 of 20."""
    some, none = (
        audited_accuracy([AuditedAnswer(str(i), share, 1.0, float(i < k)) for i in range(n)])
        for k, n, share in ((81, 263, 81 / 263), (0, 20, 0.0))
    )
    assert some is not None
    assert none is not None
    assert some.value == pytest.approx(81 / 263)
    assert (some.low, some.high) == pytest.approx((0.2553, 0.3662), abs=0.002)
    assert (round(none.low, 4), round(none.high, 4)) == (0.0, 0.1611)


def test_without_an_audit_nothing_is_said() -> None:
    assert audited_accuracy([]) is None
    assert audited_accuracy([AuditedAnswer("t", 0.9, 0.02)]) is None
