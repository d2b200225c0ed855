"""The verb `doctor`: find problems of a log, and what to do about them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from streams.cli.options import LOG_IF_NOT_CONFIGURED, WHOLE_CONFIG, configured, require_log
from streams.doctor.findings import Severity
from streams.doctor.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.doctor.findings import DoctorFinding
    from streams.doctor.new_topics import NewTopics

LIMIT_S = 10.0
"""For all checks; with the start of Python, the run stays below 15 s."""

CREATE_S = 15.0
"""For creating topics, in addition: it takes a while until all brokers know them."""

COLORS = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.BROKEN: "red"}


@click.command(epilog="Example: poolwise doctor kafka://localhost:9092 --create-topics")
@LOG_IF_NOT_CONFIGURED
@WHOLE_CONFIG
@click.option("--create-topics", is_flag=True, help="Create the missing topics on Kafka.")
@click.option(
    "--partitions",
    type=click.IntRange(1),
    default=12,
    show_default=True,
    help="With --create-topics: partitions of the topics keyed by task. At most as many workers can"
    " share the work.",
)
@click.option(
    "--replication",
    type=click.IntRange(1),
    help="With --create-topics: replicas of each record.  [default: the cluster's own]",
)
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.WORK.value,
    show_default=True,
    help="Check this user's permissions on Kafka for this role; follow is work --follow.",
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
    """Check LOG, this machine and the configuration, and print what to do about problems.

    Each check ends with ok, warning or broken; the exit code is 1 if any is broken. Nothing is
    changed, except that --create-topics creates missing topics.
    """
    import msgspec

    from bandit.counted import counted
    from streams.doctor.findings import bounded
    from streams.doctor.new_topics import NewTopics

    require_log(log, config_file)
    new_topics = NewTopics(partitions, replication) if create_topics else None
    findings: list[DoctorFinding] = []
    limit_s = LIMIT_S + (CREATE_S if new_topics else 0.0)
    for finding in bounded(lambda: _findings(log, config_file, Role(role), new_topics), limit_s):
        findings.append(finding)
        if not as_json:
            _show(finding)
    count = Counter(finding.level for finding in findings)
    if as_json:
        click.echo(msgspec.json.encode(findings))
    else:
        warnings = counted(count[Severity.WARNING], "warning")
        click.echo(f"{count[Severity.BROKEN]} broken, {warnings}, {count[Severity.OK]} ok")
    if count[Severity.BROKEN]:
        sys.stdout.flush()
        click.get_current_context().exit(1)


def _findings(
    log: str | None, config_file: Path | None, role: Role, new_topics: NewTopics | None
) -> Iterator[DoctorFinding]:
    """Make all checks, first those that the others depend on."""
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

            examination = Examination(config, role, new_topics, os.environ)
    except PoolwiseError as error:
        yield broken(CONFIG, str(error), "correct the configuration, or the address of the log")
        return
    yield ok(CONFIG, "no file, defaults used" if config_file is None else f"{config_file} is valid")
    if new_topics is not None and examination is None:
        yield ok("topics", "nothing to create: a log in a file always has all topics")
    yield from embedded.findings(config) if examination is None else examination.findings()


def _show(finding: DoctorFinding) -> None:
    level = click.style(f"{finding.level:8}", fg=COLORS[finding.level])
    click.echo(f"{level} {finding.check}: {finding.what}")
    if finding.todo:
        click.echo(f"         do: {finding.todo}")
