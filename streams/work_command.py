"""The verbs that run for ever: `work` and `learn`."""

from __future__ import annotations

import gc
import json
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.options import (
    FIGURES,
    LOG_IF_NOT_CONFIGURED,
    WHOLE_CONFIG,
    configured,
    require_log,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.config import Config
    from streams.health import Watched
    from streams.timings import Observe
    from streams.worker import Worker


METRICS_PORT = click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve /metrics, /healthz and /readyz there; 0 is any free port.",
)
LOG_FORMAT = click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    help="What happens, on standard error: warnings for a person, or all of it in JSON.",
)


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
    from streams.address import open_log
    from streams.core import engine_maker
    from streams.draining import draining
    from streams.shadow.command import run_shadow
    from streams.shadow.report import report
    from streams.showing import Counting
    from streams.summary import summary
    from streams.topics import TASKS
    from streams.worker import Worker

    _check_shadow(shadow=shadow, shadow_log=shadow_log, from_now=from_now, create=create)
    config = _configured(config_file, log, instance, metrics_port, log_format)
    shown = log or config.log.address
    with draining(config.worker.drain_s) as asked, _watching(config) as (publish, observe):
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


@click.command(epilog="Example: poolwise learn kafka://localhost:9092 --config poolwise.toml")
@LOG_IF_NOT_CONFIGURED
@WHOLE_CONFIG
@click.option("--until-idle", is_flag=True, help="Stop when nothing is left to learn.")
@METRICS_PORT
@LOG_FORMAT
@FIGURES
def learn(
    *,
    log: str | None,
    config_file: Path | None,
    until_idle: bool,
    metrics_port: int | None,
    log_format: str | None,
    as_json: bool,
) -> None:
    """Learn from the rewards in LOG, and save snapshots for workers that --follow.

    One learns for a group: a second one takes over, and the first ends.
    """
    from streams.address import open_log
    from streams.core import engine_maker
    from streams.draining import draining
    from streams.learning import Learning
    from streams.showing import Counting, counted
    from streams.topics import TASKS

    config = _configured(config_file, log, None, metrics_port, log_format)
    with draining(config.worker.drain_s) as asked, _watching(config) as (publish, _):
        opened = open_log(config.log.address, config.log)
        with closing(opened), closing(Counting("rewards learned")) as counting:

            def progress(learning: Learning) -> None:
                counting.show(learning.figures()["learned"])
                publish(learning)

            learning = Learning(
                opened,
                engine_maker(config.core, opened.partitions(TASKS)),
                config.worker,
                group=config.log.group,
                progress=progress,
            )
            with closing(learning):
                learning.run(until_idle=until_idle, stop=asked)
        figures = learning.figures()
        line = f"{counted(figures['learned'], 'reward')} learned"
        line += f", {counted(figures['snapshots'], 'snapshot')} saved"
        click.echo(json.dumps(figures) if as_json else line)


def _check_shadow(*, shadow: bool, shadow_log: Path | None, from_now: bool, create: bool) -> None:
    """Refuse options that go only with a shadow, or never."""
    if shadow and create:
        raise click.UsageError("A --shadow writes nothing into the log: it can't --create it.")
    if not shadow and (shadow_log or from_now):
        raise click.UsageError("--shadow-log and --from-now go with --shadow only.")


def _configured(
    config_file: Path | None,
    log: str | None,
    instance: str | None,
    metrics_port: int | None,
    log_format: str | None,
) -> Config:
    """Return the configuration, what was said on the command line standing above the file."""
    import msgspec

    from streams.log_config import check_log
    from streams.logs import set_up

    require_log(log, config_file)
    config = configured(config_file, log)
    replace = msgspec.structs.replace
    if instance is not None:
        config = replace(config, log=check_log(replace(config.log, instance=instance)))
    if metrics_port is not None:
        config = replace(config, metrics=replace(config.metrics, port=metrics_port))
    if log_format is not None:
        config = replace(config, logs=replace(config.logs, format=log_format))
    set_up(config.logs)
    return config


@contextmanager
def _watching(config: Config) -> Iterator[tuple[Callable[[Watched], None], Observe]]:
    """Serve metrics and health, if a port is given; what takes a turn's state, and its timings."""
    from streams import failpoints, timings

    if config.metrics.port is None:
        yield failpoints.nothing, timings.nothing
        return
    import structlog

    from streams.endpoint import Endpoint
    from streams.health import Board, Limits
    from streams.metrics import Metrics

    board = Board(Limits.of(config))
    metrics = Metrics(board)
    with closing(Endpoint(config.metrics, board, metrics)) as endpoint:
        structlog.get_logger().info("serving", host=config.metrics.host, port=endpoint.port)
        yield board.publish, metrics.observe
