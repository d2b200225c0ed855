"""The verb `learn`: learn from rewards, and save models for workers that follow."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import click

from streams.cli.options import FIGURES, LOG_IF_NOT_CONFIGURED, WHOLE_CONFIG, open_log
from streams.cli.service import LOG_FORMAT, METRICS_PORT, monitored, service_config

if TYPE_CHECKING:
    from pathlib import Path


@click.command(epilog="Example: poolwise learn kafka://localhost:9092 --config poolwise.toml")
@LOG_IF_NOT_CONFIGURED
@WHOLE_CONFIG
@click.option("--until-idle", is_flag=True, help="Stop when all rewards are learned.")
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
    """Learn from the rewards in LOG, and save the model for workers with --follow.

    There is one learner per group of workers: a second one takes over, and the first one ends.
    """
    from bandit.counted import counted
    from bandit.experiment.described import described
    from streams.core import engine_maker
    from streams.learner.learner_process import LearnerProcess
    from streams.log.topics import TASKS
    from streams.process.draining import draining
    from streams.process.progress import Counting
    from streams.process.wording import ended

    config = service_config(config_file, log, None, metrics_port, log_format)
    with draining(config.worker.drain_s) as asked, monitored(config) as (publish, _):
        opened = open_log(config.log.address, config.log)
        with closing(opened), closing(Counting("rewards learned")) as counting:
            if config.core.experiment is not None:
                click.echo(described(config.core.experiment, config.core.policy), err=True)

            def progress(learning: LearnerProcess) -> None:
                counting.show(learning.figures()["learned"])
                publish(learning)

            learning = LearnerProcess(
                opened,
                engine_maker(config.core, opened.partitions(TASKS)),
                config.worker,
                group=config.log.group,
                progress=progress,
            )
            with closing(learning):
                learning.run(until_idle=until_idle, stop=asked)
        figures = learning.figures()
        line = f"{log or config.log.address}: {ended(signalled=asked())}: "
        line += f"{counted(figures['learned'], 'reward')} learned"
        line += f", {counted(figures['snapshots'], 'snapshot')} saved"
        click.echo(json.dumps(figures) if as_json else line)
