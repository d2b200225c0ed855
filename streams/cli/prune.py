"""The verb `prune`: delete old records from a log file, or old days from an archive."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.cli.options import CONFIG, FIGURES, log_settings, open_log

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.config.log_settings import LogSettings
    from streams.embedded.log import EmbeddedLog
    from streams.prune.folder import FolderReport
    from streams.prune.pruning import Cut
    from streams.prune.report import LogReport


@click.command(epilog="Example: poolwise prune labels.db --before 30d --archive my-archive")
@click.argument("log", metavar="LOG_OR_FOLDER")
@click.option(
    "--before",
    required=True,
    help="Delete what is older: an age in days, such as 30d, or a UTC time, such as 2026-10-01.",
)
@click.option(
    "--archive",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep records that are not yet in this folder of `poolwise archive`.",
)
@click.option(
    "--gone-group",
    "gone",
    multiple=True,
    help="A group of workers that is no longer used: keep no records for it. May be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be deleted, and delete nothing.")
@click.option(
    "--rewrite",
    is_flag=True,
    help="Rewrite the file to return its free space to the disk; the worker must be stopped.",
)
@CONFIG
@FIGURES
def prune(
    *,
    log: str,
    before: str,
    archive: Path | None,
    gone: tuple[str, ...],
    dry_run: bool,
    rewrite: bool,
    config_file: Path | None,
    as_json: bool,
) -> None:
    """Delete old records from a log file, or old days from a folder of `poolwise archive`.

    In a log: tasks, labels, asks, decisions, rewards, verdicts and dead letters. A record that the
    workers have not read, the learner has not learned or --archive does not contain yet is kept,
    however old. Workers may run at the same time. Kafka deletes old records itself: see the topic
    setting retention.ms, which `poolwise doctor` checks.
    """
    from bandit.errors import ConfigError
    from streams.config.log_settings import KAFKA
    from streams.prune.before import seconds_of

    at = seconds_of(before, time.time())
    if log.startswith(KAFKA):
        raise ConfigError(
            f"{log}: Kafka deletes old records itself; set retention.ms of the topics"
            " (`poolwise doctor` checks it)"
        )
    if Path(log).is_dir():
        if archive is not None or gone or rewrite:
            raise click.UsageError(
                "--archive, --gone-group and --rewrite need a log file, not a folder."
            )
        from streams.prune.folder import prune_folder

        report: FolderReport | LogReport = prune_folder(Path(log), at, dry_run=dry_run)
    else:
        settings = log_settings(config_file)
        report = _of_log(log, settings, at, archive, gone, dry_run=dry_run, rewrite=rewrite)
    click.echo(json.dumps(report.figures()) if as_json else "\n".join(report.lines()))


def _of_log(
    address: str,
    settings: LogSettings,
    before: float,
    archive: Path | None,
    gone: tuple[str, ...],
    *,
    dry_run: bool,
    rewrite: bool,
) -> LogReport:
    """Prune a log in a file."""
    from bandit.errors import MissingInput
    from streams.embedded.log import EmbeddedLog
    from streams.prune import space
    from streams.prune.age import latest_time
    from streams.prune.pruning import cuts
    from streams.prune.report import LogReport

    if archive is not None and not archive.is_dir():
        raise MissingInput(f"{archive}: there is no such folder")
    with ExitStack() as stack:
        log = stack.enter_context(closing(open_log(address, settings)))
        assert isinstance(log, EmbeddedLog)
        if rewrite and not dry_run:
            stack.enter_context(space.nobody_at_work(log))
        size, latest = space.size_of(log), latest_time(log, time.time())
        all_cuts = tuple(cuts(log, before, archive, gone, latest=latest))
        if not dry_run:
            _delete(log, all_cuts)
            if rewrite:
                space.rewrite(log)
        now = space.size_of(log)
        return LogReport(str(log.path), before, all_cuts, dry_run, size, now, archive)


def _delete(log: EmbeddedLog, all_cuts: Iterable[Cut]) -> None:
    from streams.process.progress import Counting
    from streams.prune.pruning import prune_place

    gone = 0
    with closing(Counting("records deleted")) as counting:
        for cut in all_cuts:
            for deleted in prune_place(log, cut):
                gone += deleted
                counting.show(gone)
