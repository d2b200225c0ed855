"""Let an engine work through made tasks in a simulated market, from its settings to the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay.market.live import run_live
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.report import print_live
from replay.market.tasks import Arrivals, made_tasks
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress
from replay.runtime.settings_file import read_settings

if TYPE_CHECKING:
    from pathlib import Path


def simulate_made(
    tasks: int,
    value_usd: float,
    *,
    seed: int = 0,
    expert_usd: float | None = None,
    config: Path | None = None,
    as_json: bool = False,
) -> None:
    """Let an engine work through made tasks, and print how it went.

    Raises
    ------
    InputError, ConfigError
        If the configuration can't be used.
    """
    settings = msgspec.structs.replace(read_settings(config), seed=seed)
    made = made_tasks(tasks, Arrivals(value_usd=value_usd), seed)
    pools = four_pools(made[0].task.classes)
    market = Market(pools, made, seed, expert_usd=expert_usd)
    with progress("simulating", "tasks") as more:
        report = run_live(market, settings, lambda _: more(1))
    print_result(report, print_live, as_json=as_json)
