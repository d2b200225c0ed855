"""The output says who met which seeds, how safe the choice is, and what can't be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bandit.settings import PolicySettings
from replay.market_tuning.comparison import Entry, compared, references
from replay.market_tuning.runs import Figures
from replay.market_tuning.seed_wording import not_told_apart_usd, safety, seeds_met

if TYPE_CHECKING:
    from replay.market_tuning.result import Comparison

SEEDS = range(5, 17)
DEFAULT = PolicySettings()


def comparison(over: tuple[float, ...], seeds: tuple[int, ...], noise: float) -> Comparison:
    """Candidates that met so many seeds and earn so much more than the default; a gap of $.5."""
    rng = np.random.default_rng(2)
    entries = [Entry("default", "default", DEFAULT)]
    entries += [
        Entry(f"trial {at + 1}", "candidate", PolicySettings(rate=at + 1.0))
        for at in range(len(over))
    ]
    entries += references(DEFAULT)
    market = rng.normal(size=len(SEEDS))
    figures = []
    for mean, count in zip((0.0, *over, 0.0, -0.5), (len(SEEDS), *seeds, 4, 4), strict=True):
        nets = 4.0 + mean + market[:count] + noise * rng.normal(size=count)
        figures.append([Figures(net_usd=float(x), accuracy=0.9, usd=0.1) for x in nets])
    return compared(entries, figures, SEEDS, 0.95, ["rate"])


def test_who_met_more_seeds_and_why_is_said() -> None:
    text = seeds_met(comparison((0.0, 0.1, -0.4), (8, 12, 4), 0.1))
    assert text.startswith("means over 4 runs of an untrained engine (seeds 5 to 8), or more")
    assert "(the default and trial 2: seeds 5 to 16; trial 1: seeds 5 to 12)" in text
    assert "might earn over 5 % of the gap more" in text


def test_where_all_met_the_same_nothing_is_said_of_more() -> None:
    same = comparison((), (), 0.1)
    rows = tuple(row for row in same.rows if len(row.net_usd_by_seed) == len(SEEDS))
    assert len(rows) == 1
    entries = [Entry("default", "default", DEFAULT), *references(DEFAULT)]
    figures = [[Figures(net_usd=1.0, accuracy=0.9, usd=0.1)] * 3] * 3
    alike = compared(entries, figures, range(5, 8), 0.95, ["rate"])
    assert seeds_met(alike) == "means over 3 runs of an untrained engine (seeds 5 to 7)"
    assert safety(alike) is None  # nobody to be better than the default


def test_a_safe_choice_is_said_to_be_safe() -> None:
    result = comparison((0.1,), (12,), 0.01)
    assert result.settled
    assert str(safety(result)).startswith(
        "The chance that another of these settings earns over $0.03"
    )
    assert "than trial 1 is below 1 %." in str(safety(result))


def test_an_unsafe_choice_says_the_chance_and_what_lowers_it() -> None:
    result = comparison((0.02,), (12,), 0.3)
    assert not result.settled
    text = str(safety(result))
    assert "but 10 % was wanted: more seeds (--most-seeds) lower it." in text
    apart = not_told_apart_usd(result)
    assert apart is not None
    assert f"Differences below ${apart:.4f} can't be told apart" in text


def test_what_can_t_be_told_apart_is_half_the_interval_of_a_rival() -> None:
    result = comparison((0.02,), (12,), 0.3)
    (rival,) = result.rivals
    amount = result.rows[rival].under_highest
    assert amount is not None
    assert not_told_apart_usd(result) == pytest.approx((amount.high - amount.low) / 2.0)


def test_without_a_gap_the_chance_is_that_of_any_more() -> None:
    result = comparison((-1.0,), (12,), 0.01)
    lower = compared(
        [Entry(row.name, row.role, row.policy) for row in result.rows],
        [[Figures(net_usd=net, accuracy=0.9, usd=0.1)] * 4 for net in (3.0, 2.0, 3.0, 3.5)],
        range(5, 9),
        0.95,
        ["rate"],
    )
    assert "another of these settings earns more than the default" in str(safety(lower))
