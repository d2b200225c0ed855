"""`poolwise features`: which features changed, which are missing, and what each is worth."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("log", type=click.Path(readable=False, path_type=Path))
@click.option("--project", metavar="NAME", help="Features of this project only.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def features(
    log: Path,
    project: str | None,
    as_json: bool,  # noqa: FBT001 - click gives flags as booleans
) -> None:
    """Show which features of tasks changed, which are missing, and what each is worth.

    LOG is a log file or the folder of an archive (poolwise archive). The first lines say what to
    do; the tables below show each feature, and each signal that decisions were made by: in how many
    tasks it is known, whether it changed, and what the models lose without it.

    \b
    Examples:
      poolwise features labels.db
      poolwise features labels.db --project cats --json
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from replay.features_report.run import run_features

    run_features(log, project, as_json=as_json)
