"""Changes from one log to another: cost, quality and delay before and after.

The logs are independent samples of tasks, so the squares of the errors add. Medians have no
interval here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.labeling_report.figures.totals import Totals
    from replay.numerics.amount import Amount

Unit = Literal["usd", "share", "labels", "seconds", "tasks"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A figure before and after; `better` is `None` where the difference may be chance.

    `difference` has no interval (its ends are `None`) where the figure has none.
    """

    name: str
    unit: Unit
    before: float | None
    after: float | None
    difference: float | None
    low: float | None = None
    high: float | None = None
    better: bool | None = None


def changes(before: Totals, after: Totals) -> tuple[Change, ...]:
    """Compare two logs, figure by figure."""
    return (
        _plain("Tasks", "tasks", before.tasks, after.tasks),
        *_costs(before, after),
        _known(
            "Labels per task", "labels", before.labels_per_task, after.labels_per_task, more_is=0
        ),
        _known("Right answers, by audits", "share", before.accuracy, after.accuracy, more_is=1),
        _plain("Confidence, as claimed", "share", before.confidence, after.confidence),
        _known(
            "Worth of right answers less that cost, per task",
            "usd",
            before.net_usd_per_task,
            after.net_usd_per_task,
            more_is=1,
        ),
        _plain("Median time to answer", "seconds", before.delay_s_median, after.delay_s_median),
        _plain("95 % answered within", "seconds", before.delay_s_p95, after.delay_s_p95),
        _plain("Answered by the deadline", "share", before.on_time, after.on_time),
    )


def _costs(before: Totals, after: Totals) -> Iterator[Change]:
    """Compare the cost per task and its parts: with more audits a task isn't dearer to label."""
    for name, of, more_is in (
        ("Cost per task, audits included", "usd_per_task", -1),
        ("Of it, labels", "label_usd_per_task", -1),
        ("Of it, audits and other experts", "expert_usd_per_task", 0),
    ):
        yield _known(name, "usd", getattr(before, of), getattr(after, of), more_is)


def _plain(name: str, unit: Unit, before: float | None, after: float | None) -> Change:
    both = before is not None and after is not None
    difference = after - before if before is not None and after is not None and both else None
    return Change(name=name, unit=unit, before=before, after=after, difference=difference)


def _known(
    name: str, unit: Unit, before: Amount | None, after: Amount | None, more_is: int
) -> Change:
    """Compare estimates; `more_is` better with 1, worse with -1, neither with 0."""
    if before is None or after is None:
        values = (None if of is None else of.value for of in (before, after))
        return _plain(name, unit, *values)
    difference = after.value - before.value
    down = ((after.value - after.low) ** 2 + (before.high - before.value) ** 2) ** 0.5
    up = ((after.high - after.value) ** 2 + (before.value - before.low) ** 2) ** 0.5
    low, high = difference - down, difference + up
    better = None
    if more_is and (low > 0.0 or high < 0.0):
        better = (difference > 0.0) == (more_is > 0)
    return Change(
        name=name,
        unit=unit,
        before=before.value,
        after=after.value,
        difference=difference,
        low=low,
        high=high,
        better=better,
    )
