"""Figures of each labeler, with those of `poolwise labelers` who are suspect."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from replay.labelers.labelers_report import labelers_report
from replay.labelers.uninformative import uninformative
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from replay.labelers.figures import LabelerFigures
    from replay.labelers.judged_label import JudgedLabel
    from replay.labeling_report.read.read_tasks import LabelingLog


class LabelerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A labeler of a project; money in US dollars, times in seconds, shares in [0, 1].

    `suspect` is the kind of suspicion, `reason` its evidence in words, and `evidence` the odds
    against an honest labeler as a decimal logarithm. `wasted_usd` is what the suspicious labels
    cost: of a labeler who was honest at first, those since then.
    """

    project: str
    pool: str
    labeler: str
    labels: int
    usd: float
    accuracy: Amount | None
    usd_per_right: float | None
    gold_labels: int
    delay_s_median: float | None
    drift: Amount | None
    suspect: str | None = None
    reason: str | None = None
    evidence: float | None = None
    wasted_usd: float | None = None
    suspect_since: float | None = None
    is_shadowed: bool = False


def labelers(log: LabelingLog) -> tuple[LabelerRow, ...]:
    """Sum up labelers: suspects first, then the one who was paid most."""
    own: dict[tuple[str, str], list[JudgedLabel]] = defaultdict(list)
    for label in sorted(log.labels(), key=lambda label: (label.at, label.task)):
        own[label.project, label.labeler].append(label)
    rows = [
        _row(found, own[found.project, found.labeler])
        for found in labelers_report(log.labels(), log.name).labelers
    ]
    rows.sort(key=lambda row: (row.suspect is None, -row.usd, row.project, row.labeler))
    return tuple(rows)


def _row(found: LabelerFigures, labels: list[JudgedLabel]) -> LabelerRow:
    suspicion = found.suspicion
    row = LabelerRow(
        project=found.project,
        pool=found.pool,
        labeler=found.labeler,
        labels=found.labels,
        usd=found.usd,
        accuracy=found.accuracy,
        usd_per_right=found.usd_per_right,
        gold_labels=found.gold_labels,
        delay_s_median=found.delay_s_median,
        drift=found.drift,
        is_shadowed=found.is_shadowed,
    )
    if suspicion is None:
        return row
    sleeping = suspicion.kind == "sleeping"
    since = uninformative(labels).since_at if sleeping else labels[0].at
    return msgspec.structs.replace(
        row,
        suspect=suspicion.kind,
        reason=suspicion.reason,
        evidence=found.log10_evidence,
        wasted_usd=sum(label.usd for label in labels if label.at >= since),
        suspect_since=since,
    )
