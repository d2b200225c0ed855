"""`poolwise evaluate`: what another way of deciding would have earned, from a log."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from replay.cli.learning_options import walk_options
from replay.cli.log_options import log_options, names, source_of

ARGUMENTS = "poolwise.arguments"
"""Where the command keeps what was typed."""


class AsTyped(click.Command):
    """A command that remembers its arguments, so that a report can say what to type."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)


@click.command(cls=AsTyped)
@log_options
@click.option(
    "--estimate-propensities",
    is_flag=True,
    help="The log has no propensities: estimate them from the context; weak at best.",
)
@click.option("--by", default="", help="Columns to slice by, separated by commas.")
@click.option(
    "--reward-range",
    nargs=2,
    type=float,
    metavar="LOW HIGH",
    help="What the reward never leaves; rows beyond can't be used, and --interval bernstein and"
    " betting hold for any number of rows.",
)
@click.option(
    "--time",
    metavar="COLUMN",
    help="Timestamp column: numbers, or times of one zone; shows whether rows are in order.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    default=["uniform"],
    show_default=True,
    help="uniform, logging, greedy (where all logged chances are known), always:ACTION,"
    " mix:SHARE:TARGET (of our own log: a share of the decisions is TARGET's),"
    " column:NAME, columns:PREFIX, or a worker's FILE.toml: its policy, evaluated as it would"
    " learn; several to compare them.",
)
@click.option(
    "--level",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Confidence of the intervals.",
)
@click.option(
    "--interval",
    default="default",
    show_default=True,
    help="How intervals are made; anytime holds however often one looks.",
)
@click.option("--estimators", default="", help="Only these, separated by commas.  [all]")
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Processes to read files with; the answer is the same for any number.",
)
@click.option(
    "--engine",
    default="local",
    show_default=True,
    type=click.Choice(["local", "spark"]),
    help="Who reads the files: this machine, or a Spark cluster whose executors have poolwise"
    " installed, in this version, and can read the paths; spark-submit's settings hold.",
)
@click.option("--strict", is_flag=True, help="Make a row that can't be used an error.")
@click.option(
    "--delay-usd-per-hour",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0),
    help="What an hour until the verdict costs (our own log only).",
)
@click.option(
    "--audit-usd",
    type=click.FloatRange(0),
    help="What gold costs that came from elsewhere than the pools (our own log only).",
)
@walk_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a page with figures, too.",
)
@click.pass_context
def evaluate(
    ctx: click.Context,
    /,
    *,
    log: tuple[str, ...],
    sql: str | None,
    targets: tuple[str, ...],
    context: str,
    by: str,
    estimators: str,
    as_json: bool,
    html: Path | None,
    **options: Any,
) -> None:
    """Estimate what another way of deciding would have earned.

    LOG is an embedded log, an archive's folder, or a table of decisions: Parquet, CSV or JSON
    lines, also .gz; several files, a glob or a folder of one kind; Parquet also as s3://, hdfs://
    and the like. Columns are found by their names where they aren't given. Rows that can't be used
    are counted, or an error with --strict. Exit code 3: the log can't answer.

    \b
    Examples:
      poolwise evaluate men.csv.gz --action item_id --reward click \\
        --propensity propensity_score --context position --target uniform
      poolwise evaluate days/ --target always:a --target uniform --by country --jobs 2
      poolwise evaluate 'days/*.parquet' --reward "quality - 0.5*usd - 0.1*delay_s" \\
        --html report.html
      poolwise evaluate --target columns:new_ \\
        --sql "select l.*, n.* from 'log.parquet' l join 'new.csv' n using (id)"
      poolwise evaluate log.csv --context kind,size --target worker.toml --target new.toml
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from bandit.errors import CannotAnswer, InputError
    from replay.evaluation.api import compare
    from replay.report.json_output import as_json_text
    from replay.report.terminal.report import print_report
    from replay.runtime.progress import progress
    from replay.runtime.whole_file import check_place

    if html is not None:
        check_place(html)
        read = dict.fromkeys(log, "the log") | dict.fromkeys(targets, "a target")
        for one, what in read.items():
            if html.exists() and Path(one).exists() and html.samefile(one):
                raise InputError(f"{html}: is {what} itself; name another file for the page")
    with progress("reading", unit="rows") as tell:
        found = compare(
            source_of(log),
            targets=targets,
            sql=sql,
            context=names(context),
            by=names(by),
            estimators=names(estimators),
            tell=tell,
            **options,
        )
    answer = found if len(targets) > 1 else found.evaluations[0]
    name = sql or ", ".join(log)
    if html is not None:
        from replay.report.page.page import write_page

        write_page(html, answer, shlex.join(["poolwise", "evaluate", *ctx.meta[ARGUMENTS]]), name)
    if as_json:
        click.echo(as_json_text(answer))
    else:
        print_report(answer, name)
    if answer.refused:
        raise CannotAnswer(f"{name}: {found.evaluations[0].verdict}")
