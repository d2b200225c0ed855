"""Savings on labels that were bought already, by replaying them as a recorded market.

    saved     = price of all labels − price of those that the engine bought
    agreement = share of tasks whose answer is the majority's of all their labels; where that is
                tied, its chance under a random tie-break

Agreement isn't accuracy: only where truth is given is anything called accurate.
"""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from replay.baselines.majority import majority_vote
from replay.numerics.amount import Amount
from replay.savings.bootstrap import block_ratio
from replay.savings.sources import SourceCost, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bandit.events import Label
    from replay.market.outcome import Outcome
    from replay.recorded.crowd import Crowd, CrowdLabel

MONTH_S = 365.25 / 12 * 86400
SHORTEST_SPAN_S = 86400.0  # less than a day of labels doesn't make a month


class DifferingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A task whose answer would be another; `theirs` has several classes where they tie."""

    task: str
    theirs: tuple[str, ...]
    ours: str | None
    confidence: float | None
    labels: int
    truth: str | None = None


class SavingsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The savings in figures: money in US dollars, shares in [0, 1], means over the replays.

    `usd_saved` is a month's where the times are known (`per` says "a month"), else that of 1,000
    tasks; so is `usd_at_risk`, what it would cost if every answer that isn't the majority's were
    wrong where the majority is right. `differing` is of the first replay; a task whose majority is
    tied, of which there are `tied_tasks`, differs only if the answer is none of the tied ones, but
    counts in `agreement` by that answer's share. The last three are `None` without truth.
    """

    name: str
    replays: int
    tasks: int
    labels: int
    labels_needed: float
    labels_not_needed: float
    usd: float
    usd_needed: float
    per: str
    usd_saved: Amount
    share_saved: Amount
    span_days: float | None
    value_usd: float
    agreement: Amount
    usd_at_risk: float
    differing: tuple[DifferingAnswer, ...]
    pools: tuple[SourceCost, ...]
    labelers: tuple[SourceCost, ...]
    columns: dict[str, str]
    notes: tuple[str, ...]
    tied_tasks: int = 0
    tasks_with_truth: int = 0
    accuracy: Amount | None = None
    their_accuracy: Amount | None = None
    accuracy_gain: Amount | None = None


def savings_report(
    crowd: Crowd,
    outcomes: Sequence[Outcome],
    columns: dict[str, str],
    value_usd: float,
    seed: int = 0,
) -> SavingsReport:
    """Compare replays of `crowd`, whose rows have prices, with the labels that were bought."""
    order = list(outcomes[0].tasks)
    usd = {(row.task, row.labeler): row.usd or 0.0 for row in crowd.labels}
    paid = _sums(crowd.labels, usd)
    needed = [_sums(outcome.labels, usd) for outcome in outcomes]
    saved_usd = [[paid[task] - replay[task] for task in order] for replay in needed]
    theirs = majority_vote(crowd.triples())
    ours = [
        {task: verdict.answer or "" for task, verdict in outcome.answered.items()}
        for outcome in outcomes
    ]
    agreed = [[theirs[task].get(replay.get(task, ""), 0.0) for task in order] for replay in ours]
    times = [row.at for row in crowd.labels if row.at is not None]
    span_s = max(times) - min(times) if times else 0.0
    monthly = span_s >= SHORTEST_SPAN_S
    tasks_per = len(order) * MONTH_S / span_s if monthly else 1000.0
    each = [1.0] * len(order)
    agreement = block_ratio(agreed, each, seed).share()
    bought = fmean(len(outcome.labels) for outcome in outcomes)
    report = SavingsReport(
        name=crowd.name,
        replays=len(outcomes),
        tasks=len(order),
        labels=len(crowd.labels),
        labels_needed=bought,
        labels_not_needed=len(crowd.labels) - bought,
        usd=fsum(paid.values()),
        usd_needed=fmean(fsum(replay.values()) for replay in needed),
        per="a month" if monthly else "per 1,000 tasks",
        usd_saved=block_ratio(saved_usd, each, seed).times(tasks_per),
        share_saved=block_ratio(saved_usd, [paid[task] for task in order], seed).share(),
        span_days=span_s / 86400 if times else None,
        value_usd=value_usd,
        agreement=agreement,
        usd_at_risk=(1.0 - agreement.value) * value_usd * tasks_per,
        differing=_differing(outcomes[0], theirs, crowd.truth),
        pools=sources(crowd.labels, theirs, lambda row: row.pool or ""),
        labelers=sources(crowd.labels, theirs, lambda row: row.labeler),
        columns=columns,
        notes=crowd.notes,
        tied_tasks=sum(len(theirs[task]) > 1 for task in order),
    )
    judged = [task for task in order if task in crowd.truth]
    if not judged:
        return report
    right = [[float(replay.get(task) == crowd.truth[task]) for task in judged] for replay in ours]
    vote = [theirs[task].get(crowd.truth[task], 0.0) for task in judged]
    gain = [[a - b for a, b in zip(replay, vote, strict=True)] for replay in right]
    each = [1.0] * len(judged)
    return msgspec.structs.replace(
        report,
        tasks_with_truth=len(judged),
        accuracy=block_ratio(right, each, seed).share(),
        their_accuracy=block_ratio([vote], each, seed).share(),
        accuracy_gain=block_ratio(gain, each, seed),
    )


def _sums(
    rows: Iterable[CrowdLabel | Label], usd: Mapping[tuple[str, str], float]
) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for row in rows:
        sums[row.task] += usd[row.task, row.labeler]
    return sums


def _differing(
    outcome: Outcome, theirs: Mapping[str, Mapping[str, float]], truth: Mapping[str, str]
) -> tuple[DifferingAnswer, ...]:
    """Tasks whose answer isn't among the majority's, the surest of ours first."""
    rows = [
        DifferingAnswer(
            task=task,
            theirs=tuple(sorted(theirs[task])),
            ours=verdict.answer,
            confidence=verdict.confidence,
            labels=verdict.labels,
            truth=truth.get(task),
        )
        for task, verdict in outcome.answered.items()
        if verdict.answer not in theirs[task]
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.confidence or 0.0), row.task)))
