"""The verb `feed`: write the events of files into a log."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.cli.options import CONFIG, FIGURES, LOG, log_settings, open_log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from streams.clients.feeding import Fed


@click.command(epilog="Example: poolwise feed labels.db tasks.jsonl")
@LOG
@click.argument("files", nargs=-1)
@click.option(
    "--skip-bad",
    is_flag=True,
    help="Write invalid lines to the topic deadletters, instead of refusing the file.",
)
@click.option(
    "--from-deadletters",
    is_flag=True,
    help="Send the records of the topic deadletters again, instead of FILES; each is sent once.",
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    help="With --from-deadletters: only dead letters that broke this rule. May be repeated.",
)
@click.option(
    "--since",
    type=click.IntRange(0),
    default=0,
    help="With --from-deadletters: skip dead letters before this offset, permanently.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="With --from-deadletters: show what would be sent, and send nothing.",
)
@click.option(
    "--partitions", type=click.IntRange(1), help="Number of partitions, if the log file is created."
)
@CONFIG
@FIGURES
def feed(
    *,
    log: str,
    files: tuple[str, ...],
    skip_bad: bool,
    from_deadletters: bool,
    rules: tuple[str, ...],
    since: int,
    dry_run: bool,
    partitions: int | None,
    config_file: Path | None,
    as_json: bool,
) -> None:
    """Write the events in FILES, one JSON object per line, into LOG.

    The file name - reads standard input, to its end before anything is written: a program that
    never ends, such as tail --follow, can't feed through it. A log file that does not exist is
    created. If a line is invalid, nothing of its file is written.

    With --from-deadletters, records that were rejected are sent again, after you have removed the
    cause. The log remembers which were sent, for each rule.
    """
    if from_deadletters:
        if files or skip_bad or partitions is not None:
            raise click.UsageError(
                "--from-deadletters cannot be used with FILES, --skip-bad or --partitions."
            )
        from streams.cli.resend import feed_again

        feed_again(log, config_file, rules, since, dry_run=dry_run, as_json=as_json)
        return
    if rules or since or dry_run:
        raise click.UsageError("--rule, --since and --dry-run need --from-deadletters.")
    if not files:
        raise click.UsageError("Missing argument 'FILES...' or option '--from-deadletters'.")
    import msgspec

    from bandit.errors import MissingInput
    from streams.clients import feeding
    from streams.process.progress import Counting

    figures = {}
    for name in files:
        if name != "-" and not Path(name).exists():  # before a log is created for nothing
            raise MissingInput(f"{name}: there is no such file")
    settings = log_settings(config_file)
    if partitions is not None:
        settings = msgspec.structs.replace(settings, partitions=partitions)
    with closing(open_log(log, settings, create=True)) as opened:
        for name in files:
            with _read_twice(name) as stream:
                counting = Counting(f"lines of {name}")
                with closing(counting):
                    fed = feeding.feed(
                        opened, stream, name, skip_bad=skip_bad, progress=counting.show
                    )
            figures[name] = fed._asdict()
            if not as_json:
                click.echo(_fed(name, fed))
    if as_json:
        click.echo(json.dumps(figures))


def _fed(name: str, fed: Fed) -> str:
    """One line for people: what was written of a file."""
    from bandit.counted import counted
    from streams.clients.unknown_fields import named_unknown

    bad = f", {counted(fed.bad, 'invalid line')} written to deadletters" if fed.bad else ""
    unknown = ""
    if fed.ignored_fields:
        ignored = counted(fed.ignored_fields, "unknown field")
        unknown = f", {ignored} ignored ({named_unknown(fed.unknown)})"
    return f"{name}: {counted(fed.good, 'event')} written{bad}{unknown}"


@contextmanager
def _read_twice(name: str) -> Iterator[BinaryIO]:
    """Open a file; copy a pipe or, for `-`, standard input, so that it can be read twice."""
    from bandit.errors import InputError

    if name == "-":
        with _copied(sys.stdin.buffer) as copied:
            yield copied
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise InputError(f"{name}: {error.strerror}") from error
        yield stream if stream.seekable() else stack.enter_context(_copied(stream))


@contextmanager
def _copied(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Copy a stream that can be read only once to a file without a name."""
    with tempfile.TemporaryFile() as copied:
        shutil.copyfileobj(stream, copied)
        copied.seek(0)
        yield copied
