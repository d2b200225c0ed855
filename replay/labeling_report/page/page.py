"""The report as one self-contained HTML page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from replay.labeling_report.content.summary import by_deadline, projects, usd_text
from replay.labeling_report.page.change_cells import change_rows
from replay.labeling_report.page.live_test_parts import live_test_parts
from replay.labeling_report.page.money_charts import dear_types, money, over_time
from replay.labeling_report.page.numbers import (
    count,
    decimals,
    delay,
    points,
    shown,
    with_interval,
)
from replay.labeling_report.page.outlook_parts import outlook_parts
from replay.labeling_report.page.quality_charts import (
    accuracy_by_pool,
    best_known,
    right_by_confidence,
)
from replay.report.html.render import render
from replay.report.page.versions import versions
from replay.runtime.text import share, time_of

if TYPE_CHECKING:
    from replay.labeling_report.advice.recommendation import Recommendation
    from replay.labeling_report.content.report import LabelingReport
    from replay.labeling_report.figures.exploration import Exploration
    from replay.labeling_report.figures.totals import Totals

TITLE = "Labeling report"
COMMANDS = re.compile(r"(<pre.*?</pre>)", re.DOTALL)
"""What is to be copied as it is."""
SAVINGS_OVERLAP = (
    "Savings overlap, so they can't be added up. Each interval is where the saving of another batch"
    " as large as this one would lie, at the 95 % level."
)


class Tile(NamedTuple):
    """A key figure: what it is, its value, and a line below it."""

    name: str
    value: Markup
    more: Markup


class AdviceCard(NamedTuple):
    """A recommendation with its numbers as HTML."""

    advice: Recommendation
    saving: Markup
    interval: Markup
    share: Markup
    in_log: Markup
    net: Markup | None


def page_text(report: LabelingReport) -> str:
    """Return the page's HTML."""
    totals, found = report.totals, report.exploration
    text = render(
        "labeling.html",
        title=TITLE,
        source=f"{projects(totals)} · {report.period} · {report.log}",
        summary=report.summary,
        tiles=_tiles(totals),
        compared_with=report.compared_with,
        changes=change_rows(report.changes),
        advice=[_card(one) for one in report.recommendations],
        per=report.saving_per,
        overlap=SAVINGS_OVERLAP,
        money=money(totals, report.pools),
        over_time=over_time(report.timeline),
        pools=accuracy_by_pool(report.pools),
        drifting=_drifting(report),
        labelers=best_known(report.labelers),
        suspects=[row for row in report.labelers if row.suspect],
        types=dear_types(report.task_types),
        has_types=bool(report.task_types),
        calibration=right_by_confidence(report.calibration),
        gap=_gap(report),
        exploration=None
        if found is None
        else {
            "explored": shown(found, "explored", count),
            "decisions": shown(found, "decisions", count),
            "share": shown(found, "explored_share", share),
            "label_usd": shown(found, "label_usd", usd_text),
            "forgone": with_interval(found, "forgone_usd_per_task", usd_text),
            "of_cost": _below_all(found),
        },
        outlook=None if report.forecast is None else outlook_parts(report.forecast),
        tests=live_test_parts(report.tests),
        more_tests=shown(report, "more_tests", count) if report.more_tests else None,
        notes=report.notes,
        versions=", ".join(f"{name} {number}" for name, number in versions()),
    )
    parts = COMMANDS.split(text)
    parts[::2] = [part.replace(" %", "\N{NO-BREAK SPACE}%") for part in parts[::2]]
    return "".join(parts)


def _below_all(found: Exploration) -> Markup | None:
    """What exploring gave up in shares of the cost; `None` where it is more than all of it."""
    of_cost = found.share_of_cost
    return None if of_cost is None or of_cost > 1.0 else shown(found, "share_of_cost", share)


def _tiles(totals: Totals) -> list[Tile]:
    right = totals.accuracy
    quality = Tile(
        "Right answers",
        shown(totals, "accuracy.value", share),
        Markup("{} to {}, by {} audits").format(
            shown(totals, "accuracy.low", share),
            shown(totals, "accuracy.high", share),
            shown(totals, "audits", count),
        ),
    )
    if right is None:
        quality = Tile(
            "Confidence", shown(totals, "confidence", share), Markup("as claimed, not audited")
        )
    late = Markup("")
    if totals.on_time is not None:
        late = Markup(", {} {}").format(shown(totals, "on_time", share), by_deadline(totals))
    return [
        Tile(
            "Cost",
            shown(totals, "usd", usd_text),
            Markup("{} for experts").format(shown(totals, "expert_usd", usd_text)),
        ),
        Tile(
            "Cost per task",
            shown(totals, "usd_per_task.value", usd_text),
            Markup("{} to {}").format(
                shown(totals, "usd_per_task.low", usd_text),
                shown(totals, "usd_per_task.high", usd_text),
            ),
        ),
        quality,
        Tile(
            "Median time to answer",
            shown(totals, "delay_s_median", delay),
            Markup("95 % within {}{}").format(shown(totals, "delay_s_p95", time_of), late),
        ),
        Tile(
            "Tasks",
            shown(totals, "tasks", count),
            Markup("{} answered, {} more open").format(
                shown(totals, "answered", count), shown(totals, "pending", count)
            ),
        ),
        Tile(
            "Labels per task",
            shown(totals, "labels_per_task.value", decimals),
            Markup("{} labels").format(shown(totals, "labels", count)),
        ),
    ]


def _card(advice: Recommendation) -> AdviceCard:
    return AdviceCard(
        advice,
        shown(advice, "saving_usd.value", usd_text),
        Markup("{} to {}").format(
            shown(advice, "saving_usd.low", usd_text), shown(advice, "saving_usd.high", usd_text)
        ),
        shown(advice, "share", share),
        shown(advice, "log_usd", usd_text),
        shown(advice, "net_usd", usd_text) if advice.net_usd < advice.saving_usd.value else None,
    )


def _gap(report: LabelingReport) -> Markup:
    """Say whether confidence is too high, too low, or within chance of the truth."""
    gap = report.calibration.gap
    if gap is None:
        return Markup(
            "No audit has checked these confidences: set the price of an expert pool and"
            " <code>audit.share</code> to know."
        )
    ends = with_interval(report.calibration, "gap", points)
    if gap.low > 0.0:
        return Markup("Confidence is too high on average: {} above the audits.").format(ends)
    if gap.high < 0.0:
        return Markup("Confidence is too low on average: {} against the audits.").format(ends)
    return Markup("On average, confidence agrees with the audits: {}.").format(ends)


def _drifting(report: LabelingReport) -> list[Markup]:
    """Name the pools whose labels became better or worse."""
    found = []
    for pool in report.pools:
        if pool.drift is None or pool.drift.low <= 0.0 <= pool.drift.high:
            continue
        word = "better" if pool.drift.value > 0.0 else "worse"
        found.append(
            Markup("Labels of {} became {}: {} from the earlier half to the later.").format(
                pool.pool, word, with_interval(pool, "drift", points)
            )
        )
    return found
