"""The verb of operations: `control`."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from streams.cli.options import CONFIG, LOG, log_settings, open_log

if TYPE_CHECKING:
    from pathlib import Path


@click.command(epilog="Example: poolwise control labels.db --project cats --pause --why 'bad data'")
@LOG
@CONFIG
@click.option("--project", help="Whose tasks the order is about.")
@click.option("--pause", "paused", is_flag=True, help="Take tasks and labels in, ask nobody.")
@click.option("--pin", "pool", metavar="POOL", help="Ask this pool alone, or stop.")
@click.option("--usd-per-day", type=float, help="What its asks may cost in a UTC day.")
@click.option("--learning", is_flag=True, help="The order is about the learning, not a project.")
@click.option("--freeze", "frozen", is_flag=True, help="Learn nothing more.")
@click.option(
    "--roll-back", "snapshot", type=click.IntRange(0), help="Replace the model by this snapshot."
)
@click.option(
    "--relearn",
    is_flag=True,
    help="Learn again what came since that snapshot; alone, all rewards that are kept.",
)
@click.option(
    "--reset-clock",
    is_flag=True,
    help="Set the time of all desks to this machine's, backwards too.",
)
@click.option("--why", default="", help="Said wherever the order is shown.")
def control(
    *,
    log: str,
    config_file: Path | None,
    project: str | None,
    paused: bool,
    pool: str | None,
    usd_per_day: float | None,
    learning: bool,
    frozen: bool,
    snapshot: int | None,
    relearn: bool,
    reset_clock: bool,
    why: str,
) -> None:
    """Order something of a project or of the learning in LOG, at run time.

    An order replaces the earlier one of its project, or of the learning, whole: with --project or
    --learning alone, all that was ordered is lifted. Without either, shows what is in force.

    --reset-clock repairs desks whose time is wrong because a worker's clock was. Correct that clock
    first, and check this machine's. Asks that are dated in the future then expire as if made now.
    """
    from bandit.events import Control
    from streams.clients import controlling
    from streams.clients.controlling import in_force, order, said
    from streams.process.showing import counted

    given = (pool, usd_per_day, snapshot)
    orders = (paused, frozen, relearn, *(value is not None for value in given))
    if learning and project is not None:
        raise click.UsageError("An order is about a --project or the --learning, not both.")
    if any(orders) and not learning and project is None:
        raise click.UsageError("Say what the order is about: --project NAME, or --learning.")
    if reset_clock and (any(orders) or learning or project is not None):
        raise click.UsageError("--reset-clock is about all desks, and goes with no other order.")
    with closing(open_log(log, log_settings(config_file))) as opened:
        if reset_clock:
            now = time.time()
            count = controlling.reset_clock(opened, now)
            shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
            click.echo(f"clock: set to {shown} for {counted(count, 'partition')}")
            return
        if learning or project is not None:
            new = Control(
                at=time.time(),
                project=project,
                paused=paused,
                pool=pool,
                usd_per_day=usd_per_day,
                frozen=frozen,
                snapshot=snapshot,
                relearn=relearn,
                why=why,
            )
            order(opened, new)
            click.echo(said(new))
            return
        found = in_force(opened)
        for one in found:
            click.echo(said(one))
        if not found:
            click.echo("Nothing is ordered: all goes as usual.")
