"""`poolwise tune`: find settings from a log, or in a simulated market."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from replay.cli.declared import declared_options, names
from replay.cli.log_options import source_of
from replay.tune.options import TuneOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

BOTH = frozenset({"candidates", "tasks", "seed", "level", "as_json"})
"""Parameters that a log and a market have in common."""
MARKET_ONLY = frozenset({"vary", "trials", "seeds", "most_seeds", "jobs", "config"})
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells report it: 128 + SIGINT."""


@click.command()
@click.argument("log", nargs=-1)
@declared_options(TuneOptions)
@click.option(
    "--market",
    metavar="FILE|NAME",
    help="Instead of a log, a simulated market in TOML; in a checkout also a name in bench/markets,"
    " such as hostile.",
)
@click.option(
    "--vary",
    metavar="KEYS",
    default="",
    help="With --market: keys of [policy] that are searched, separated by commas.  "
    "[all that can be]",
)
@click.option(
    "--trials",
    default=24,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="With --market: number of candidates.",
)
@click.option(
    "--seeds",
    default=8,
    show_default=True,
    type=click.IntRange(3, 1000),
    help="With --market: fresh seeds on which the best candidates are compared with the default.",
)
@click.option(
    "--most-seeds",
    default=32,
    show_default=True,
    type=click.IntRange(3, 1000),
    help="With --market: fresh seeds at most of settings that might earn more than the chosen one"
    " by over 5 % of the gap from uniform to the highest; they get more until the chance of that is"
    " at most 10 %.",
)
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="With --market: number of processes; results are the same for any.",
)
@click.option(
    "--config",
    type=click.Path(readable=False, path_type=Path),
    help="With --market: settings of the engine, in TOML; its [policy] is the default that"
    " candidates are compared with.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write an HTML page with the curves to FILE.",
)
@click.pass_context
def tune(ctx: click.Context, /, **given: Any) -> None:
    """Find settings from a log, or in a simulated market.

    From a log: which explorer, rate and floor earn most, with intervals; for each, how much less
    than the best it earns, and the effective sample size and interval width with which its log
    could evaluate a new policy tomorrow. LOG is as for `evaluate`. Every candidate is evaluated by
    replay: it learns only from rows that are accepted as its own choices. Exit code 3: the log
    can't answer.

    In a market (--market, needs Optuna): which settings of [policy] earn most. Candidates are
    proposed and dropped on a few seeds; the best are compared with the default on fresh ones, and
    those that can't be told apart on more of them. 24 candidates of 1,000 tasks take 4 to 12
    minutes of a processor.

    \b
    Examples:
      poolwise tune log.parquet --context kind,size --html tune.html
      poolwise tune log.csv --explorer inverse_gap --rate 5,20,100 --floor 0.01,0.05
      poolwise tune labels.db --candidates grid.toml --today worker.toml --precision 0.02
      poolwise tune --market hostile --tasks 1000 --jobs 2
      poolwise tune --market my-market.toml --config worker.toml --vary second_opinion,check_share
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    market = given.pop("market")
    _check_together(ctx, market=market)
    if market is None:
        _on_a_log({name: value for name, value in given.items() if name not in MARKET_ONLY})
    elif _in_a_market(market, given):
        ctx.exit(INTERRUPTED)


def _check_together(ctx: click.Context, market: str | None) -> None:
    """Refuse options of a log with a market, and the other way round."""
    for name in ctx.params:
        if ctx.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        flag = "--json" if name == "as_json" else f"--{name.replace('_', '-')}"
        if market is None and name in MARKET_ONLY:
            raise click.UsageError(f"{flag} needs --market.")
        if market is not None and name not in BOTH | MARKET_ONLY | {"market"}:
            if name == "log":
                raise click.UsageError("give either a log or --market, not both.")
            instead = {
                "rate": ": ranges stand in the file of --candidates",
                "explorer": ": ranges stand in the file of --candidates",
                "floor": ": ranges stand in the file of --candidates",
                "today": ": the settings to compare with are those of --config",
            }.get(name, "")
            raise click.UsageError(f"{flag} is for logs and can't be used with --market{instead}.")


def _on_a_log(given: dict[str, Any]) -> None:
    from replay.runtime.progress import progress
    from replay.runtime.whole_file import check_place, write_whole
    from replay.tune.page import page
    from replay.tune.report import as_json_text, print_report
    from replay.tune.tune import tune as run

    log, as_json, html = given.pop("log"), given.pop("as_json"), given.pop("html")
    if not log and given["sql"] is None:
        raise click.UsageError("give a log, a query (--sql) or a market (--market).")
    if html is not None:
        check_place(html)
    with progress("reading and learning", unit="rows") as tell:
        tuning = run(source_of(log), tell=tell, **given)
    name = given["sql"] or ", ".join(log)
    if html is not None:
        write_whole(html, page(tuning, name))
    if as_json:
        click.echo(as_json_text(tuning))
    else:
        print_report(tuning, name)


def _in_a_market(market: str, given: Mapping[str, Any]) -> bool:
    """Tune in a market; return whether it was interrupted."""
    import msgspec

    from replay.market_file.build import resized
    from replay.market_file.read import read_market
    from replay.market_tuning.ranges import RangesFile, check_varied, read_ranges
    from replay.market_tuning.report import print_tuning
    from replay.market_tuning.seed_wording import DEFAULT
    from replay.market_tuning.tune_market import MarketTuneRequest, runs_of, tune_market
    from replay.runtime.progress import progress
    from replay.runtime.settings_file import read_settings
    from replay.runtime.time_left import told_once

    spec, config = read_market(market), given["config"]
    if given["tasks"] is not None:
        spec = resized(spec, given["tasks"])
    file = given["candidates"]
    searched = RangesFile() if file is None else read_ranges(file)
    request = MarketTuneRequest(
        settings=read_settings(config),
        ranges=searched.ranges,
        varied=check_varied(names(given["vary"])),
        given=searched.candidate,
        trials=given["trials"],
        seeds=given["seeds"],
        most_seeds=given["most_seeds"],
        seed=given["seed"],
        jobs=given["jobs"],
        level=given["level"],
    )
    most = runs_of(request)
    what, advice = f"Up to {most:,} runs", "Ctrl-C ends with what is known by then."
    estimate = told_once(most, request.jobs, what, advice)
    with progress("simulating", unit=f"of up to {most:,} runs") as tell:

        def done(more: int) -> None:
            estimate(more)
            tell(more)

        name = DEFAULT if config is None else str(config)
        tuning = tune_market(spec, request, market, name, done)
    if given["as_json"]:
        click.echo(msgspec.json.encode(tuning).decode())
    else:
        print_tuning(tuning)
    return tuning.interrupted
