"""The report on labelers: everybody's figures, and who is suspect, project by project."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from replay.labelers.copying import copying
from replay.labelers.figures import LabelerFigures, gold_accuracy, middle, usd_per_right
from replay.labelers.judged_label import by_labeler
from replay.labelers.label_accuracy import accuracy
from replay.labelers.label_drift import drift
from replay.labelers.pairs import pairs_of
from replay.labelers.suspicion import SUSPECT, p_value, suspicion, total_evidence
from replay.labelers.uninformative import uninformative
from replay.stats.holm import holm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.labelers.judged_label import JudgedLabel


class LabelersReport(msgspec.Struct, frozen=True, kw_only=True):
    """All labelers of a log; `suspect_from` is the evidence from which one is suspect.

    `is_table` says that it is of a table of labels and not of a log, which takes orders.
    """

    log: str
    tasks: int
    labels: int
    suspect_from: float
    labelers: tuple[LabelerFigures, ...]
    notes: tuple[str, ...] = ()
    is_table: bool = False


def labelers_report(
    labels: Iterable[JudgedLabel], log: str, notes: tuple[str, ...] = ()
) -> LabelersReport:
    """Sum up labels by project and labeler; in each pool, suspects stand first."""
    projects: dict[str, list[JudgedLabel]] = defaultdict(list)
    for label in labels:
        projects[label.project].append(label)
    rows = [row for _, of in sorted(projects.items()) for row in labelers_of(of)]
    return LabelersReport(
        log=log,
        tasks=len({(label.project, label.task) for of in projects.values() for label in of}),
        labels=sum(len(of) for of in projects.values()),
        suspect_from=SUSPECT,
        labelers=tuple(rows),
        notes=notes,
    )


def labelers_of(labels: list[JudgedLabel]) -> list[LabelerFigures]:
    """Return the figures of all labelers of one project."""
    tasks: dict[str, list[JudgedLabel]] = defaultdict(list)
    for label in labels:
        tasks[label.task].append(label)
    shared = copying(pairs_of(tasks.values()))
    groups = by_labeler(labels)
    drifts = [drift(own) for own in groups.values()]
    p_values = holm([found and found.p_value() for found in drifts])
    rows = []
    for (name, own), found, p_value_of_drift in zip(groups.items(), drifts, p_values, strict=True):
        plain, copied, rate = uninformative(own), shared.get(name), accuracy(own)
        evidence = total_evidence(plain, copied)
        rows.append(
            LabelerFigures(
                project=own[0].project,
                pool=Counter(label.pool for label in own).most_common(1)[0][0],
                labeler=name,
                labels=len(own),
                judged=sum(label.chances is not None for label in own),
                accuracy=rate,
                gold_labels=sum(label.is_gold for label in own),
                gold_right=sum(label.is_gold and label.agreement == 1.0 for label in own),
                gold_accuracy=gold_accuracy(own),
                delay_s_median=middle([label.delay_s for label in own]),
                seconds_spent_median=middle([label.seconds_spent for label in own]),
                usd=math.fsum(label.usd for label in own),
                usd_per_right=usd_per_right(own, rate),
                drift=found and found.amount(),
                drift_p_value=p_value_of_drift,
                shadowed_labels=sum(label.shadowed for label in own),
                is_shadowed=own[-1].shadowed,
                log10_evidence=evidence / math.log(10.0),
                p_value=p_value(plain, copied),
                suspicion=suspicion(own, plain, copied),
            )
        )
    rows.sort(key=lambda row: (row.pool, row.suspicion is None, -row.labels, row.labeler))
    return rows
