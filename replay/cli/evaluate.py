"""`poolwise evaluate`: estimate what another policy would have earned, from a log."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Unpack

import click
from click.core import ParameterSource

from replay.cli.declared import declared_options
from replay.cli.log_options import source_of
from replay.evaluation.options import EvaluateOptions

ARGUMENTS = "poolwise.arguments"
"""Where the command keeps what was typed."""


class AsTyped(click.Command):
    """A command that remembers its arguments, so that a report can say what to type."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)


@click.command(cls=AsTyped)
@click.argument("log", nargs=-1)
@click.option(
    "--target",
    "targets",
    multiple=True,
    default=["uniform"],
    show_default=True,
    help="uniform, logging, greedy (where all logged probabilities are known), always:ACTION,"
    " mix:SHARE:TARGET (poolwise's own logs: a share of the decisions is TARGET's),"
    " column:NAME, columns:PREFIX, or a worker's FILE.toml with its policy. Give several to"
    " compare them.",
)
@declared_options(EvaluateOptions)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also write an HTML page with figures to FILE.",
)
@click.pass_context
def evaluate(
    ctx: click.Context,
    /,
    *,
    log: tuple[str, ...],
    targets: tuple[str, ...],
    as_json: bool,
    html: Path | None,
    **options: Unpack[EvaluateOptions],
) -> None:
    """Estimate what another policy would have earned, from a log of decisions.

    LOG is a poolwise log (a file or the folder of an archive) or a table of decisions: Parquet,
    CSV or JSON lines, also .gz; several files, a glob or a folder of one kind; Parquet also at
    s3://, hdfs:// and the like. Columns that are not given are guessed by their names. Rows that
    can't be used are left out and counted; with --strict they are an error. Exit code 3: the log
    can't answer.

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
        for path, what in read.items():
            if html.exists() and Path(path).exists() and html.samefile(path):
                raise InputError(f"{html}: is {what} itself; name another file for the page")
    with progress("reading", unit="rows") as tell:
        options["tell"] = tell
        comparison = compare(source_of(log), targets=targets, **options)
    answer = comparison if len(targets) > 1 else comparison.evaluations[0]
    name = options["sql"] or ", ".join(log)
    if html is not None:
        from replay.report.page.page import write_page

        write_page(html, answer, _typed(ctx, targets), name)
    if as_json:
        click.echo(as_json_text(answer))
    else:
        print_report(answer, name)
    if answer.refused:
        raise CannotAnswer(f"{name}: {comparison.evaluations[0].verdict}")


def _typed(ctx: click.Context, targets: tuple[str, ...]) -> str:
    """Return the command as it was typed, with the target that was taken by default."""
    default: list[str] = []
    if ctx.get_parameter_source("targets") is ParameterSource.DEFAULT:
        default = [word for target in targets for word in ("--target", target)]
    return shlex.join(["poolwise", "evaluate", *default, *ctx.meta[ARGUMENTS]])
