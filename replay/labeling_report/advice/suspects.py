"""Recommendation to buy no more labels from suspects, whose answers say nothing of the tasks."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.labeling_report.advice.recommendation import Recommendation
from replay.labeling_report.read.blocks import Blocks
from replay.runtime.text import dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.advice.recommendation import Scale
    from replay.labeling_report.figures.labelers import LabelerRow
    from replay.labeling_report.read.read_tasks import LabelingLog

NAMED = 5
"""Suspects that are named; the others are in the table of labelers."""


def suspects(
    log: LabelingLog, labelers: Sequence[LabelerRow], scale: Scale
) -> list[Recommendation]:
    """Recommend to part with all suspects; what their labels cost is saved."""
    found = [row for row in labelers if row.suspect is not None]
    if not found:
        return []
    since = {(row.project, row.labeler): row.suspect_since or 0.0 for row in found}
    labels, rows = 0, []
    for task in log.tasks:
        bad = [
            ask.usd
            for ask in task.asks
            if ask.label is not None
            and ask.label.at >= since.get((task.project, ask.label.labeler), float("inf"))
        ]
        labels += len(bad)
        rows.append((sum(bad),))
    saved = Blocks.of(rows).next_batch(lambda sums: sums[0])
    projects = {row.project for row in found}
    command = ["poolwise", "labelers", log.name]
    if len(projects) == 1:
        command += ["--project", *projects]
    return [
        Recommendation(
            kind="suspects",
            title=f"Stop paying {counted(len(found), 'labeler')} whose answers say nothing",
            action=(
                "Look at their answers, shadow them so that their labels don't count, and end the"
                " contract once you are sure."
            ),
            evidence=(
                f"{counted(labels, 'label')} for {dollars(sum(row[0] for row in rows))} came from"
                f" {counted(len(found), 'suspect')}. Odds against an honest labeler:"
                f" {_reasons(found)}. Honest labelers become suspects in at most one of 100 months."
            ),
            verify=shlex.join(command),
            saving_usd=saved.times(scale.factor),
            net_usd=saved.value * scale.factor,
            share=saved.value / scale.usd if scale.usd else 0.0,
            log_usd=saved.value,
            labels=labels,
            labelers=tuple(row.labeler for row in found),
        )
    ]


def _odds(evidence: float) -> str:
    """Write odds against an honest labeler, from their decimal logarithm.

    Examples
    --------
    >>> _odds(2.3), _odds(9.0)
    ('200 : 1', 'more than a million : 1')
    """
    if evidence >= 6.0:
        return "more than a million : 1"
    return f"{float(f'{10.0**evidence:.2g}'):,.0f} : 1"


def _reasons(found: Sequence[LabelerRow]) -> str:
    told = [
        f"{_odds(row.evidence or 0.0)} for {row.labeler} ({row.suspect} answers)"
        for row in found[:NAMED]
    ]
    more = len(found) - len(told)
    return ", ".join([*told, f"{more:,} more in the table of labelers"] if more else told)
