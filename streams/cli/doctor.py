"""The verb that says what is wrong and what to do about it: `doctor`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from streams.cli.options import LOG_IF_NOT_CONFIGURED, WHOLE_CONFIG, configured, require_log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.doctor.findings import Finding, Level
    from streams.doctor.make import Make

LIMIT_S = 10.0
"""For all there is to look at; with the start of Python, the run stays below 15 s."""

MAKE_S = 15.0
"""For making topics, besides: a cluster spreads the news of them."""

COLORS: dict[Level, str] = {"ok": "green", "warning": "yellow", "broken": "red"}


@click.command(epilog="Example: poolwise doctor kafka://localhost:9092 --create-topics")
@LOG_IF_NOT_CONFIGURED
@WHOLE_CONFIG
@click.option("--create-topics", is_flag=True, help="Make the topics that aren't there.")
@click.option(
    "--partitions",
    type=click.IntRange(1),
    default=12,
    show_default=True,
    help="Of the topics by task that are made now: no more workers than that can share them.",
)
@click.option(
    "--replication",
    type=click.IntRange(1),
    help="Copies of each record in topics that are made now; as the cluster has it, if not given.",
)
@click.option(
    "--role",
    type=click.Choice(["work", "follow", "learn", "feed", "archive"]),
    default="work",
    show_default=True,
    help="What this user is to be allowed: follow is work --follow.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(
    *,
    log: str | None,
    config_file: Path | None,
    create_topics: bool,
    partitions: int,
    replication: int | None,
    role: str,
    as_json: bool,
) -> None:
    """Say what is wrong with LOG, this machine and the configuration, and what to do.

    Each finding is ok, warning or broken; exit code 1 if one is broken. Nothing is changed, unless
    --create-topics makes topics; those that are there stay as they are.
    """
    import msgspec

    from streams.doctor.findings import bounded
    from streams.doctor.make import Make
    from streams.process.showing import counted

    require_log(log, config_file)
    make = Make(partitions, replication) if create_topics else None
    found: list[Finding] = []
    limit_s = LIMIT_S + (MAKE_S if make else 0.0)
    for one in bounded(lambda: _findings(log, config_file, role, make), limit_s):
        found.append(one)
        if not as_json:
            _show(one)
    bad = sum(one.level == "broken" for one in found)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        doubtful = sum(one.level == "warning" for one in found)
        warnings = counted(doubtful, "warning")
        click.echo(f"{bad} broken, {warnings}, {len(found) - bad - doubtful} ok")
    if bad:
        sys.stdout.flush()
        click.get_current_context().exit(1)


def _findings(
    log: str | None, config_file: Path | None, role: str, make: Make | None
) -> Iterator[Finding]:
    """Yield all there is to find, first what the rest depends on."""
    from bandit.errors import PoolwiseError
    from streams.config.log_settings import KAFKA
    from streams.doctor import embedded
    from streams.doctor.findings import broken, ok
    from streams.doctor.setup import CONFIG, client, versions

    yield from versions()
    try:
        config = configured(config_file, log)
        examination = None
        if config.log.address.startswith(KAFKA):
            if wrong := list(client()):
                yield from wrong
                return  # the rest can't even be imported
            from streams.doctor.kafka import Examination

            examination = Examination(config, role, make, os.environ)
    except PoolwiseError as error:
        yield broken(CONFIG, str(error), "mend the configuration, or the address")
        return
    yield ok(CONFIG, "defaults" if config_file is None else f"{config_file} can be used")
    if make is not None and examination is None:
        yield ok("topics", "a log in a file has all of them from the start")
    yield from embedded.findings(config) if examination is None else examination.findings()


def _show(one: Finding) -> None:
    level = click.style(f"{one.level:8}", fg=COLORS[one.level])
    click.echo(f"{level} {one.check}: {one.what}")
    if one.todo:
        click.echo(f"         do: {one.todo}")
