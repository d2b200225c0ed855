"""The report on features: every project's, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.features_report.advice import advice_of
from replay.features_report.figures import FeaturesReport
from replay.features_report.project_features import project_features

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from replay.features_report.rows import TaskRow


def features_report(
    projects: Mapping[str, Sequence[TaskRow]],
    log: str,
    notes: tuple[str, ...] = (),
    tell: Callable[[int], None] = lambda _: None,
) -> FeaturesReport:
    """Return the features of each project; `tell` is told of each that is done."""
    found = [project_features(rows, tell) for _, rows in sorted(projects.items())]
    return FeaturesReport(log=log, advice=advice_of(found), projects=tuple(found), notes=notes)
