"""In markets worked through by the engine, honest labelers aren't suspect and some spammers are."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter

import pytest

from bench.labelers import figures

GIVEN = Namespace(
    tasks=2000,
    tasks_per_hour=15.0,
    no_features=True,
    next_labeler=False,
    looks=3,
    kinds="random,constant,gang,sleeper",
)


@pytest.mark.parametrize(
    ("market", "seeds", "found"), [("hostile", (3, 4, 5), 2), ("lopsided", (3,), 0)]
)
def test_honest_labelers_are_not_suspect_and_spammers_are(
    market: str, seeds: tuple[int, ...], found: int
) -> None:
    """Some 90 honest labelers a market: at most 1 % may be suspect, fail above 4 in any.

    False alarm 3e-3 a market if it is 1 %. Spammers soon get few labels, so few are found in 2,000
    tasks: `found` on average at least.
    """
    spammers = 0
    for seed in seeds:
        suspects = Counter(
            kind == "honest"
            for kind, what, _, is_found, _ in figures(GIVEN, market, seed)
            if what == "found" and is_found
        )
        assert suspects[True] <= 4
        spammers += suspects[False]
    assert spammers >= found * len(seeds)
