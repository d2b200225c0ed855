"""Charts of quality: how often labels of pools and people are right, and answers by confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.labeling_report.content.summary import usd_text
from replay.labeling_report.page.charts import MOST_ROWS, IntervalRow, intervals
from replay.labeling_report.page.numbers import (
    count,
    interval_cells,
    points,
    shown,
    whole_share,
)
from replay.report.html.elements import PageTable, Swatch
from replay.runtime.text import share, time_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.figures.confidence import Calibration
    from replay.labeling_report.figures.labelers import LabelerRow
    from replay.labeling_report.figures.pools import PoolFigures
    from replay.numerics.amount import Amount
    from replay.report.html.elements import Figure


def accuracy_by_pool(pools: Sequence[PoolFigures]) -> Figure:
    """Draw how often labels of each pool are right."""
    rows = [IntervalRow(pool.pool, pool.accuracy, _worth(pool)) for pool in pools[:MOST_ROWS]]
    heads = [
        "pool",
        "labels",
        "right",
        "low",
        "high",
        "with gold",
        "cost per right label",
        "median time",
        "asks without label",
        "later half less earlier",
    ]
    cells = [
        [
            pool.pool,
            shown(pool, "labels", count),
            *interval_cells(pool, "accuracy", share),
            shown(pool, "gold_labels", count),
            shown(pool, "usd_per_right", usd_text),
            shown(pool, "delay_s_median", time_of),
            shown(pool, "no_answer", share),
            shown(pool, "drift.value", points),
        ]
        for pool in pools[:MOST_ROWS]
    ]
    title = "How often a label is right, and what a right one costs"
    about = "A share with its interval for each pool"
    return intervals(title, about, rows, PageTable(heads, cells), whole_share, within=(0.0, 1.0))


def best_known(labelers: Sequence[LabelerRow]) -> Figure:
    """Draw suspects, and the labelers who were paid most."""
    chosen = labelers[:MOST_ROWS]
    rows = [
        IntervalRow(
            row.labeler,
            row.accuracy,
            f"{row.suspect} answers" if row.suspect else _rate_of(row),
            "suspect" if row.suspect else "plain",
        )
        for row in chosen
    ]
    heads = [
        "labeler",
        "pool",
        "suspect of",
        "labels",
        "right",
        "low",
        "high",
        "paid",
        "cost per right label",
        "median time",
        "later half less earlier",
    ]
    cells = [
        [
            row.labeler,
            row.pool,
            row.suspect or "–",
            shown(row, "labels", count),
            *interval_cells(row, "accuracy", share),
            shown(row, "usd", usd_text),
            shown(row, "usd_per_right", usd_text),
            shown(row, "delay_s_median", time_of),
            shown(row, "drift.value", points),
        ]
        for row in chosen
    ]
    key = (Swatch("second", "suspect"),) if any(row.suspect for row in chosen) else ()
    return intervals(
        f"{'Suspects, and the labelers' if key else 'Labelers'} who were paid most: how often they"
        " are right",
        "A share with its interval for each labeler",
        rows,
        PageTable(heads, cells, words=3),
        whole_share,
        key,
        within=(0.0, 1.0),
    )


def right_by_confidence(found: Calibration) -> Figure:
    """Draw how often answers are right, against the confidence that they claim."""
    rows = [
        IntervalRow(
            f"{whole_share(group.low)} to {whole_share(group.high)}",
            group.right,
            f"{_rate(group.right)} · {share(group.task_share)} of the tasks",
            mark=group.confidence,
        )
        for group in found.bins
    ]
    heads = ["from", "to", "tasks", "of the tasks", "confidence", "audits", "right", "low", "high"]
    cells = [
        [
            shown(group, "low", whole_share),
            shown(group, "high", whole_share),
            shown(group, "tasks", count),
            shown(group, "task_share", share),
            shown(group, "confidence", share),
            shown(group, "audits", count),
            *interval_cells(group, "right", share),
        ]
        for group in found.bins
    ]
    key = (Swatch("first", "right, by audits, with interval"), Swatch("mark", "claimed"))
    title = "Are answers right as often as they claim?"
    about = "For each range of confidence, the share that audits found right, and what was claimed"
    numbers = PageTable(heads, cells, words=0)
    return intervals(title, about, rows, numbers, whole_share, key, within=(0.0, 1.0))


def _rate(amount: Amount | None) -> str:
    return "not audited" if amount is None else f"{share(amount.value)} right"


def _rate_of(row: LabelerRow) -> str:
    rate = "–" if row.accuracy is None else share(row.accuracy.value)
    return f"{rate} of {counted(row.labels, 'label')}"


def _worth(pool: PoolFigures) -> str:
    if pool.accuracy is None or pool.usd_per_right is None:
        return "not judged"
    return f"{share(pool.accuracy.value)} · {usd_text(pool.usd_per_right)} per right label"
