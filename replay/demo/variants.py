"""Variants of poolwise that a critic asks for: which part of the result comes from what.

"Features shuffled" has the features of other tasks, so that they say nothing. "Own model" weighs a
fixed number of labels from the cheapest pool by poolwise's model of labelers: what remains is what
choosing pools and stopping early are worth. Both pay for audits, as poolwise does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay.market.changed_features import shuffled
from replay.market.live import live_outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bandit.settings import Settings
    from replay.market.market import Market
    from replay.market.outcome import Outcome
    from replay.market.tasks import TrueTask

SHUFFLED = "poolwise, features shuffled"
LABELS = 5
"""Of 1, 3, 5 and 7, these earn most: 1,000 tasks of seeds 201 and 202, `bench/decide.py --own`."""


def variants(
    made: Sequence[TrueTask], settings: Settings, market_of: Callable[[Sequence[TrueTask]], Market]
) -> Iterator[tuple[str, Market, Outcome]]:
    """Run each variant in this process; yield its name, its market and what came of it.

    Parameters
    ----------
    market_of
        Makes the market for tasks, afresh.
    """
    market = market_of(shuffled(made, settings.seed))
    yield SHUFFLED, market, live_outcome(market, settings)
    market = market_of(made)
    pool = min(market.specs.values(), key=lambda spec: spec.usd_per_label).name
    policy = msgspec.structs.replace(
        settings.policy, name="fixed", pool=pool, labels_per_task=LABELS
    )
    fixed = msgspec.structs.replace(settings, policy=policy)
    yield f"{LABELS} × {pool}, own model", market, live_outcome(market, fixed)
