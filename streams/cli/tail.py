"""The verb `tail`: print the events of a log."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from streams.cli.options import CONFIG, LOG, log_settings, open_log

if TYPE_CHECKING:
    from pathlib import Path


@click.command(epilog="Example: poolwise tail labels.db asks --follow")
@LOG
@click.argument("topic")
@click.option("--follow", is_flag=True, help="Keep printing new records, until interrupted.")
@click.option(
    "--from",
    "position",
    type=click.IntRange(0),
    default=0,
    help="First offset to print, in each partition.",
)
@click.option("--places", is_flag=True, help="Print partition, offset and key, too.")
@CONFIG
def tail(
    *,
    log: str,
    topic: str,
    follow: bool,
    position: int,
    places: bool,
    config_file: Path | None,
) -> None:
    """Print the records of TOPIC in LOG as JSON lines.

    TOPIC is one of pools, controls, tasks, labels, asks, decisions, rewards, verdicts, deadletters,
    desk and models.
    """
    from streams.clients import tailing

    with closing(open_log(log, log_settings(config_file))) as opened:
        try:
            for record in tailing.tail(opened, topic, position, follow=follow):
                sys.stdout.buffer.write(tailing.line_of(record, whole=places) + b"\n")
                if follow:
                    sys.stdout.buffer.flush()
            sys.stdout.buffer.flush()
        except KeyboardInterrupt:
            return  # how --follow is ended
        except BrokenPipeError:
            # Python flushes standard output once more at its end: give it somewhere to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
