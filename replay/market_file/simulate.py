"""Let an engine work through a simulated market, from what was asked for to the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.experiment.described import check_pools
from replay.market.live import run_live
from replay.market.pools import EXPERTS
from replay.market.report import print_live
from replay.market_file.build import build_market, resized, without_worth
from replay.market_file.default import default_market
from replay.market_file.pareto import pareto_front
from replay.market_file.pareto_report import print_front
from replay.market_file.read import read_market
from replay.market_file.sections import ExpertsSection, MarketSpec
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress
from replay.runtime.settings_file import read_settings, says_worth

if TYPE_CHECKING:
    from pathlib import Path

    from replay.market.logged import Opening


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which market: a name or a file, or else four pools; other fields override what it says."""

    market: str | None = None
    tasks: int | None = None
    value_usd: float | None = None
    expert_usd: float | None = None


def simulate_market(
    wanted: Wanted,
    *,
    seed: int = 0,
    config: Path | None = None,
    opening: Opening | None = None,
    as_json: bool = False,
) -> None:
    """Let an engine work through a market, and print how it went.

    With `opening`, which opens a new log, a worker on that log does. What a right answer is worth
    is as `wanted` says, else as `[project]` of the configuration does, else as the market does.

    Raises
    ------
    InputError, ConfigError
        If the market or the configuration can't be used.
    """
    settings = msgspec.structs.replace(read_settings(config), seed=seed)
    spec = spec_of(wanted)
    if wanted.value_usd is None and says_worth(settings.project):
        spec = without_worth(spec)
    market = build_market(spec, seed)
    if settings.experiment is not None:
        check_pools(settings.experiment, market.usd_per_label().keys() - {EXPERTS})
    with progress("simulating", "tasks") as more:
        report = run_live(market, settings, lambda _: more(1), opening)
    print_result(report, print_live, as_json=as_json)


def simulate_front(
    wanted: Wanted,
    *,
    seed: int = 0,
    config: Path | None = None,
    jobs: int = 1,
    as_json: bool = False,
) -> None:
    """Let engines with other values and prices of waiting work through a market; print the front.

    Raises
    ------
    InputError, ConfigError
        If the market or the configuration can't be used.
    """
    settings = msgspec.structs.replace(read_settings(config), seed=seed)
    with progress("simulating", "runs") as more:
        front = pareto_front(spec_of(wanted), settings, jobs=jobs, done=more)
    print_result(front, print_front, as_json=as_json)


def spec_of(wanted: Wanted) -> MarketSpec:
    """Read the market that is wanted, with what overrides it.

    Examples
    --------
    >>> spec_of(Wanted(tasks=7, expert_usd=0.5)).tasks.count
    7
    """
    spec = default_market() if wanted.market is None else read_market(wanted.market)
    if wanted.tasks is not None:
        spec = resized(spec, wanted.tasks)
    if wanted.value_usd is not None:
        arrivals = msgspec.structs.replace(
            spec.arrivals, value_usd=wanted.value_usd, target_accuracy=None
        )
        spec = msgspec.structs.replace(spec, arrivals=arrivals)
    if wanted.expert_usd is not None:
        experts = ExpertsSection(usd_per_label=wanted.expert_usd)
        spec = msgspec.structs.replace(spec, experts=experts)
    return spec
