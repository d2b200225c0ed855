"""The savings from a file to the screen."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from bandit.engine.checks import MOST
from bandit.errors import BadValue
from replay.recorded.replayed import PROJECT, ReplayTerms
from replay.runtime.print_result import print_result
from replay.runtime.settings_file import named_only, read_settings
from replay.runtime.text import share
from replay.savings.replays import replayed
from replay.savings.savings import savings_report
from replay.savings.show import print_savings
from replay.savings.table import Prices, read_labels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bandit.settings import Settings

VALUE_IN_LABELS = 50.0
"""What a right answer is worth where nobody says it, in prices of a label: the ratio of a dollar
to two cents, at which the recorded markets are replayed."""


def run_savings(
    file: Path,
    given: Mapping[str, str | None],
    usd_per_label: float | None = None,
    usd_of_pool: tuple[tuple[str, float], ...] = (),
    *,
    truth: str | None = None,
    as_written: bool = False,
    value_usd: float | None = None,
    seed: int = 0,
    replays: int = 3,
    jobs: int = 1,
    config: Path | None = None,
    as_json: bool = False,
) -> None:
    """Read `file`, replay it a few times and print the savings; `given` maps roles to columns.

    Raises
    ------
    InputError, ConfigError
        If the file, an option or the configuration can't be used.
    """
    settings = read_settings(config)
    prices = Prices(usd_per_label, usd_of_pool)
    crowd, columns = read_labels(file, given, prices, truth, as_written=as_written)
    price = median(row.usd for row in crowd.labels if row.usd)
    project = settings.of_project(PROJECT)
    said = project.value_usd if value_usd is None else value_usd
    worth = VALUE_IN_LABELS * price if said is None else said
    if not 0 < worth <= MOST:
        raise BadValue(f"--value {worth}: must be above 0 and at most {MOST:g}")
    target = project.target_accuracy if said is None else None
    crowd = replace(crowd, notes=(*crowd.notes, *_of_settings(settings, target)))
    paid = worth if target is None else None
    terms = [ReplayTerms(paid, seed + replay) for replay in range(replays)]
    outcomes = replayed(crowd, settings, terms, min(jobs, replays))
    report = savings_report(crowd, outcomes, columns, worth, seed)
    print_result(report, print_savings, as_json=as_json)


def _of_settings(settings: Settings, target: float | None) -> tuple[str, ...]:
    """Say what of the settings decides how many labels are bought, and what doesn't."""
    unused = named_only(settings, PROJECT)
    notes = () if unused is None else (unused,)
    if target is None:
        return notes
    said = (
        f"as many labels are bought as the target accuracy of {share(target)} takes (--config); the"
        " assumed value of a right answer only says what wrong answers cost"
    )
    return (*notes, said)
