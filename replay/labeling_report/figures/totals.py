"""Totals of a log: tasks, cost, quality and delay."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

import msgspec

from replay.demo.audited_accuracy import AuditedAnswer, audited_accuracy
from replay.labeling_report.read.blocks import Blocks
from replay.market.live import quantile
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.read.closed_task import ClosedTask
    from replay.labeling_report.read.read_tasks import LabelingLog

DAY_S = 86_400.0


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the whole log; money in US dollars, times in seconds, shares in [0, 1].

    `usd` is the price of labels and experts, `expert_share` the part of experts, who do audits and
    whatever else only they can. Amounts per task are of all tasks; `accuracy`, `confidence` and the
    delays are of those that were answered, `None` where none was. `accuracy` is that of the first
    verdicts, from audits weighted by 1 / their probability; `None` without audits. `confidence` is
    the mean that the verdicts claim. `net_usd_per_task` is the worth of right answers (by the
    accuracy, else by the confidence) less cost. `on_time` is the share of the `with_deadline` tasks
    that were answered by their deadline. `labelers` counts a person of several projects once.
    """

    tasks: int
    pending: int
    answered: int
    projects: tuple[str, ...]
    begin_at: float
    end_at: float
    span_days: float
    labelers: int
    labels: int
    labels_per_task: Amount
    label_usd: float
    expert_usd: float
    expert_share: float
    usd: float
    usd_per_task: Amount
    label_usd_per_task: Amount
    expert_usd_per_task: Amount
    audits: int
    accuracy: Amount | None
    confidence: float | None
    delay_s_median: float | None
    delay_s_p95: float | None
    with_deadline: int
    on_time: float | None
    worth_usd_per_task: float
    net_usd_per_task: Amount


def totals(log: LabelingLog) -> Totals:
    """Add up a log."""
    tasks = log.tasks
    count = len(tasks)
    answered = [task for task in tasks if task.answer is not None]
    claimed = fsum(task.confidence for task in answered) / len(answered) if answered else None
    delays = sorted(task.delay_s for task in answered)
    timed = [task.on_time for task in tasks if task.on_time is not None]
    begin, end = min(task.at for task in tasks), max(task.closed_at for task in tasks)
    right = audited(answered)
    worth = fsum(task.worth_usd for task in tasks) / count
    gained = fsum(task.worth_usd for task in answered) / count
    usd, experts = fsum(task.usd for task in tasks), fsum(task.expert_usd for task in tasks)
    blocks = Blocks.of(
        [(1.0, task.usd, task.labels, task.label_usd, task.expert_usd) for task in tasks]
    )
    per_task = blocks.interval(lambda sums: sums[1] / sums[0])
    return Totals(
        tasks=count,
        pending=log.pending,
        answered=len(answered),
        projects=tuple(sorted({task.project for task in tasks})),
        begin_at=begin,
        end_at=end,
        span_days=(end - begin) / DAY_S,
        labelers=len({label.labeler for label in log.labels()}),
        labels=sum(task.labels for task in tasks),
        labels_per_task=blocks.interval(lambda sums: sums[2] / sums[0]),
        label_usd=fsum(task.label_usd for task in tasks),
        expert_usd=experts,
        expert_share=experts / usd if usd else 0.0,
        usd=usd,
        usd_per_task=per_task,
        label_usd_per_task=blocks.interval(lambda sums: sums[3] / sums[0]),
        expert_usd_per_task=blocks.interval(lambda sums: sums[4] / sums[0]),
        audits=sum(task.right is not None for task in tasks),
        accuracy=right,
        confidence=claimed,
        delay_s_median=quantile(delays, 0.5),
        delay_s_p95=quantile(delays, 0.95),
        with_deadline=len(timed),
        on_time=sum(timed) / len(timed) if timed else None,
        worth_usd_per_task=worth,
        net_usd_per_task=_net(right or _exactly(claimed or 0.0), gained, per_task),
    )


def audited(tasks: Sequence[ClosedTask]) -> Amount | None:
    """Share of right answers by audits; `None` without any. Each task has an answer."""
    found = audited_accuracy(
        [
            AuditedAnswer(
                task.task,
                task.confidence,
                task.audit_chance,
                None if task.right is None else float(task.right),
            )
            for task in tasks
        ]
    )
    return None if found is None else Amount(found.value, found.low, found.high)


def _exactly(value: float) -> Amount:
    return Amount(value, value, value)


def _net(right: Amount, worth: float, cost: Amount) -> Amount:
    """Worth less cost; the two errors are added as if they were independent."""
    value = worth * right.value - cost.value
    down = ((worth * (right.value - right.low)) ** 2 + (cost.high - cost.value) ** 2) ** 0.5
    up = ((worth * (right.high - right.value)) ** 2 + (cost.value - cost.low) ** 2) ** 0.5
    return Amount(value, value - down, value + up)
