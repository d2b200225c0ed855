"""The report in five sentences, to be pasted into a mail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.labeling_report.figures.timeline import REAL_FROM
from replay.runtime.text import dollars, listed, share, time_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.advice.recommendation import Recommendation
    from replay.labeling_report.figures.labelers import LabelerRow
    from replay.labeling_report.figures.pools import PoolFigures
    from replay.labeling_report.figures.totals import Totals
    from replay.numerics.amount import Amount

NAMED = 3
WIDE = 0.1
"""Width of an interval from which on it is told in place of the estimate: few audits say little."""


def summary(
    totals: Totals,
    pools: Sequence[PoolFigures],
    labelers: Sequence[LabelerRow],
    advice: Sequence[Recommendation],
    per: str,
) -> tuple[str, ...]:
    """Say in five sentences what was labeled, how well, how fast, for what, and what to do."""
    return (
        _work(totals),
        _quality(totals),
        _delay(totals),
        _money(totals, pools),
        _saving(labelers, advice, per),
    )


def projects(totals: Totals) -> str:
    """Name the projects, or the first of many."""
    names = totals.projects[:NAMED]
    more = len(totals.projects) - len(names)
    return listed([*names, f"{more:,} more"] if more else list(names))


def period(totals: Totals) -> str:
    """Write when the log is from, or how long it is where its times are simulated."""
    if totals.begin_at < REAL_FROM:
        return f"in {duration(totals.span_days)}"
    begin, end = day(totals.begin_at), day(totals.end_at)
    return f"on {begin}" if begin == end else f"from {begin} to {end}"


def day(at: float) -> str:
    """Write a date.

    Examples
    --------
    >>> day(1_700_000_000.0)
    '14 November 2023'
    """
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%B %Y}"


def duration(days: float) -> str:
    """Write a duration in days or hours.

    Examples
    --------
    >>> duration(12.3), duration(0.5)
    ('12 days', '12 hours')
    """
    return counted(round(days), "day") if days >= 3 else counted(round(24 * days), "hour")


def usd_text(usd: float) -> str:
    """Write dollars, cents only where they count.

    Examples
    --------
    >>> usd_text(0.0712), usd_text(5.5), usd_text(1143.56)
    ('$0.071', '$5.50', '$1,144')
    """
    return dollars(usd, 3 if abs(usd) < 1 else 2 if abs(usd) < 100 else 0)


def usd_range(amount: Amount) -> str:
    """Write an amount's interval."""
    return f"{usd_text(amount.low)} to {usd_text(amount.high)}"


def by_deadline(totals: Totals) -> str:
    """Word what `on_time` is a share of: all answers, or the tasks that have a deadline."""
    if totals.answered == totals.with_deadline == totals.tasks:
        return "by their deadline"
    return "of the tasks with a deadline were answered by it"


def _work(totals: Totals) -> str:
    kind = "project" if len(totals.projects) == 1 else "projects"
    count, verb, base = counted(totals.tasks, "task"), "were", ""
    if totals.answered < totals.tasks:
        count = f"{f'{totals.answered:,}' if totals.answered else 'None'} of {count}"
        verb = "were" if totals.answered > 1 else "was"
        base = ", those without an answer included"
    return (
        f"{count} of the {kind} {projects(totals)} {verb} answered"
        f" {period(totals)} for {usd_text(totals.usd)}, which is"
        f" {usd_text(totals.usd_per_task.value)} and {totals.labels_per_task.value:.2f} labels a"
        f" task{base}."
    )


def _quality(totals: Totals) -> str:
    if totals.confidence is None:
        return "There is no answer whose quality could be told."
    claimed = share(totals.confidence)
    right = totals.accuracy
    if right is None:
        return f"The mean confidence of the answers is {claimed}, which no audit has checked."
    if right.high - right.low > WIDE:
        return (
            f"Between {share(right.low)} and {share(right.high)} of the answers are right (95 %"
            f" interval, by {counted(totals.audits, 'audit')}); their mean confidence is {claimed}."
        )
    return (
        f"{share(right.value)} of the answers are right (95 % interval {share(right.low)} to"
        f" {share(right.high)}, by {counted(totals.audits, 'audit')}); their mean confidence is"
        f" {claimed}."
    )


def _delay(totals: Totals) -> str:
    late = "" if totals.on_time is None else f", and {share(totals.on_time)} {by_deadline(totals)}"
    if totals.delay_s_median is None:
        return "No answer came, so nothing is known of times."
    half = totals.delay_s_median
    when = "at once" if half < 1.0 else f"within {time_of(half)}"
    return f"Half of the answers came {when}, 95 % within {time_of(totals.delay_s_p95)}{late}."


def _money(totals: Totals, pools: Sequence[PoolFigures]) -> str:
    if not pools or not totals.usd:
        return "No labels were paid."
    takers = [(pool.usd_share, f"the pool {pool.pool}") for pool in pools]
    takers = sorted([*takers, (totals.expert_share, "audits by experts")], reverse=True)[:2]
    told = "Most of the money went to "
    told += listed([f"{name} ({share(part)})" for part, name in takers if part])
    known = [pool for pool in pools if pool.usd_per_right is not None]
    if len(known) > 1:
        cheap = min(known, key=lambda pool: (pool.usd_per_right or 0.0, pool.pool))
        dear = max(known, key=lambda pool: (pool.usd_per_right or 0.0, pool.pool))
        told += (
            f"; a right label costs from {usd_text(cheap.usd_per_right or 0.0)}"
            f" ({cheap.pool}) to {usd_text(dear.usd_per_right or 0.0)} ({dear.pool})"
        )
    return f"{told}."


def _saving(labelers: Sequence[LabelerRow], advice: Sequence[Recommendation], per: str) -> str:
    people = len({row.labeler for row in labelers})
    suspects = len({row.labeler for row in labelers if row.suspect is not None})
    if not advice:
        return (
            "The log supports no recommendation that would save at least 1 % of the cost, and no"
            f" labeler of {people:,} is suspect."
        )
    first = advice[0]
    more = len(advice) - 1
    rest = f"; {counted(more, 'more recommendation')} in the report" if more else ""
    if suspects and first.kind != "suspects":
        rest += f"; {counted(suspects, 'labeler')} suspect"
    return (
        f"The largest saving would be {usd_text(first.saving_usd.value)} {per}"
        f" ({usd_range(first.saving_usd)}), {share(first.share)} of the cost:"
        f" {first.title[0].lower()}{first.title[1:]}{rest}."
    )
