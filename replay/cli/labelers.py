"""`poolwise labelers`: how good each labeler is, and whose answers look made up or copied."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("log", type=click.Path(readable=False, path_type=Path))
@click.option("--project", metavar="NAME", help="Labelers of this project only.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def labelers(
    log: Path,
    project: str | None,
    as_json: bool,  # noqa: FBT001 - click gives flags as booleans
) -> None:
    """Show how good each labeler is, and whose answers look random, constant or copied.

    LOG is a log file or the folder of an archive (poolwise archive). Nobody is excluded by this:
    for each suspect, the evidence is shown, and the command that shadows them.

    \b
    Examples:
      poolwise labelers labels.db
      poolwise labelers labels.db --project cats --json
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from replay.labelers.run import run_labelers

    run_labelers(log, project, as_json=as_json)
