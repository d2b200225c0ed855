"""What is planted is found, and nothing else: on logs made by numpy, read from the file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from replay.features_report.features_report import features_report
from replay.features_report.read import read_tasks
from tests.replay.features_report.made_logs import CHANGE_AT, USEFUL, USELESS, made_log

if TYPE_CHECKING:
    from pathlib import Path

    from replay.features_report.figures import FeaturesReport

SEEDS = range(3001, 3041)
"""Nothing was settled or measured on these."""


def report_of(path: Path) -> FeaturesReport:
    projects, notes = read_tasks(path)
    return features_report(projects, str(path), notes)


@pytest.mark.slow
def test_a_planted_drift_and_useless_features_are_found(tmp_path: Path) -> None:
    """In 40 logs, each bound for what is promised; rates measured on seeds 2000 to 2119.

    A useless feature isn't named in at most 10 % of logs (measured: 7 of 120): fail above 10. False
    alarm 1.5e-3; 40 % are caught in 96 %. Another feature than the one that changed is flagged, a
    useful one is called useless, or the change isn't found within 6 % of the log, each in at most
    5 % (measured: 0 of 120): fail above 7. False alarm 7e-4 each; 30 % are caught in 94 %.
    """
    faults: Counter[str] = Counter()
    for seed in SEEDS:
        report = report_of(made_log(tmp_path / "planted.db", seed, planted=True))
        (tmp_path / "planted.db").unlink()
        (project,) = report.projects
        changed = {one.name: one.drift for one in project.features if one.drift}
        changed = {name: drift for name, drift in changed.items() if drift.changed}
        useless = {one.name for one in project.features if one.is_useless}
        since = changed["length"].since_task if "length" in changed else None
        found = pytest.approx(CHANGE_AT * project.tasks, abs=0.06 * project.tasks)
        faults["useless one not named"] += not useless >= USELESS
        faults["useful one called useless"] += bool(useless & USEFUL)
        faults["another change"] += bool(changed.keys() - {"length"})
        faults["change not found"] += since != found
    assert faults.pop("useless one not named") <= 10
    assert max(faults.values()) <= 7, faults


@pytest.mark.slow
def test_nothing_is_flagged_on_a_stationary_log(tmp_path: Path) -> None:
    """Anything in at most 5 % of logs (measured: 0 of 120): of 40, fail above 7.

    False alarm 7e-4; 30 % are caught in 94 %.
    """
    flagged = 0
    for seed in SEEDS:
        flagged += bool(report_of(made_log(tmp_path / "calm.db", seed)).advice)
        (tmp_path / "calm.db").unlink()
    assert flagged <= 7
