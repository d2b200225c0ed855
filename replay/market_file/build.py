"""A market for a seed, from what its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay.demo.tasks import demo_tasks
from replay.market.changed_features import with_blur, with_features, with_languages
from replay.market.difficulty import Visible
from replay.market.market import Market
from replay.market.tasks import made_tasks

if TYPE_CHECKING:
    from replay.market.tasks import TrueTask
    from replay.market_file.sections import MarketSpec


def tasks_of(spec: MarketSpec, seed: int) -> list[TrueTask]:
    """Make the tasks of a market.

    Raises
    ------
    BadValue
        If there are not as many image segments.
    """
    tasks = spec.tasks
    if tasks.source == "image-segments":
        made = demo_tasks(tasks.count, spec.arrivals, seed)
    else:
        made = made_tasks(
            tasks.count,
            spec.arrivals,
            seed,
            tasks.classes,
            class_weights=tasks.class_weights,
            hinted_share=tasks.hinted_share,
            noise=tasks.noise,
        )
    if any(isinstance(form, Visible) for form in spec.difficulty):
        made = with_blur(made, seed)
    if tasks.languages:
        made = with_languages(made, tasks.languages, seed)
    return with_features(made, tasks.features, seed)


def build_market(spec: MarketSpec, seed: int) -> Market:
    """Make the market that a seed gives.

    Raises
    ------
    BadValue
        If there are not as many image segments.

    Examples
    --------
    >>> from replay.market_file.read import read_market
    >>> market = build_market(read_market("scarce"), seed=1)
    >>> len(market.tasks), sorted(market.usd_per_label())
    (2500, ['crowd', 'experts', 'specialist', 'trained'])
    """
    made = tasks_of(spec, seed)
    expert_usd = spec.experts.usd_per_label if spec.experts else None
    usd_per_day = spec.budget.usd_per_day if spec.budget else None
    return Market(spec.pools, made, seed, spec.difficulty, expert_usd, usd_per_day)


def without_worth(spec: MarketSpec) -> MarketSpec:
    """Return the market whose tasks don't say what a right answer is worth: the settings do."""
    arrivals = msgspec.structs.replace(spec.arrivals, value_usd=None, target_accuracy=None)
    return msgspec.structs.replace(spec, arrivals=arrivals)


def resized(spec: MarketSpec, tasks: int) -> MarketSpec:
    """Return the market with another number of tasks."""
    count = msgspec.structs.replace(spec.tasks, count=tasks)
    return msgspec.structs.replace(spec, tasks=count)
