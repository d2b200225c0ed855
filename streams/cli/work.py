"""The verb `work`: run a worker, or a shadow beside the workers."""

from __future__ import annotations

import json
import time
from contextlib import closing, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.cli.options import FIGURES, LOG_IF_NOT_CONFIGURED, WHOLE_CONFIG, open_log
from streams.cli.service import LOG_FORMAT, METRICS_PORT, monitored, service_config

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from streams.log.log import Log
    from streams.worker.worker import Worker


class ClockSource(StrEnum):
    """Where the time of a worker comes from."""

    WALL = "wall"
    LOG = "log"


@click.command(epilog="Example: poolwise work labels.db --until-idle")
@LOG_IF_NOT_CONFIGURED
@WHOLE_CONFIG
@click.option("--until-idle", is_flag=True, help="Stop when all records are processed.")
@click.option(
    "--clock",
    type=click.Choice([source.value for source in ClockSource]),
    default=ClockSource.WALL.value,
    show_default=True,
    help="Source of the time: this machine's clock, or Tick events that are fed into the log.",
)
@click.option(
    "--instance",
    metavar="NAME",
    help="Name of this worker on Kafka, different for each worker (static membership): if it"
    " restarts under its name within log.session_timeout_s, no partition moves. Without a name,"
    " partitions move at each stop and start.",
)
@click.option(
    "--follow", is_flag=True, help="Do not learn: use the newest model saved by poolwise learn."
)
@click.option(
    "--shadow",
    is_flag=True,
    help="Only compare: report what this configuration would have decided differently from the"
    " decisions in the log, and write nothing into it.",
)
@click.option(
    "--shadow-log",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --shadow: append each comparison to this file, as JSON lines. A restart continues"
    " after the last one.",
)
@click.option(
    "--from-now", is_flag=True, help="With --shadow: compare only decisions made from now on."
)
@click.option("--create", is_flag=True, help="Create the log file if it does not exist.")
@METRICS_PORT
@LOG_FORMAT
@FIGURES
def work(
    *,
    log: str | None,
    config_file: Path | None,
    until_idle: bool,
    clock: str,
    instance: str | None,
    follow: bool,
    shadow: bool,
    shadow_log: Path | None,
    from_now: bool,
    create: bool,
    metrics_port: int | None,
    log_format: str | None,
    as_json: bool,
) -> None:
    """For each task, decide which pool to ask for another label, or that the task has enough.

    LOG is a file such as labels.db, or kafka://HOST:PORT/PREFIX. In a file, one worker does all the
    work, and also learns from the labels. On Kafka only one process learns: a worker without
    --follow, or `poolwise learn`. A second one takes over as the learner, and the first one ends.
    Any number of workers with --follow share the tasks.

    It runs until stopped, decides by this machine's clock, learns, and uses the default settings
    unless an option or --config says otherwise.

    After SIGTERM or Ctrl-C the worker finishes its batch and saves the model, within
    worker.drain_s seconds; a second signal ends it at once.
    """
    from bandit.experiment.described import described
    from streams.cli.shadow import run_shadow
    from streams.core import engine_maker
    from streams.log.topics import TASKS
    from streams.process.draining import draining
    from streams.process.garbage import scan_less
    from streams.process.progress import Counting
    from streams.shadow.report import report
    from streams.worker.known_pools import check_arms
    from streams.worker.summary import summary
    from streams.worker.worker import Worker

    _check_shadow(shadow=shadow, shadow_log=shadow_log, from_now=from_now, create=create)
    config = service_config(config_file, log, instance, metrics_port, log_format)
    shown = log or config.log.address
    with draining(config.worker.drain_s) as asked, monitored(config) as (publish, observe):
        if shadow:
            figures = run_shadow(
                config,
                file=shadow_log,
                follow=follow,
                from_now=from_now,
                until_idle=until_idle,
                stop=asked,
                publish=publish,
            )
            click.echo(json.dumps(figures) if as_json else report(figures, shown))
            return
        opened = open_log(config.log.address, config.log, create=create)
        with closing(opened), closing(Counting("records handled")) as counting:
            if config.core.experiment is not None:
                check_arms(opened, config.core)
                click.echo(described(config.core.experiment, config.core.policy), err=True)

            def progress(worker: Worker) -> None:
                counting.show(worker.figures()["handled"])
                publish(worker)

            worker = Worker(
                opened,
                engine_maker(config.core, opened.partitions(TASKS)),
                config.worker,
                group=config.log.group,
                follow=follow,
                clock=time.time if ClockSource(clock) is ClockSource.WALL else None,
                progress=progress,
                observe=observe,
            )
            scan_less()
            with closing(worker), _alone(opened):
                worker.run(until_idle=until_idle, stop=asked)
        result = summary(worker, shown, signalled=asked())
        click.echo(json.dumps(worker.figures()) if as_json else result)


def _alone(log: Log) -> AbstractContextManager[None]:
    """Keep workers of other groups away from a log in a file."""
    from streams.embedded.lock import only_worker
    from streams.embedded.log import EmbeddedLog

    return only_worker(log.path) if isinstance(log, EmbeddedLog) else nullcontext()


def _check_shadow(*, shadow: bool, shadow_log: Path | None, from_now: bool, create: bool) -> None:
    """Refuse options that need a shadow, or exclude it."""
    if shadow and create:
        raise click.UsageError(
            "--create cannot be used with --shadow, which needs the decisions of an existing log."
        )
    if not shadow and (shadow_log or from_now):
        raise click.UsageError("--shadow-log and --from-now need --shadow.")
