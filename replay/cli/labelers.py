"""`poolwise labelers`: how good each labeler is, and whose answers look made up or copied."""

from __future__ import annotations

from pathlib import Path

import click

from replay.cli.label_columns import of_table


@click.command()
@click.argument("log", type=click.Path(readable=False, path_type=Path))
@click.option("--project", metavar="NAME", help="Labelers of this project of a log only.")
@of_table(pool="everybody is of one pool", at="the order of rows")
@click.option("--price", help="Column of prices.  [without one, $ per right isn't shown]")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def labelers(
    log: Path,
    project: str | None,
    given: dict[str, str | None],
    price: str | None,
    truth: str | None,
    as_written: bool,  # noqa: FBT001 - click gives flags as booleans
    as_json: bool,  # noqa: FBT001 - click gives flags as booleans
) -> None:
    """Show how good each labeler is, and whose answers look random, constant or copied.

    LOG is a log file, the folder of an archive (poolwise archive), or a table of labels as
    `savings` reads it (.csv, .tsv, .json, .jsonl); --task to --as-written are for tables. Nobody is
    excluded by this: for each suspect, the evidence is shown, and of a log the command that shadows
    them.

    \b
    Examples:
      poolwise labelers labels.db
      poolwise labelers labels.db --project cats --json
      poolwise labelers labels.csv --truth gold
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from replay.labelers.run import run_labelers

    columns = {**given, "price": price}
    run_labelers(log, project, columns, truth, as_written=as_written, as_json=as_json)
