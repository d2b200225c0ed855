"""A test on one screen: what to do, whether to trust it, and the differences."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from bandit.counted import counted
from replay.experiment.arms.false_alarms import alarms_words
from replay.experiment.arms.metrics import METRICS, between, change, level_of
from replay.runtime.text import add_row, listed, say, share

if TYPE_CHECKING:
    from rich.console import Console

    from replay.experiment.reading.results import ExperimentReport

SHOWN_POINTS = 5
"""Points of the curve on the screen; --json has all."""

SHOWN_NAMES = 5
"""Covariates named on the screen."""

BRAINS = {
    "shared": "shared",
    "own": "its own",
    "": "not in the log",
}


def print_test(report: ExperimentReport, console: Console) -> None:
    """Print a report."""
    tasks = sum(arm.tasks for arm in report.arms)
    named = f"Test {report.experiment}: " if report.experiment else ""
    say(
        console,
        f"{named}{counted(len(report.arms), 'arm')}, {counted(tasks, 'finished task')} from"
        f" {_day(report.begin_at)} to {_day(report.end_at)}; randomized by {report.unit}.",
        "bold",
    )
    for each in report.recommendations:
        say(console, f"\n{each.arm}: {each.action.upper()}", "bold")
        say(console, f"  {each.reason[0].upper()}{each.reason[1:]}.")
    _print_arms(report, console)
    _print_differences(report, console)
    _print_guards(report, console)
    _print_carry_over(report, console)
    _print_curve(report, console)
    _print_slices(report, console)
    _print_forecasts(report, console)
    _print_notes(report, console)


def _print_arms(report: ExperimentReport, console: Console) -> None:
    table = _table("\nArms", ("arm", f"{report.unit}s" if report.unit != "task" else "", "tasks",
                              "no verdict", "audits", "with gold", "learning"))  # fmt: skip
    for arm in report.arms:
        units = f"{arm.units:,}" if report.unit != "task" else ""
        counts = (arm.tasks, arm.stuck, arm.audits, arm.gold)
        add_row(table, arm.arm, units, *(f"{n:,}" for n in counts), BRAINS[arm.brain])
    console.print(table)
    ratio = report.sample_ratio
    if ratio is None:
        say(console, "Shares: not checked; declare them with --config or --shares.")
        return
    total = max(sum(ratio.units.values()), 1)
    parts = [
        f"{name} {share(units / total)} ({share(ratio.declared[name])})"
        for name, units in ratio.units.items()
    ]
    verdict = "MISMATCH" if ratio.is_mismatch else "no mismatch"
    p_value = "p < 0.0001" if ratio.p_value < 1e-4 else f"p = {ratio.p_value:.2g}"
    say(console, f"Shares (declared): {listed(parts)}; {verdict}, {p_value} at all looks.")
    if report.misassigned:
        what = counted(report.misassigned, "task")
        say(console, f"{what} of another arm than the settings draw.", "bold")


def _print_differences(report: ExperimentReport, console: Console) -> None:
    looks = "one look" if report.once else "all looks"
    for arm in dict.fromkeys(row.arm for row in report.differences):
        table = _table(
            f"\n{arm} compared with {report.control}"
            f" ({100 * report.level:g} % intervals, {looks}; CUPED: shorter by)",
            ("metric", report.control, arm, "difference", "interval", "CUPED"),
        )
        for row in (row for row in report.differences if row.arm == arm):
            values = ("–",) * 5
            if row.difference is not None:
                assert row.control_mean is not None
                assert row.arm_mean is not None
                values = (
                    level_of(row.metric, row.control_mean),
                    level_of(row.metric, row.arm_mean),
                    change(row.metric, row.difference.value).removesuffix(" points"),
                    between(row.metric, row.difference),
                    share(row.shortened),
                )
            style = "bold" if row.metric == report.metric else ""
            add_row(table, METRICS[row.metric].words, *values, style=style)
        console.print(table)
    if report.metric not in {row.metric for row in report.differences}:
        words = METRICS[report.metric].words
        say(console, f"{words[0].upper()}{words[1:]} is unknown: too few audits have gold.")


def _print_guards(report: ExperimentReport, console: Console) -> None:
    for guard in report.guards:
        say(console, f"Guardrail {guard.guard} of {guard.arm}: {guard.state}.")


def _print_carry_over(report: ExperimentReport, console: Console) -> None:
    for row in report.carry_over:
        if row.metric == report.metric or row.found:
            words = f"Carry-over in {METRICS[row.metric].words}, {row.arm}: "
            if row.difference is None:
                say(console, f"{words}too few hours to say.")
                continue
            found = "FOUND" if row.found else "none found"
            words += f"{found}, {between(row.metric, row.difference)}"
            if row.found and row.settled is not None:
                words += f"; settled hours alone: {between(row.metric, row.settled)}"
            say(console, f"{words}.")


def _print_curve(report: ExperimentReport, console: Console) -> None:
    points = [point for point in report.curve if point.difference is not None]
    if not points:
        return
    table = _table(
        f"\n{METRICS[report.metric].words.capitalize()} over time",
        ("until", "arm", f"{report.unit}s", "difference", "interval"),
    )
    table.columns[1].justify = "left"
    for arm in dict.fromkeys(point.arm for point in points):
        own = [point for point in report.curve if point.arm == arm]
        for point in own[len(own) // SHOWN_POINTS - 1 :: max(len(own) // SHOWN_POINTS, 1)]:
            texts = ("–", "–")
            if point.difference is not None:
                value = change(report.metric, point.difference.value)
                texts = (value, between(report.metric, point.difference))
            add_row(table, _day(point.at), arm, f"{point.units:,}", *texts)
    console.print(table)


def _print_slices(report: ExperimentReport, console: Console) -> None:
    if not report.slices:
        return
    table = _table(
        f"\n{METRICS[report.metric].words.capitalize()} by slice (intervals hold together)",
        ("slice", "arm", "tasks", "difference", "interval"),
    )
    table.columns[1].justify = "left"
    for row in report.slices:
        texts = ("–", "–")
        if row.difference is not None:
            value = change(report.metric, row.difference.value)
            texts = (value, between(report.metric, row.difference))
        add_row(table, f"{row.by} = {row.value}", row.arm, f"{row.tasks:,}", *texts)
    console.print(table)


def _print_forecasts(report: ExperimentReport, console: Console) -> None:
    for arm in dict.fromkeys(row.arm for row in report.forecasts):
        rows = [row for row in report.forecasts if row.arm == arm]
        table = _table(
            f"\n{arm} as forecast from {report.control}'s tasks, off policy (effective sample size"
            f" {rows[0].effective:,.0f}), and as measured (95 % intervals, one look)",
            ("metric", "forecast", "measured", "agree"),
        )
        for row in rows:
            texts = [
                f"{level_of(row.metric, amount.value)}"
                f" ({level_of(row.metric, amount.low)} to {level_of(row.metric, amount.high)})"
                for amount in (row.forecast, row.measured)
            ]
            add_row(table, METRICS[row.metric].words, *texts, "yes" if row.held else "NO")
        console.print(table)
    for arm, why in report.forecasts_refused.items():
        say(console, f"\nNo forecast of {arm} from {report.control}'s tasks: {why}.")


def _print_notes(report: ExperimentReport, console: Console) -> None:
    notes = []
    if report.false_alarms is not None:
        say(console, f"\n{alarms_words(report.false_alarms, report.level)}")
    if report.covariates and any(row.difference is not None for row in report.differences):
        names = list(report.covariates[:SHOWN_NAMES])
        if len(report.covariates) > SHOWN_NAMES:
            names.append(f"{len(report.covariates) - SHOWN_NAMES} more (--json has all)")
        notes.append(
            f"differences are adjusted for {listed(names)}, so they are not exactly the arm's mean"
            " less the control's"
        )
    if report.settled:
        notes.append("only hours that follow an hour of the same arm")
    sharing = [arm.arm for arm in report.arms if arm.brain == "shared"]
    if len(sharing) > 1:
        notes.append(
            f"{listed(sharing)} share what is learned: each learns from the others' labels"
        )
    notes.append("pools, budgets and labelers are shared by all arms")
    notes.append("agreement is the mean confidence of the answers; accuracy is corrected by audits")
    if report.pending:
        notes.append(
            f"{counted(report.pending, 'task')} without a verdict; tasks as new are left out"
        )
    if report.others:
        notes.append(f"{counted(report.others, 'task')} of no arm of this test")
    for note in (*notes, *report.notes):
        say(console, f"Note: {note}.", "dim")


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(
        title=title, title_justify="left", box=SIMPLE, show_edge=False, collapse_padding=True
    )
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
