"""The command `poolwise`: it mounts and wires the verbs, and prints each error in one line.

Rule 1: nothing heavy is imported before a verb is chosen, so that `--help` answers at once.
Rule 2: no API lives here; the verbs live beside what they drive.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from click.exceptions import NoSuchCommand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from bandit.settings import Settings
    from replay.market.drive_log import EventLog, WorkerSteps

INTERRUPTED = 130  # what a shell reports after Ctrl-C: 128 + SIGINT


class Verb(NamedTuple):
    """The module and attribute of a verb, and its line in `--help`."""

    module: str
    attribute: str
    line: str


VERBS = {
    "demo": Verb(__name__, "demo", "Run poolwise on sample tasks, with simulated labelers."),
    "work": Verb(
        "streams.cli.work", "work", "Run a worker: read events, decide who labels what, learn."
    ),
    "learn": Verb(
        "streams.cli.learn", "learn", "Run the learner that saves models for several workers."
    ),
    "feed": Verb("streams.cli.feed", "feed", "Write the events of a file into a log."),
    "tail": Verb("streams.cli.tail", "tail", "Print the events of a log as they arrive."),
    "doctor": Verb(
        "streams.cli.doctor", "doctor", "Check a log and its configuration, and suggest fixes."
    ),
    "control": Verb(
        "streams.cli.control", "control", "Pause a project, limit its cost, or freeze the model."
    ),
    "archive": Verb(
        "streams.cli.archive", "archive", "Copy decisions, rewards and verdicts to Parquet files."
    ),
    "prune": Verb(
        "streams.cli.prune", "prune", "Delete old records from a log file or an archive."
    ),
    "evaluate": Verb(
        "replay.cli.verbs", "evaluate", "Estimate what another policy would have earned."
    ),
    "tune": Verb(
        "replay.cli.verbs", "tune", "Find good settings, using a log or a simulated market."
    ),
    "experiment": Verb(
        "replay.cli.verbs", "experiment", "Plan a live A/B test, and read what it shows."
    ),
    "simulate": Verb(
        "replay.cli.verbs", "simulate", "Run poolwise on recorded or simulated labels."
    ),
    "savings": Verb(
        "replay.cli.verbs", "savings", "Estimate how much poolwise would save on labels."
    ),
    "forecast": Verb(
        "replay.cli.verbs", "forecast", "Forecast tasks, labelers needed, backlog and spend."
    ),
    "labelers": Verb(
        "replay.cli.verbs", "labelers", "Show how good each labeler is, and who is suspect."
    ),
    "report": Verb(
        "replay.cli.verbs", "report", "Write a page on a labeling log, with what could be saved."
    ),
    "features": Verb(
        "replay.cli.verbs", "features", "Show which features changed, and what each is worth."
    ),
}


class Verbs(click.Group):
    """The verbs in `VERBS`, each imported only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*VERBS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        verb = VERBS.get(cmd_name)
        if verb is None:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(verb.module), verb.attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            raise NoSuchCommand(args[0], possibilities=known, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx  # click's own version would import every verb
        with formatter.section("Verbs"):
            formatter.write_dl([(name, verb.line) for name, verb in VERBS.items()])


@click.group(
    cls=Verbs,
    subcommand_metavar="VERB [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: poolwise demo. Each verb has its own --help.",
)
@click.version_option(package_name="poolwise", prog_name="poolwise")
def cli() -> None:
    """Decide which pool of labelers gets each task, and when it has enough labels."""


@click.command(epilog="Example: poolwise demo --tasks 500 --seed 7 --dir my-demo")
@click.option(
    "--tasks",
    default=2310,
    show_default=True,
    type=click.IntRange(1, 2310),
    help="Number of tasks, of 2,310.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    help="Seed of the simulation; the same seed gives the same demo.",
)
@click.option(
    "--seeds",
    type=click.IntRange(3),
    help="Run so many markets, from --seed on, and show means with intervals; no log is written.",
)
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="With --seeds: number of processes.",
)
@click.option(
    "--dir",
    "folder",
    default="poolwise-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the log; the log of an earlier demo in it is replaced.",
)
@click.option(
    "--log",
    "address",
    metavar="LOG",
    help="Use this log instead, such as one on Kafka; it must not contain tasks.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def demo(
    *,
    tasks: int,
    seed: int,
    seeds: int | None,
    jobs: int,
    folder: Path,
    address: str | None,
    as_json: bool,
) -> None:
    """Label real tasks with simulated labelers, through a real log and worker."""
    import msgspec
    from rich.console import Console

    from replay.demo.demo import demo_settings, run_demo
    from replay.demo.report import print_report
    from replay.demo.seeds import run_seeds
    from replay.demo.seeds_report import print_seeds
    from replay.runtime.print_result import print_result
    from replay.runtime.progress import progress
    from streams.clients.demo_log import demo_log, demo_on

    if seeds is not None:
        with progress("Simulating:", f"of {seeds:,} markets") as tell:
            means = run_seeds(tasks, range(seed, seed + seeds), jobs, tell)
        print_result(means, print_seeds, as_json=as_json)
        return
    settings = demo_settings(seed)
    log = demo_log(folder, settings) if address is None else demo_on(address, settings)
    with (
        log as (path, outside, worker),
        progress("Deciding and learning:", f"of {tasks:,} tasks answered") as tell,
    ):
        result = run_demo(outside, worker, tasks, seed, tell)
    if as_json:
        click.echo(msgspec.json.encode(result))
        return
    print_report(result, path, Console(highlight=False))


def new_log(path: Path, settings: Settings) -> AbstractContextManager[tuple[EventLog, WorkerSteps]]:
    """Open a new log with a worker, for `simulate --log`."""
    from streams.clients.demo_log import simulated_log

    return simulated_log(path, settings)


def foreign(home: Path) -> str | None:
    """Describe a package that has one of our names but is not ours; `home` is this file's folder.

    The package index has another `bandit` (a linter) and another `replay` (in replay-rec).
    """
    for name in ("bandit", "streams", "replay"):
        spec = find_spec(name)
        place = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if place != home / name:
            return f"the package {name!r} is not the one of poolwise ({place or 'missing'})"
    for distribution in ("bandit", "replay_rec"):
        if any(home.glob(f"{distribution}-*.dist-info")):
            return f"the distribution {distribution!r} has overwritten files of poolwise"
    return None


def fail(message: str, exit_code: int) -> int:
    """Print one line on standard error and pass the exit code on."""
    click.echo(f"poolwise: {' '.join(message.split())}", err=True)
    return exit_code


def main(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    # Before NumPy is loaded. Its matrices are small here, and the threads that OpenBLAS gives each
    # process wait for each other by spinning: an evaluation took five times the processor's time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    conflict = foreign(Path(__file__).resolve().parent)
    if conflict:
        return fail(f"{conflict}; install poolwise in its own virtual environment", 1)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # characters that the terminal cannot show are no error
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(args, prog_name="poolwise", standalone_mode=False, obj=new_log)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        if isinstance(error.__cause__, EOFError):  # click takes a truncated file for Ctrl-D
            raise error.__cause__ from None
        return fail("interrupted", INTERRUPTED)
    except BrokenPipeError:  # nobody reads the output any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a disk that is full, a folder that may not be entered
        if error.strerror is None:
            raise
        return fail(": ".join(str(part) for part in (error.filename, error.strerror) if part), 1)
    except Exception as error:
        from bandit.errors import PoolwiseError

        if not isinstance(error, PoolwiseError):
            raise
        return fail(str(error) or type(error).__name__, error.exit_code)
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
