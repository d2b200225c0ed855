"""The verb `work`: run a worker, or a shadow beside the workers."""

from __future__ import annotations

import gc
import json
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.cli.options import FIGURES, LOG_IF_NOT_CONFIGURED, WHOLE_CONFIG, open_log
from streams.cli.service import LOG_FORMAT, METRICS_PORT, monitored, service_config

if TYPE_CHECKING:
    from streams.worker.worker import Worker


@click.command(epilog="Example: poolwise work labels.db --until-idle")
@LOG_IF_NOT_CONFIGURED
@WHOLE_CONFIG
@click.option("--until-idle", is_flag=True, help="Stop when nothing is left to read.")
@click.option(
    "--clock",
    type=click.Choice(["wall", "log"]),
    default="wall",
    show_default=True,
    help="Who writes the ticks: this worker, or whoever feeds the log.",
)
@click.option(
    "--instance",
    metavar="NAME",
    help="One of its own for each worker on Kafka: then a restart moves no partition.",
)
@click.option(
    "--follow", is_flag=True, help="Don't learn: use the newest snapshot of poolwise learn."
)
@click.option(
    "--shadow",
    is_flag=True,
    help="Decide without sending anything, and report what differs from what was done.",
)
@click.option(
    "--shadow-log",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Note the shadow's decisions there, as JSON lines; it goes on behind those it has.",
)
@click.option("--from-now", is_flag=True, help="Let the shadow begin where the log ends now.")
@click.option("--create", is_flag=True, help="Make the log if it isn't there.")
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
    """Run a worker on LOG: read events, decide, write decisions, learn.

    SIGTERM and Ctrl-C let it finish its batch and write a snapshot, for at most worker.drain_s; a
    second one ends it at once. On Kafka, any number of workers with --follow share the work, and
    one `poolwise learn` learns for them; in a file, one worker does it all.

    With --shadow it only looks on: at each decision that was made it says what its own --config
    would have done, and reports the difference at the end.
    """
    from streams.cli.shadow import run_shadow
    from streams.core import engine_maker
    from streams.log.topics import TASKS
    from streams.process.draining import draining
    from streams.process.showing import Counting
    from streams.shadow.report import report
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

            def progress(worker: Worker) -> None:
                counting.show(worker.figures()["handled"])
                publish(worker)

            worker = Worker(
                opened,
                engine_maker(config.core, opened.partitions(TASKS)),
                config.worker,
                group=config.log.group,
                follow=follow,
                clock=time.time if clock == "wall" else None,
                progress=progress,
                observe=observe,
            )
            # What is loaded by now stays. Looking through it for garbage took 40 ms each 2,000
            # tasks.
            gc.freeze()
            with closing(worker):
                worker.run(until_idle=until_idle, stop=asked)
        click.echo(json.dumps(worker.figures()) if as_json else summary(worker, shown))


def _check_shadow(*, shadow: bool, shadow_log: Path | None, from_now: bool, create: bool) -> None:
    """Refuse options that go only with a shadow, or never."""
    if shadow and create:
        raise click.UsageError("A --shadow writes nothing into the log: it can't --create it.")
    if not shadow and (shadow_log or from_now):
        raise click.UsageError("--shadow-log and --from-now go with --shadow only.")
