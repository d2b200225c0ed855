"""A plan on one screen: what each goal takes, and what could be found by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from bandit.counted import counted
from replay.experiment.arms.false_alarms import alarms_words
from replay.experiment.arms.metrics import METRICS, SHARES, level_of, size
from replay.runtime.text import add_row, dollars, listed, say, share

if TYPE_CHECKING:
    from rich.console import Console

    from replay.experiment.planning.results import PlannedTest, PlanReport


def print_plan(report: PlanReport, console: Console) -> None:
    """Print a plan."""
    shares = listed([f"{name} {share(part)}" for name, part in report.shares.items()])
    say(
        console,
        f"A test by {report.unit} with the arms {shares}, planned from"
        f" {counted(report.tasks, 'task')} in {report.days:.1f} days.",
        "bold",
    )
    if report.plans:
        _print_goals(report, console)
    else:
        say(console, "For the size of a test, name an effect: --detect or --not-worse.", "dim")
    _print_detectable(report, console)
    if report.false_alarms is not None:
        say(console, f"\n{alarms_words(report.false_alarms, report.level)}")
    rough = [METRICS[row.metric].words for row in report.variances if row.is_rough]
    if rough:
        say(
            console,
            f"Note: rough plans, because a few {report.unit}s make most of the variance:"
            f" {listed(rough)}. Plan again with a longer log, or more audits.",
            "dim",
        )
    if report.unknown:
        words = listed([METRICS[name].words for name in report.unknown])
        say(console, f"Note: {words} can't be planned: too few audits have gold.", "dim")
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")


def _print_goals(report: PlanReport, console: Console) -> None:
    unit = f"{report.unit}s"
    power, level = (f"{100 * value:g} %" for value in (report.power, report.level))
    table = _table(
        f"\nWhat it takes ({power} power, {level} intervals at all looks; arms together)",
        ("goal", "audits", *((unit,) if report.unit != "task" else ()), "tasks", "days",
         "gold", f"{unit},\none look"),
    )  # fmt: skip
    for plan in report.plans:
        units = (f"{plan.units:,}",) if report.unit != "task" else ()
        add_row(
            table,
            _goal(plan),
            f"x {plan.audits}" if METRICS[plan.metric].audited else "",
            *units,
            f"{plan.tasks:,}",
            "–" if plan.days is None else f"{plan.days:,.1f}",
            "–" if plan.usd_gold is None else dollars(plan.usd_gold, 0),
            f"{plan.units_once:,}",
        )
    console.print(table)
    most = max(plan.units for plan in report.plans if plan.audits == 1)
    stop = report.plans[0].median_stop
    say(
        console,
        f"If the effect is there, half of the tests have their answer after {share(stop)} of that."
        f" Read it with --planned {most} (or the number of the row that you choose): intervals"
        " are narrowest there.",
    )


def _print_detectable(report: PlanReport, console: Console) -> None:
    days = sorted({row.days for row in report.detectable})
    if not days:
        say(console, "\nThe log is too short to say how many units come in a day.")
        return
    table = _table(
        f"\nSmallest effect that is found ({100 * report.power:g} % power, arms together)",
        (
            "metric",
            "mean",
            *(f"in {counted(int(day), 'day')}" for day in days),
            "CUPED\nshortens by",
        ),
    )
    for variance in report.variances:
        found = {row.days: row.effect for row in report.detectable if row.metric == variance.metric}
        effects = [_effect(variance.metric, found.get(day)) for day in days]
        mean = level_of(variance.metric, variance.mean)
        words = METRICS[variance.metric].words
        add_row(table, words, mean, *effects, share(variance.shortened))
    console.print(table)


def _effect(metric: str, effect: float | None) -> str:
    """Write an effect; none where only an impossible one would be found: shares are up to 1."""
    if effect is None:
        return "–"
    return "none" if metric in SHARES and effect >= 1.0 else size(metric, effect)


def _goal(plan: PlannedTest) -> str:
    words = METRICS[plan.metric].words
    if plan.goal == "detect":
        return f"find {size(plan.metric, plan.effect)} in {words}"
    return f"{words} not worse by {size(plan.metric, plan.effect)}"


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(
        title=title, title_justify="left", box=SIMPLE, show_edge=False, collapse_padding=True
    )
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right")
    return table
