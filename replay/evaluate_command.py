"""`poolwise evaluate`: what another way of deciding would have earned, from a log."""

from __future__ import annotations

from typing import Any

import click


@click.command()
@click.argument("log", nargs=-1)
@click.option("--sql", metavar="QUERY", help="Instead of LOG, a SELECT over files (DuckDB).")
@click.option("--action", metavar="COLUMN", help="The action taken.  [guessed by its name]")
@click.option(
    "--reward",
    metavar="COLUMN|SUM",
    help="The reward, or a sum of columns with weights.  [guessed]",
)
@click.option(
    "--propensity", metavar="COLUMN", help="Logged chance of the action taken.  [guessed]"
)
@click.option(
    "--logged",
    metavar="COLUMN|columns:PREFIX",
    help="Logged chances of all actions: maps, or lists as --actions has them; or a column each.",
)
@click.option("--actions", metavar="COLUMN", help="Lists of the actions to choose from.  [all]")
@click.option("--context", default="", help="Columns of the context, separated by commas.")
@click.option("--by", default="", help="Columns to slice by, separated by commas.")
@click.option("--cluster", metavar="COLUMN", help="Rows with the same value belong together.")
@click.option("--time", metavar="COLUMN", help="When it was: numbers, or times of one zone.")
@click.option(
    "--target",
    default="uniform",
    show_default=True,
    help="uniform, logging, greedy (where all logged chances are known), always:ACTION,"
    " column:NAME or columns:PREFIX.",
)
@click.option(
    "--level",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Confidence of the intervals.",
)
@click.option("--strict", is_flag=True, help="Make a row that can't be used an error.")
@click.option(
    "--delay-usd-per-hour",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0),
    help="What an hour until the verdict costs (our own log only).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    *, log: tuple[str, ...], sql: str | None, context: str, by: str, as_json: bool, **options: Any
) -> None:
    """Estimate what another way of deciding would have earned.

    LOG is an embedded log, an archive's folder, or a table of decisions: Parquet, CSV or JSON
    lines, also .gz; several files, a glob or a folder of one kind. Columns are found by their names
    where they aren't given. Rows that can't be used are counted, or an error with --strict. Exit
    code 3: the log can't answer.

    \b
    Examples:
      poolwise evaluate men.csv.gz --action item_id --reward click \\
        --propensity propensity_score --context position --target uniform
      poolwise evaluate 'days/*.parquet' --reward "quality - 0.5*usd - 0.1*delay_s"
      poolwise evaluate --target columns:new_ \\
        --sql "select l.*, n.* from 'log.parquet' l join 'new.csv' n using (id)"
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from bandit.errors import CannotAnswer
    from replay.evaluate import evaluate as run
    from replay.evaluate_report import as_json_text, print_report
    from replay.progress import progress

    source = log[0] if len(log) == 1 else list(log) or None
    with progress("reading", unit="rows") as tell:
        answer = run(source, sql=sql, context=_names(context), by=_names(by), tell=tell, **options)
    name = sql or ", ".join(log)
    if as_json:
        click.echo(as_json_text(answer))
    else:
        print_report(answer, name)
    if answer.refused:
        raise CannotAnswer(f"{name}: {answer.verdict}")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
