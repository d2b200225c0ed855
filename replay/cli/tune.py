"""`poolwise tune`: find exploration settings from a log."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from replay.cli.declared import declared_options
from replay.cli.log_options import source_of
from replay.tune.options import TuneOptions


@click.command()
@click.argument("log", nargs=-1)
@declared_options(TuneOptions)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write an HTML page with the curves to FILE.",
)
def tune(
    *,
    log: tuple[str, ...],
    as_json: bool,
    html: Path | None,
    **options: Unpack[TuneOptions],
) -> None:
    """Find exploration settings from a log.

    Which explorer, rate and floor earn most, with intervals; for each, how much less than the best
    it earns, and the effective sample size and interval width with which its log could evaluate a
    new policy tomorrow. LOG is as for `evaluate`. Every candidate is evaluated by replay: it learns
    only from rows that are accepted as its own choices. Exit code 3: the log can't answer.

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
        options["tell"] = tell
        tuning = run(source_of(log), **options)
    name = options["sql"] or ", ".join(log)
    if html is not None:
        write_whole(html, page(tuning, name))
    if as_json:
        click.echo(as_json_text(tuning))
    else:
        print_report(tuning, name)
