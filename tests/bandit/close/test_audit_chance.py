"""The chance of an audit: true, at least the least, and on average the share."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.close.audit_chance import EVEN, MEMORY, audit_chance
from bandit.draw import draw
from bandit.settings import AuditSettings
from bandit.task.state import DeskState

confidences = st.one_of(st.sampled_from((0.0, 0.5, 1.0, 5e-324, 1.0 - 1e-16)), st.floats(0.0, 1.0))
shares = st.floats(1e-9, 1.0)


def chances(audit: AuditSettings, said: list[float]) -> list[float]:
    desk = DeskState()
    return [audit_chance(audit, desk, "p", confidence) for confidence in said]


@given(shares, st.floats(1e-9, 1.0), st.lists(confidences, min_size=1, max_size=30))
def test_a_chance_is_at_least_the_least_and_at_most_one(
    share: float, least: float, said: list[float]
) -> None:
    for chance in chances(AuditSettings(share=share, least=least), said):
        assert min(share, max(least, EVEN * share)) - 1e-12 <= chance <= 1.0


@given(shares, confidences, st.integers(1, 40))
def test_equal_confidences_have_exactly_the_share(
    share: float, confidence: float, verdicts: int
) -> None:
    """So where nothing tells verdicts apart, the same tasks are drawn as by the share alone."""
    assert set(chances(AuditSettings(share=share), [confidence] * verdicts)) == {share}


@given(st.lists(confidences, min_size=1, max_size=30))
def test_a_share_of_one_audits_every_verdict(said: list[float]) -> None:
    assert set(chances(AuditSettings(share=1.0), said)) == {1.0}


@given(shares, st.lists(confidences, min_size=1, max_size=30))
def test_a_least_chance_of_the_share_draws_evenly(share: float, said: list[float]) -> None:
    assert set(chances(AuditSettings(share=share, least=share), said)) == {share}


@settings(max_examples=300)
@given(shares, shares, st.lists(confidences, min_size=1, max_size=30))
def test_a_larger_share_lowers_no_chance(share: float, other: float, said: list[float]) -> None:
    less, more = sorted((share, other))
    pairs = zip(
        chances(AuditSettings(share=less), said),
        chances(AuditSettings(share=more), said),
        strict=True,
    )
    assert all(low <= high + 1e-12 for low, high in pairs)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.3])
@pytest.mark.parametrize("power", [0.1, 0.3, 1.0])
def test_the_mean_chance_is_the_share(share: float, power: float) -> None:
    """10,000 verdicts, from few unsure ones to many: within 2 %, nothing is drawn here."""
    said = [1.0 - 0.5 * draw(1, "sure", number) ** (1.0 / power) for number in range(10_000)]
    assert math.fsum(chances(AuditSettings(share=share), said)) / 10_000 == pytest.approx(
        share, rel=0.02
    )


def test_unsure_verdicts_have_the_larger_chances() -> None:
    """In proportion to u but for the even part: u is .099 and .490, its mean .295."""
    sure, unsure = chances(AuditSettings(share=0.04), [0.99, 0.6] * 500)[-2:]
    assert sure == pytest.approx(0.04 - 0.03 * 0.96 * (1 - 0.0995 / 0.2947), rel=0.01)
    assert unsure == pytest.approx(0.04 + 0.03 * 0.96 * (0.4899 / 0.2947 - 1), rel=0.01)


def test_the_mean_follows_what_is_asked_and_each_project_has_its_own() -> None:
    desk, audit = DeskState(), AuditSettings(share=0.1)
    for _ in range(MEMORY):
        audit_chance(audit, desk, "hard", 0.6)
        audit_chance(audit, desk, "easy", 0.99)
    assert audit_chance(audit, desk, "easy", 0.9) > audit_chance(audit, desk, "hard", 0.9)
    for _ in range(5 * MEMORY):
        last = audit_chance(audit, desk, "hard", 0.99)
    assert last == pytest.approx(0.1, rel=0.05)
    assert set(desk.unsure) == {"hard", "easy"}
    assert desk.unsure["hard"][0] == MEMORY
