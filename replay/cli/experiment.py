"""`poolwise experiment`: plan a live A/B/n test, and read what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from replay.cli.log_options import names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bandit.experiment_settings import Unit

    class SharedOptions(TypedDict):
        """Options that plans and reports have in common, as both calls take them."""

        config: Path | None
        unit: Unit | None
        shares: Mapping[str, float] | None
        control: str | None
        level: float
        delay_usd_per_hour: float
        audit_usd: float | None
        aa: int


UNITS = ("task", "project", "hour")


@click.group()
def experiment() -> None:
    """Plan a live A/B test of policies, and read what it shows.

    Workers run the test that the section [experiment] of their configuration describes.

    \b
    Examples:
      poolwise experiment plan labels.db --detect usd=0.01 --not-worse accuracy=0.01
      poolwise experiment read labels.db --guard "accuracy>=-0.01"
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped


def _shares(_: click.Context, __: click.Parameter, text: str | None) -> Mapping[str, float] | None:
    from replay.experiment.declared_arms import parse_shares

    return parse_shares(text) if text else None


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that plans and reports have in common."""
    options = [
        click.option(
            "--config",
            type=click.Path(readable=False, path_type=Path),
            help="The worker's settings, in TOML: unit, arms and shares are those of [experiment].",
        ),
        click.option(
            "--unit",
            type=click.Choice(UNITS),
            help="What is assigned to an arm; hour is a switchback.  [that of --config, or task]",
        ),
        click.option(
            "--shares",
            metavar="ARM=SHARE,...",
            callback=_shares,
            help="Shares of the arms: --shares control=0.5,new=0.5  [those of --config; for a"
            " plan, two halves]",
        ),
        click.option(
            "--control",
            metavar="ARM",
            help="The arm that others are compared with.  [control, or the first of the shares]",
        ),
        click.option(
            "--level",
            default=0.95,
            show_default=True,
            type=click.FloatRange(0, 1, min_open=True, max_open=True),
            help="Confidence level of the intervals of a metric, all arms and looks together.",
        ),
        click.option(
            "--delay-usd-per-hour",
            default=0.0,
            show_default=True,
            type=click.FloatRange(0),
            help="Cost of an hour of delay until the verdict, in $: part of net_usd.",
        ),
        click.option(
            "--audit-usd",
            type=click.FloatRange(0),
            help="Price in $ of a gold answer from outside the pools.  [free]",
        ),
        click.option(
            "--aa",
            default=0,
            metavar="N",
            type=click.IntRange(0, 100_000),
            help="Also run N A/A tests on the log, each looked at 20 times; count false alarms.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@experiment.command()
@click.argument("log", type=click.Path(readable=False, path_type=Path))
@click.option(
    "--detect",
    multiple=True,
    metavar="METRIC=EFFECT",
    help="An effect to be found, per task: accuracy=0.01 is a point. May be repeated.",
)
@click.option(
    "--not-worse",
    multiple=True,
    metavar="METRIC=EFFECT",
    help="How much worse would be too much. May be repeated.",
)
@click.option(
    "--power",
    default=0.8,
    show_default=True,
    type=click.FloatRange(0.5, 0.999),
    help="Chance that a test of this size has its answer.",
)
@_shared
def plan(
    *,
    log: Path,
    detect: tuple[str, ...],
    not_worse: tuple[str, ...],
    power: float,
    as_json: bool,
    **shared: Unpack[SharedOptions],
) -> None:
    """Say how many tasks, days and dollars of gold a test takes.

    LOG is a log file or the folder of an archive (poolwise archive), with or without a test in it:
    variance, tasks per day and the price of gold are those of the log. Metrics are accuracy,
    agreement, usd, delay_s and net_usd.

    \b
    Examples:
      poolwise experiment plan labels.db
      poolwise experiment plan labels.db --detect usd=0.01 --not-worse accuracy=0.01
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from replay.experiment.api import plan_experiment
    from replay.experiment.planning.goals import parse_goal
    from replay.experiment.planning.show import print_plan
    from replay.runtime.print_result import print_result
    from replay.runtime.progress import progress

    with progress("reading the log:", "events and A/A tests") as tell:
        report = plan_experiment(
            log,
            detect=dict(parse_goal(text, "--detect") for text in detect),
            not_worse=dict(parse_goal(text, "--not-worse") for text in not_worse),
            power=power,
            tell=tell,
            **shared,
        )
    print_result(report, print_plan, as_json=as_json)


@experiment.command(short_help="Show what a test has found: ship, stop or continue.")
@click.argument("log", type=click.Path(readable=False, path_type=Path))
@click.option(
    "--metric",
    help="The metric that decides: accuracy, agreement, usd, delay_s or net_usd (value of right"
    " answers less labels, audits and delay).  [net_usd; usd without audits]",
)
@click.option(
    "--guard",
    multiple=True,
    metavar="METRIC>=LIMIT",
    help="A limit that the difference from the control must keep, such as 'accuracy>=-0.005' or"
    " 'delay_s<=60'. May be repeated.",
)
@click.option(
    "--effect",
    default=0.0,
    type=click.FloatRange(0),
    help="The smallest effect worth shipping: the test stops once there can't be as much.  [any]",
)
@click.option("--by", metavar="NAMES", help="Features to slice by, or project, with commas.")
@click.option("--test", metavar="NAME", help="The test to read, if the log has several.")
@click.option(
    "--planned",
    type=click.IntRange(2),
    metavar="UNITS",
    help="Planned units of all arms: intervals are narrowest there. Fix it before the test."
    "  [10,000 tasks, 336 hours or 50 projects of two arms]",
)
@click.option(
    "--once",
    is_flag=True,
    help="Intervals for a single look, at an end that was fixed before the test: narrower, and"
    " wrong at any other look.",
)
@click.option(
    "--settled",
    is_flag=True,
    help="Of a switchback, use only hours that follow an hour of the same arm.",
)
@click.option(
    "--warm-up",
    default=0,
    type=click.IntRange(0),
    metavar="TASKS",
    help="Leave out the first tasks of the test, while arms are learning. Fix it before the test.",
)
@click.option("--no-cuped", is_flag=True, help="Don't adjust for covariates of the tasks.")
@_shared
def read(
    *,
    log: Path,
    metric: str | None,
    guard: tuple[str, ...],
    effect: float,
    by: str | None,
    test: str | None,
    planned: int | None,
    once: bool,
    settled: bool,
    warm_up: int,
    no_cuped: bool,
    as_json: bool,
    **shared: Unpack[SharedOptions],
) -> None:
    """Show what a test has found so far, and whether to ship, stop or continue.

    LOG is a log file or the folder of an archive (poolwise archive). Look as often as you like:
    intervals hold at all looks together.

    \b
    Examples:
      poolwise experiment read labels.db --config worker.toml
      poolwise experiment read labels.db --metric usd --guard "accuracy>=-0.01" --by lang
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from replay.experiment.api import read_experiment
    from replay.experiment.reading.show import print_test
    from replay.runtime.print_result import print_result
    from replay.runtime.progress import progress

    with progress("reading the log:", "events and A/A tests") as tell:
        report = read_experiment(
            log,
            metric=metric,
            guards=guard,
            effect=effect,
            by=names_of(by),
            test=test,
            planned=planned,
            once=once,
            settled=settled,
            warm_up=warm_up,
            cuped=not no_cuped,
            tell=tell,
            **shared,
        )
    print_result(report, print_test, as_json=as_json)
