"""The forecast on the page: sentences, a chart of tasks, and the labelers that pools need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from replay.labeling_report.content.summary import usd_text
from replay.labeling_report.page.charts import Column, columns
from replay.labeling_report.page.numbers import count, days, shown, whole_share, with_interval
from replay.report.html.elements import PageTable, Swatch
from replay.runtime.text import share, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.labeling_report.figures.outlook import BudgetOutlook, Outlook, PoolOutlook
    from replay.report.html.elements import Figure


class OutlookParts(NamedTuple):
    """Sentences, the chart of tasks, and the table of pools with a line below it."""

    lines: list[Markup]
    chart: Figure | None = None
    pools: PageTable | None = None
    pools_hint: Markup = Markup("")


def outlook_parts(outlook: Outlook) -> OutlookParts:
    """Write the forecast, or say why there is none."""
    if outlook.refused is not None:
        short = Markup("The log is too short for a forecast: {}.").format(outlook.refused)
        return OutlookParts([short])
    staffed = [pool for pool in outlook.pools if pool.labelers is not None]
    hint = Markup(
        "For the next {} hours. With so many, {} of all asks are begun within {}, if labelers work"
        " as fast as in this log.{}"
    ).format(
        shown(outlook, "staffed_hours", count),
        shown(outlook, "service_share", whole_share),
        shown(outlook, "most_wait_s", time_of),
        _unplanned(outlook),
    )
    return OutlookParts(
        list(_lines(outlook)),
        _tasks_ahead(outlook),
        _pools(outlook, staffed) if staffed else None,
        hint,
    )


def _lines(outlook: Outlook) -> Iterator[Markup]:
    held = Markup("")
    if outlook.held is not None:
        held = Markup(" In the past, {} of the values lay in the interval of their {}.").format(
            shown(outlook, "held", share), outlook.per
        )
    yield Markup("In the next {} {}s{}, expect {} tasks ({} to {}) that cost {}.").format(
        shown(outlook, "horizon", count),
        outlook.per,
        "" if outlook.begins is None else f", from {outlook.begins} (UTC) on",
        *(shown(outlook, f"tasks.{part}", count) for part in ("value", "low", "high")),
        with_interval(outlook, "usd", usd_text),
    )
    month = outlook.month
    if month is not None:
        yield Markup("{} will cost {}, of which {} is spent.").format(
            month.month,
            with_interval(month, "at_end", usd_text),
            shown(month, "so_far_usd", usd_text),
        )
    for budget in outlook.budgets:
        yield _budget(budget)
    for pool in outlook.pools:
        if pool.short_hours:
            yield Markup("The pool {} is too small in {} of the next {} hours.").format(
                pool.pool,
                shown(pool, "short_hours", count),
                shown(outlook, "staffed_hours", count),
            )
    yield Markup("Ranges in parentheses are {} intervals.{}").format(
        shown(outlook, "level", whole_share), held
    )


def _budget(budget: BudgetOutlook) -> Markup:
    of = "The budget" if budget.project is None else f"The budget of {budget.project}"
    usd = shown(budget, "left_usd", usd_text)
    if budget.is_used_up:
        return Markup("{} is used up ({} left).").format(of, usd)
    left = Markup("{} ({} left)").format(of, usd)
    seen = shown(budget, "seen_days", days)
    if budget.days is None:
        return Markup("{} lasts for the {} that can be seen ahead.").format(left, seen)
    low, high = (
        Markup("more than {}").format(seen) if value is None else shown(budget, name, days)
        for name, value in (("days_low", budget.days_low), ("days_high", budget.days_high))
    )
    return Markup("{} runs out in {} ({} to {}), {}.").format(
        left, shown(budget, "days", days), low, high, budget.when
    )


def _tasks_ahead(outlook: Outlook) -> Figure:
    title = (
        f"Tasks {'an hour' if outlook.per == 'hour' else 'a day'}: what came, and what is expected"
    )
    rows = [
        [
            step.name,
            *(shown(step, name, count) for name in ("tasks", "tasks_low", "tasks_high")),
            *(shown(step, name, usd_text) for name in ("usd", "usd_low", "usd_high")),
        ]
        for step in outlook.steps
    ]
    heads = ["from", "tasks", "low", "high", "cost", "low", "high"]
    chosen = [
        Column(
            step.name,
            step.tasks,
            "first" if step.forecast else "pale",
            None
            if step.tasks_low is None or step.tasks_high is None
            else (step.tasks_low, step.tasks_high),
        )
        for step in outlook.steps
    ]
    about = "A column for each step of time; those expected have an interval"
    key = (Swatch("pale", "came"), Swatch("first", "expected"), Swatch("ends", "interval"))
    return columns(title, about, chosen, PageTable(heads, rows), count, key)


def _pools(outlook: Outlook, pools: list[PoolOutlook]) -> PageTable:
    surge = Markup("with {} more tasks").format(shown(outlook, "surge", whole_share))
    heads = [
        "pool",
        "at the peak",
        surge,
        "active so far",
        "peak",
    ]
    rows = [
        [
            pool.pool,
            shown(pool, "labelers", count),
            shown(pool, "labelers_after_surge", count),
            shown(pool, "most_active", count),
            pool.peak or "–",
        ]
        for pool in pools
    ]
    return PageTable(heads, rows)


def _unplanned(outlook: Outlook) -> Markup:
    if not outlook.unplanned:
        return Markup("")
    return Markup(
        " Pools that are asked less often are left out: {}. <code>poolwise forecast</code> has"
        " them."
    ).format(shown(outlook, "unplanned", count))
