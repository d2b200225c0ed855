"""The comparison covers what it claims, keeps a default that is good, and names rivals first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from bandit.settings import PolicySettings
from replay.market_tuning.comparison import Entry, compared, references
from replay.market_tuning.paired import paired
from replay.market_tuning.result import Exploration
from replay.market_tuning.runs import Figures
from replay.market_tuning.wording import advice, exploration, floors_note, lead
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from replay.market_tuning.result import Comparison

DEFAULT = PolicySettings()
SEEDS = range(5, 13)


def comparison(
    over: tuple[float, ...], noise: float = 0.01, unexplored: float = 0.0, gap: float = 0.5
) -> Comparison:
    """Candidates that earn so much more than the default, and each what chance adds."""
    rng = np.random.default_rng(4)
    market = rng.normal(size=len(SEEDS))
    entries = [Entry("default", "default", DEFAULT)]
    for at in range(len(over)):
        policy = PolicySettings(rate=float(at + 1), explore_floor=0.01)
        entries.append(Entry(f"trial {at + 1}", "candidate", policy))
    entries += references(DEFAULT)
    means = [0.0, *over, unexplored, -gap]
    figures = []
    for mean in means:
        nets = 4.0 + mean + market + noise * rng.normal(size=len(SEEDS))
        figures.append([Figures(net_usd=float(x), accuracy=0.9, usd=0.1) for x in nets])
    return compared(entries, figures, SEEDS, 0.95, ["rate"])


def test_intervals_cover_all_differences_together_however_few_the_seeds() -> None:
    """Nominal 95 %: 600 comparisons of five settings with 3 and with 8 seeds each.

    A seed's market moves all settings alike, and they vary by different amounts. Fails above 47
    misses of 600: false alarm 1e-3 at a true 5 %; a true 10 % is caught with chance .97.
    """
    pairs = [(a, b) for a in range(5) for b in range(a)]
    scale = np.array([1.0, 1.0, 0.5, 2.0, 3.0])[:, None]
    for seeds in (3, 8):
        rng = np.random.default_rng(seeds)
        misses = 0
        for _ in range(600):
            values = rng.normal(size=(5, seeds)) * scale + 4.0 * rng.normal(size=seeds)
            amounts = paired(values.tolist(), pairs, 0.95)
            misses += any(amount.low > 0 or amount.high < 0 for amount in amounts)
        assert misses <= 47


def test_what_a_seed_does_to_all_settings_alike_widens_nothing() -> None:
    rng = np.random.default_rng(1)
    own, market = rng.normal(size=(2, 8)), 100.0 * rng.normal(size=8)
    (alone,), (moved,) = (paired(v.tolist(), [(0, 1)], 0.95) for v in (own, own + market))
    assert moved.high - moved.low == pytest.approx(alone.high - alone.low)


def test_a_clear_winner_is_chosen_and_named_at_once() -> None:
    result = comparison((0.1, -0.1))
    assert (result.highest, result.chosen, result.rivals) == (1, 1, ())
    assert lead(result).startswith("Trial 1 earns significantly more than every other setting")
    assert advice(result).startswith("Trial 1 earns more than the default: +$0.")
    assert "rate = 1.0" in result.toml


def test_where_nobody_is_shown_to_be_best_that_is_said_before_a_name() -> None:
    result = comparison((0.05, 0.04), noise=0.1)
    assert len(result.rivals) == 2
    said = lead(result)
    assert said.startswith("No setting is shown to be best: each of the other 2 may earn as much")
    assert said.index("No setting") < said.index("highest estimate")


def test_what_is_within_half_of_what_counts_keeps_the_default() -> None:
    """2.5 % of a gap of $.51 is $.013."""
    assert comparison((0.016,), noise=0.001).chosen == 1
    result = comparison((0.01,), noise=0.001)
    assert (result.highest, result.chosen) == (1, 0)
    assert result.rows[1].over_default.low > 0  # though it is sure
    assert advice(result).startswith("Keep the default: ")
    assert "explore_floor = 0.02" not in result.toml
    assert "rate = 20.0" in result.toml


def test_what_is_not_shown_to_be_better_is_called_so() -> None:
    """A candidate that earns $.5 more with one seed and $.3 less with the next."""
    entries = [
        Entry("default", "default", DEFAULT),
        Entry("trial 1", "candidate", PolicySettings(rate=3.0)),
        *references(DEFAULT),
    ]
    nets = [[4.0] * 8, [4.5, 3.7] * 4, [4.0] * 8, [3.5] * 8]
    figures = [[Figures(net_usd=net, accuracy=0.9, usd=0.1) for net in row] for row in nets]
    result = compared(entries, figures, SEEDS, 0.95, ["rate"])
    assert result.chosen == 1
    assert advice(result) == (
        "Trial 1 is not shown to earn more than the default: +$0.100 (-0.373 to 0.573) per task."
        " More seeds (--seeds) narrow that interval."
    )
    assert lead(result).startswith("No setting is shown to be best: the default may earn as much")


def test_where_uniform_earns_more_the_highest_is_still_named_and_that_said() -> None:
    result = comparison((0.2,), noise=0.001, gap=-0.3)
    assert result.chosen == 1
    assert advice(result).startswith("None is estimated to earn more than asking pools evenly")
    assert "Trial 1 earns more than the default" in advice(result)


def test_where_uniform_earns_as_much_the_default_is_kept() -> None:
    result = comparison((-0.1, -0.2), noise=0.001, gap=-0.1)
    assert result.chosen == 0
    assert advice(result).endswith("keep the default.")


def test_poolwise_s_own_is_preferred_to_a_candidate_that_is_as_good() -> None:
    entries = [
        Entry("default", "default", PolicySettings(name="uniform", labels_per_task=7)),
        Entry("poolwise's", "candidate", DEFAULT),
        Entry("trial 1", "candidate", PolicySettings(rate=3.0)),
        *references(DEFAULT),
    ]
    figures = [
        [Figures(net_usd=mean + 0.005 * at * seed, accuracy=0.9, usd=0.1) for seed in range(4)]
        for at, mean in enumerate((3.0, 4.0, 4.001, 4.0, 3.5))
    ]
    result = compared(entries, figures, range(4), 0.95, ["rate"], 1)
    assert (result.highest, result.chosen) == (2, 1)
    assert advice(result).startswith(
        "Poolwise's default earns more than your settings ('default'): +$"
    )
    assert "within 2.5 % of the gap" in advice(result)
    assert result.exploration.of == "poolwise's"


@pytest.mark.parametrize(
    ("unexplored", "noise", "matters", "says"),
    [
        (0.002, 0.001, "little", "Exploration matters little here"),
        (-0.2, 0.01, "yes", "Exploration pays here"),
        (0.2, 0.01, "yes", "Exploration costs more than it earns here"),
        (0.0, 0.3, "unknown", "can't be told from these seeds"),
    ],
)
def test_exploration_is_said_to_matter_or_not_or_to_be_unknown(
    unexplored: float, noise: float, matters: str, says: str
) -> None:
    result = comparison((-0.3,), noise=noise, unexplored=unexplored)
    assert result.exploration.matters == matters
    assert says in exploration(result)


def test_so_many_seeds_are_named_as_would_tell_that_exploration_matters_little() -> None:
    """An interval of ± $.1 with 8 seeds is to become one of ± $.025, 5 % of the gap: 16 times."""
    result = comparison((-0.1,), noise=0.001)
    adds = Amount(0.0, -0.1, 0.1)
    unknown = msgspec.structs.replace(
        result,
        gap_usd=0.5,
        exploration=Exploration(of="default", adds=adds, matters="unknown"),
    )
    assert "About 128 seeds (--seeds) would narrow" in exploration(unknown)
    for gap in (0.0, 0.01):  # none, and one for which 1,000 seeds aren't enough
        assert "About" not in exploration(msgspec.structs.replace(unknown, gap_usd=gap))


def test_references_are_never_chosen() -> None:
    result = comparison((-0.1,), unexplored=1.0, gap=-2.0)
    assert result.rows[result.highest].role != "reference"
    assert result.rows[result.chosen].role != "reference"


def test_lower_floors_are_pointed_out() -> None:
    assert "explore_floor below the default's" in str(floors_note(comparison((0.1,))))
    assert floors_note(comparison((-0.1,))) is None
