"""`poolwise tune`: find exploration settings from a log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bandit.errors import BadValue
from replay.cli.learning_options import walk_options
from replay.cli.log_options import log_options, names, source_of


def _together(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> str:
    """Read an option that is given twice as a longer list."""
    return ",".join(given)


@click.command()
@log_options
@click.option(
    "--candidates",
    metavar="FILE",
    type=click.Path(readable=False, path_type=Path),
    help="Candidates in TOML: [grid] or [[candidate]].  [12 usual ones]",
)
@click.option(
    "--explorer",
    multiple=True,
    callback=_together,
    help="Explorers of the grid, separated by commas or one by one.",
)
@click.option("--rate", multiple=True, callback=_together, help="Rates of the grid, likewise.")
@click.option("--floor", multiple=True, callback=_together, help="Floors of the grid, likewise.")
@click.option(
    "--today",
    default="logging",
    show_default=True,
    metavar="logging|FILE",
    help="What candidates differ from: the log, or the [policy] of a worker's TOML.",
)
@walk_options
@click.option(
    "--new",
    default="uniform",
    show_default=True,
    help="Policy that tomorrow's log is to evaluate: uniform or always:ACTION.",
)
@click.option("--tasks", type=click.IntRange(1), help="Rows of tomorrow's log.  [as this one]")
@click.option(
    "--precision",
    metavar="WIDTH",
    type=click.FloatRange(0, min_open=True),
    help="Find the smallest floor that makes tomorrow's interval so wide.",
)
@click.option(
    "--level",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Confidence of all intervals of a kind together.",
)
@click.option("--strict", is_flag=True, help="Make a row that can't be used an error.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with the curves, too.",
)
def tune(
    *,
    log: tuple[str, ...],
    sql: str | None,
    context: str,
    explorer: str,
    rate: str,
    floor: str,
    as_json: bool,
    html: Path | None,
    **options: Any,
) -> None:
    """Find exploration settings from a log.

    Which explorer, rate and floor earn most, how sure that is, and what exploring costs and
    gains: today's regret against how precisely tomorrow's log could evaluate a new policy. LOG is
    as in `evaluate`. Every candidate learns as it would live, from rows accepted as its own choice
    alone. Exit code 3: the log can't answer.

    \b
    Examples:
      poolwise tune log.parquet --context kind,size --html tune.html
      poolwise tune log.csv --explorer epsilon_greedy --rate 0.05,0.1,0.2 --floor 0.01,0.05
      poolwise tune labels.db --candidates grid.toml --today worker.toml --precision 0.02
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from replay.runtime.progress import progress
    from replay.runtime.whole_file import check_place, write_whole
    from replay.tune.page import page
    from replay.tune.report import as_json_text, print_report
    from replay.tune.tune import tune as run

    if html is not None:
        check_place(html)
    with progress("reading and learning", unit="rows") as tell:
        found = run(
            source_of(log),
            sql=sql,
            context=names(context),
            explorer=names(explorer),
            rate=_numbers("--rate", rate),
            floor=_numbers("--floor", floor),
            tell=tell,
            **options,
        )
    name = sql or ", ".join(log)
    if html is not None:
        write_whole(html, page(found, name))
    if as_json:
        click.echo(as_json_text(found))
    else:
        print_report(found, name)


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(name) for name in names(text)]
    except ValueError as error:
        raise BadValue(f"{option} {text!r}: say numbers, separated by commas") from error
