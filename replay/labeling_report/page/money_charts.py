"""Charts of money: what pools were paid, and what a task cost, over time and by type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.labeling_report.content.summary import usd_text
from replay.labeling_report.page.charts import (
    MOST_ROWS,
    BarRow,
    Column,
    IntervalRow,
    bars,
    columns,
    intervals,
)
from replay.labeling_report.page.numbers import (
    count,
    decimals,
    interval_cells,
    shown,
)
from replay.report.html.elements import PageTable
from replay.runtime.text import share, time_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.figures.pools import PoolFigures
    from replay.labeling_report.figures.task_types import TaskType
    from replay.labeling_report.figures.timeline import Stretch
    from replay.labeling_report.figures.totals import Totals
    from replay.report.html.elements import Figure


def money(totals: Totals, pools: Sequence[PoolFigures]) -> Figure:
    """Draw what each pool, and experts, were paid."""
    rows = [
        BarRow(pool.pool, pool.usd, f"{usd_text(pool.usd)} · {share(pool.usd_share)}")
        for pool in pools[:MOST_ROWS]
    ]
    cells = [
        [
            pool.pool,
            shown(pool, "usd", usd_text),
            shown(pool, "usd_share", share),
            shown(pool, "labels", count),
            shown(pool, "usd_per_label", usd_text),
        ]
        for pool in pools[:MOST_ROWS]
    ]
    if totals.expert_usd:
        paid = f"{usd_text(totals.expert_usd)} · {share(totals.expert_share)}"
        rows.append(BarRow("experts (audits)", totals.expert_usd, paid, "second"))
        experts = ("expert_usd", usd_text), ("expert_share", share), ("audits", count)
        cells.append(["experts (audits)", *(shown(totals, *of) for of in experts), "–"])
    heads = ["pool", "paid", "of the cost", "labels", "per label"]
    numbers = PageTable(heads, cells)
    return bars("What each pool was paid", "A bar for each pool", rows, numbers)


def over_time(stretches: Sequence[Stretch]) -> Figure:
    """Draw what a task cost over time."""
    numbers = PageTable(
        ["from", "tasks", "cost", "cost per task", "labels per task", "confidence"],
        [
            [
                stretch.name,
                shown(stretch, "tasks", count),
                shown(stretch, "usd", usd_text),
                shown(stretch, "usd_per_task", usd_text),
                shown(stretch, "labels_per_task", decimals),
                shown(stretch, "confidence", share),
            ]
            for stretch in stretches
        ],
    )
    return columns(
        "What a task cost over time, in dollars",
        "A column for each stretch of time; the table has their numbers",
        [Column(stretch.name, stretch.usd_per_task) for stretch in stretches],
        numbers,
        usd_text,
    )


def dear_types(types: Sequence[TaskType]) -> Figure:
    """Draw what a task of each type costs, the dearest first."""
    chosen = types[:MOST_ROWS]
    rows = [
        IntervalRow(
            f"{row.by} {row.name}",
            row.usd_per_task,
            f"{usd_text(row.usd_per_task.value)} · {share(row.usd_share)} of the cost",
        )
        for row in chosen
    ]
    heads = [
        "by",
        "type",
        "tasks",
        "of the tasks",
        "of the cost",
        "cost per task",
        "low",
        "high",
        "labels per task",
        "confidence",
        "median time",
    ]
    cells = [
        [
            row.by,
            row.name,
            shown(row, "tasks", count),
            shown(row, "task_share", share),
            shown(row, "usd_share", share),
            *interval_cells(row, "usd_per_task", usd_text),
            shown(row, "labels_per_task", decimals),
            shown(row, "confidence", share),
            shown(row, "delay_s_median", time_of),
        ]
        for row in chosen
    ]
    title = "What a task costs, by type"
    about = "A mean with its interval for each type of task"
    numbers = PageTable(heads, cells, words=2)
    return intervals(title, about, rows, numbers, usd_text, within=(0.0, float("inf")))
