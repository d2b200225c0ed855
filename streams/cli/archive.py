"""The verb `archive`: copy decisions, rewards and verdicts to Parquet files."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.cli.options import FIGURES, LOG, WHOLE_CONFIG, configured, open_log

if TYPE_CHECKING:
    from streams.archive.archive import Archive


@click.command(epilog="Example: poolwise archive labels.db my-archive --until-idle")
@LOG
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@WHOLE_CONFIG
@click.option("--until-idle", is_flag=True, help="Stop at the end of the log.")
@click.option(
    "--every",
    default=50_000,
    show_default=True,
    type=click.IntRange(1),
    help="Rows per file; rows of different days are written to different files.",
)
@click.option(
    "--max-age-s",
    default=600.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Longest time until a row is written, in seconds.",
)
@FIGURES
def archive(
    *,
    log: str,
    folder: Path,
    config_file: Path | None,
    until_idle: bool,
    every: int,
    max_age_s: float,
    as_json: bool,
) -> None:
    """Copy the decisions, rewards and verdicts of LOG to Parquet files in FOLDER, by day.

    It runs until stopped; after SIGTERM or Ctrl-C it writes the rows in memory. A restart continues
    where FOLDER ends: no row is lost or duplicated. Read the files with `poolwise evaluate FOLDER`,
    DuckDB or pandas.
    """
    from streams.archive.archive import Archive
    from streams.monitor.logs import set_up
    from streams.process.draining import draining
    from streams.process.progress import Counting

    config = configured(config_file)
    set_up(config.logs)
    with (
        draining(config.worker.drain_s) as asked,
        closing(open_log(log, config.log)) as opened,
        closing(Counting("rows archived")) as counting,
    ):
        written = Archive(
            opened,
            folder,
            every=every,
            max_age_s=max_age_s,
            warn=lambda line: click.echo(f"poolwise: {line}", err=True),
            progress=lambda archive: counting.show(archive.rows.total()),
        )
        with closing(written):
            written.run(until_idle=until_idle, stop=asked)
    click.echo(json.dumps(written.figures()) if as_json else _summary(written, folder, log))


def _summary(archive: Archive, folder: Path, log: str) -> str:
    """One line for people: what was written."""
    from bandit.counted import counted

    figures = archive.figures()
    files = counted(figures.pop("files"), "file")
    rows = ", ".join(counted(rows, topic.removesuffix("s")) for topic, rows in figures.items())
    return f"Archive {folder}: this run wrote {rows} from {log} to {files}"
