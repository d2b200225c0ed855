"""The verbs that carry events: `work`, `feed` and `tail`."""

from __future__ import annotations

import gc
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from streams.feeding import Fed
    from streams.worker import Worker

LOG = click.argument("log")
CREATE = click.option("--partitions", type=click.IntRange(1), help="Of a log that is made now.")


@click.command(epilog="Example: poolwise work labels.db --until-idle")
@click.argument("log", required=False)
@click.option(
    "--config",
    "config_file",
    type=click.Path(readable=False, path_type=Path),
    help="Settings in TOML; LOG stands above its [log] address.",
)
@click.option("--until-idle", is_flag=True, help="Stop when nothing is left to read.")
@click.option(
    "--clock",
    type=click.Choice(["wall", "log"]),
    default="wall",
    show_default=True,
    help="Who writes the ticks: this worker, or whoever feeds the log.",
)
@click.option("--create", is_flag=True, help="Make the log if it isn't there.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def work(
    *,
    log: str | None,
    config_file: Path | None,
    until_idle: bool,
    clock: str,
    create: bool,
    as_json: bool,
) -> None:
    """Run a worker on LOG: read events, decide, write decisions, learn.

    SIGTERM and Ctrl-C let it finish its batch and write a snapshot. One worker a log.
    """
    from streams.address import open_log
    from streams.config import Config, read_config
    from streams.core import engine_maker
    from streams.showing import Counting
    from streams.topics import TASKS
    from streams.worker import Worker

    if log is None and config_file is None:
        raise click.UsageError("Say which LOG, or give a --config that says it.")
    config = Config() if config_file is None else read_config(config_file)
    opened = open_log(
        log or config.log.address,
        config.log.partitions,
        create=create,
        synchronous=config.log.synchronous,
    )
    with closing(opened):
        counting = Counting("records handled")
        worker = Worker(
            opened,
            engine_maker(config.core, opened.partitions(TASKS)),
            config.worker,
            group=config.log.group,
            clock=time.time if clock == "wall" else None,
            progress=lambda worker: counting.show(worker.handled),
        )
        # What is loaded by now stays. Looking through it for garbage took 40 ms each 2,000 tasks.
        gc.freeze()
        with closing(worker), closing(counting), _signals() as caught:
            worker.run(until_idle=until_idle, stop=lambda: bool(caught))
        name = log or config.log.address
        click.echo(json.dumps(worker.figures()) if as_json else _summary(worker, name))


@click.command(epilog="Example: poolwise feed labels.db tasks.jsonl")
@LOG
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--skip-bad", is_flag=True, help="Send bad lines to the dead letters, write the rest."
)
@CREATE
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def feed(
    *, log: str, files: tuple[str, ...], skip_bad: bool, partitions: int | None, as_json: bool
) -> None:
    """Put the events in FILES (- for standard input), one a line, into LOG.

    LOG is made if it isn't there. A file with a bad line is refused whole.
    """
    from bandit.errors import MissingInput
    from streams import feeding
    from streams.address import open_log
    from streams.showing import Counting

    figures = {}
    for name in files:
        if name != "-" and not Path(name).exists():  # before a log is made for nothing
            raise MissingInput(f"{name}: there is no such file")
    with closing(open_log(log, partitions, create=True)) as opened:
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


@click.command(epilog="Example: poolwise tail labels.db asks --follow")
@LOG
@click.argument("topic")
@click.option("--follow", is_flag=True, help="Go on with what comes, until interrupted.")
@click.option("--from", "position", type=click.IntRange(0), default=0, help="First offset shown.")
@click.option("--places", is_flag=True, help="Show partition, offset and key too.")
def tail(*, log: str, topic: str, follow: bool, position: int, places: bool) -> None:
    """Print the records of TOPIC in LOG as JSON lines.

    TOPIC is one of pools, tasks, labels, asks, decisions, rewards, verdicts, deadletters, desk
    and models.
    """
    from streams import tailing
    from streams.address import open_log

    with closing(open_log(log)) as opened:
        try:
            for record in tailing.tail(opened, topic, position, follow=follow):
                sys.stdout.buffer.write(tailing.line_of(record, whole=places) + b"\n")
                if follow:
                    sys.stdout.buffer.flush()
            sys.stdout.buffer.flush()
        except KeyboardInterrupt:
            return  # the way to end a --follow
        except BrokenPipeError:
            # Python flushes standard output once more at its end: give it somewhere to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fed(name: str, fed: Fed) -> str:
    """One line for a person: what of a file was put into the log."""
    from streams.showing import counted

    bad = f", {counted(fed.bad, 'bad line')} to the dead letters" if fed.bad else ""
    unknown = (
        f", {counted(fed.ignored_fields, 'unknown field')} ignored" if fed.ignored_fields else ""
    )
    return f"{name}: {counted(fed.good, 'event')}{bad}{unknown}"


def _summary(worker: Worker, log: str) -> str:
    """One line for a person: what was done, what waits, and why if nothing is asked."""
    from streams.showing import counted

    figures = worker.figures()
    line = f"{counted(figures['handled'], 'record')} handled (ticks too)"
    for topic in ("decisions", "asks", "rewards", "verdicts"):
        line += f", {counted(figures[topic], topic.removesuffix('s'))}"
    if figures["ignored_fields"]:
        line += f", {counted(figures['ignored_fields'], 'unknown field')} ignored"
    if figures["dead_letters"]:
        bad = counted(figures["dead_letters"], "dead letter")
        line += f", {bad} (poolwise tail {shlex.quote(log)} deadletters)"
    waiting, asked = figures["open_tasks"], figures["open_asks"]
    line += f"; open: {counted(waiting, 'task')}, {counted(asked, 'ask')}"
    if waiting and not asked:
        line += "; no pool is asked: none is open with the skills and the room they need"
    return line


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collect SIGTERM and SIGINT; a second one of either does what it always did."""
    caught: list[int] = []
    before: dict[int, Any] = {}

    def note(number: int, _: object) -> None:
        caught.append(number)
        signal.signal(number, before[number])

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, note)
    try:
        yield caught
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


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
