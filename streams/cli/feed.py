"""The verb `feed`: put events from a file into a log."""

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

CREATE = click.option("--partitions", type=click.IntRange(1), help="Of a log that is made now.")


@click.command(epilog="Example: poolwise feed labels.db tasks.jsonl")
@LOG
@click.argument("files", nargs=-1)
@click.option(
    "--skip-bad", is_flag=True, help="Send bad lines to the dead letters, write the rest."
)
@click.option(
    "--from-deadletters",
    is_flag=True,
    help="Instead of FILES: send what became a dead letter again, each once.",
)
@click.option("--rule", "rules", multiple=True, help="Only letters of this rule; may be repeated.")
@click.option(
    "--since",
    type=click.IntRange(0),
    default=0,
    help="Pass over letters before this offset, for good.",
)
@click.option("--dry-run", is_flag=True, help="Show which letters would be sent.")
@CREATE
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
    """Put the events in FILES (- for standard input), one a line, into LOG.

    LOG is made if it isn't there. A file with a bad line is refused whole. With --from-deadletters,
    send the originals of dead letters again, once what was wrong is mended; what was sent is
    remembered in the log, rule by rule.
    """
    if from_deadletters:
        if files or skip_bad or partitions is not None:
            raise click.UsageError("--from-deadletters takes no FILES, and makes no log.")
        from streams.cli.resend import feed_again

        feed_again(log, config_file, rules, since, dry_run=dry_run, as_json=as_json)
        return
    if rules or since or dry_run:
        raise click.UsageError("--rule, --since and --dry-run belong to --from-deadletters.")
    if not files:
        raise click.UsageError("Missing argument 'FILES...', or --from-deadletters.")
    import msgspec

    from bandit.errors import MissingInput
    from streams.clients import feeding
    from streams.process.showing import Counting

    figures = {}
    for name in files:
        if name != "-" and not Path(name).exists():  # before a log is made for nothing
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
    """One line for a person: what of a file was put into the log."""
    from streams.process.showing import counted

    bad = f", {counted(fed.bad, 'bad line')} to the dead letters" if fed.bad else ""
    unknown = (
        f", {counted(fed.ignored_fields, 'unknown field')} ignored" if fed.ignored_fields else ""
    )
    return f"{name}: {counted(fed.good, 'event')}{bad}{unknown}"


@contextmanager
def _read_twice(name: str) -> Iterator[BinaryIO]:
    """Open a file; keep a pipe or, for `-`, standard input where it can be read twice."""
    from bandit.errors import InputError

    if name == "-":
        with _kept(sys.stdin.buffer) as kept:
            yield kept
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise InputError(f"{name}: {error.strerror}") from error
        yield stream if stream.seekable() else stack.enter_context(_kept(stream))


@contextmanager
def _kept(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Copy what can be read once only to a file without a name."""
    with tempfile.TemporaryFile() as kept:
        shutil.copyfileobj(stream, kept)
        kept.seek(0)
        yield kept
