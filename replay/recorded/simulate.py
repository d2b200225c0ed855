"""Buy the labels of a recorded crowd with an engine, from its settings to the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from replay.recorded.crowd import in_one_pool
from replay.recorded.files import read_crowd
from replay.recorded.replayed import PROJECT, ReplayTerms, priced, run_recorded
from replay.recorded.report import print_recorded, recorded_report
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress
from replay.runtime.settings_file import named_only, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from replay.market.logged import Opening
    from replay.recorded.replayed import Choose


def simulate_recorded(
    folder: Path,
    usd_per_label: float,
    value_usd: float | None,
    *,
    seed: int = 0,
    choose: Choose = "pool",
    expert_usd: float | None = None,
    config: Path | None = None,
    opening: Opening | None = None,
    as_json: bool = False,
) -> None:
    """Replay the labels in `folder` and print what the engine made of them.

    `value_usd` is what a right answer is worth; `None` for what the configuration says, else $1.
    `choose` says whether labelers, pools or neither is chosen. With `opening`, which opens a new
    log, a worker on that log decides.

    Raises
    ------
    InputError, ConfigError
        If the folder or the configuration can't be used.
    """
    settings = read_settings(config)
    crowd = priced(read_crowd(folder), usd_per_label)
    if choose == "random":
        crowd = in_one_pool(crowd)
    unused = named_only(settings, PROJECT)
    if unused is not None:
        crowd = replace(crowd, notes=(*crowd.notes, unused))
    terms = ReplayTerms(value_usd=value_usd, seed=seed, expert_usd=expert_usd, choose=choose)
    with progress("replaying", "tasks") as more:
        outcome = run_recorded(crowd, settings, terms, lambda _: more(1), opening)
    report = recorded_report(crowd, outcome, terms)
    print_result(report, print_recorded, as_json=as_json)
