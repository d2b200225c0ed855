"""Configuration, metrics and health of the verbs that run permanently."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from streams.cli.options import configured, require_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from streams.config.config import Config
    from streams.monitor.health import Watched
    from streams.process.timings import Observe

METRICS_PORT = click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve /metrics, /healthz and /readyz on this port; 0 picks a free one.",
)
LOG_FORMAT = click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    help="Format of the log lines on standard error; console shows warnings only.",
)


def service_config(
    config_file: Path | None,
    log: str | None,
    instance: str | None,
    metrics_port: int | None,
    log_format: str | None,
) -> Config:
    """Return the configuration; the command line overrides the file."""
    import msgspec

    from streams.config.log_settings import check_log
    from streams.monitor.logs import set_up

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
def monitored(config: Config) -> Iterator[tuple[Callable[[Watched], None], Observe]]:
    """Serve metrics and health, if a port is set; yield the publishers of status and timings."""
    from streams.process import failpoints, timings

    if config.metrics.port is None:
        yield failpoints.nothing, timings.nothing
        return
    import structlog

    from streams.monitor.endpoint import Endpoint
    from streams.monitor.health import Board, Limits
    from streams.monitor.metrics import Metrics

    board = Board(Limits.of(config))
    metrics = Metrics(board)
    with closing(Endpoint(config.metrics, board, metrics)) as endpoint:
        structlog.get_logger().info("serving", host=config.metrics.host, port=endpoint.port)
        yield board.publish, metrics.observe
