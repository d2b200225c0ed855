"""Slices: what the target earns more than was logged in each, or what it earns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.report.figures.forest import ForestRow, ReferenceLine, forest
from replay.report.html.elements import PageTable
from replay.report.wording.digits import number

if TYPE_CHECKING:
    from replay.report.html.elements import Figure
    from replay.results.evaluation import Estimate, Evaluation, SliceEstimate


def slice_figure(answer: Evaluation) -> Figure:
    """Draw each slice's gain where there is any, else its estimate."""
    alone = len({part.column for part in answer.slices}) == 1
    by_gain = any(part.gain is not None for part in answer.slices)
    lines = [
        _line(part, part.gain if by_gain else part.estimate, alone=alone) for part in answer.slices
    ]
    rule = ReferenceLine(0.0, "as much as was logged") if by_gain else None
    return forest(said(answer.slices), lines, rule, ("slice", "interval method"))


def slice_table(answer: Evaluation) -> PageTable:
    """List all that is known of each slice."""
    rows = [
        [part.name, part.verdict, f"{part.rows:,}", *_cells(part.estimate), *_cells(part.gain)]
        for part in answer.slices
    ]
    heads = ["slice", "verdict", f"{answer.unit}s", "value", "low", "high", "gain", "low", "high"]
    return PageTable(heads, rows, words=2)


def said(slices: tuple[SliceEstimate, ...]) -> str:
    """Say in how many slices the target is better, worse, or not to be told from the log."""
    gains = [part.gain for part in slices if part.gain is not None]
    if not gains:
        able = sum(part.estimate is not None for part in slices)
        return f"{able:,} of {len(slices):,} slices can answer"
    better = sum(part.low > 0 for part in gains)
    worse = sum(part.high < 0 for part in gains)
    return (
        f"Of {counted(len(slices), 'slice')}, the target earns more in {better:,} and less in"
        f" {worse:,}, no difference is detectable in {len(gains) - better - worse:,}, and"
        f" {len(slices) - len(gains):,} can't answer"
    )


def _line(part: SliceEstimate, estimate: Estimate | None, *, alone: bool) -> ForestRow:
    """Name the column only where there are several: a phone has little room."""
    name = part.value if alone else part.name
    return ForestRow(f"{name} ({part.rows:,})", estimate, part.judgement.status)


def _cells(estimate: Estimate | None) -> list[str]:
    if estimate is None:
        return ["–", "–", "–"]
    return [number(estimate.value), number(estimate.low), number(estimate.high)]
