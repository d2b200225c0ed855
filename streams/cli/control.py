"""The verb `control`: change how a running service treats a project or the model."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from streams.cli.options import CONFIG, LOG, log_settings, open_log
from streams.cli.undoing import LiftedByCancel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bandit.events import Control, MachineMode
    from streams.clients.spending import Spending
    from streams.log.log import Log

ROLLED_BACK = (
    "  The process that learns does this within a second or so, and logs rolled_back, or"
    " rollback_refused with the reason."
)


@click.command(
    cls=LiftedByCancel,
    epilog="Example: poolwise control labels.db --project cats --pause --why 'bad data'",
)
@LOG
@CONFIG
@click.option(
    "--project",
    metavar="NAME",
    help="Project that the order applies to; without another option, show its orders.",
)
@click.option(
    "--pause", "paused", is_flag=True, help="Ask no pool; tasks and labels are still accepted."
)
@click.option("--pin", "pool", metavar="POOL", help="Ask only this pool, or stop.")
@click.option("--usd-per-day", type=float, help="Limit the cost of the project's asks per UTC day.")
@click.option("--usd-per-hour", type=float, help="Limit the cost of the project's asks per hour.")
@click.option(
    "--usd-total", type=float, help="Limit the cost of all the project's asks, past ones too."
)
@click.option(
    "--machine",
    type=click.Choice(("on", "frozen", "off")),
    default="on",
    show_default=True,
    help="Machine labeler of the project. on: it learns, and answers tasks of which it is sure."
    " frozen: it learns no more; if it isn't ready to answer without people by then, people are"
    " asked about every task. off: it neither learns nor answers.",
)
@click.option(
    "--shadow",
    multiple=True,
    metavar="LABELER",
    help="Go on asking and paying this labeler, but don't count their labels; may be repeated."
    " Stays until --unshadow or --cancel, whatever else is ordered.",
)
@click.option(
    "--unshadow",
    multiple=True,
    metavar="LABELER",
    help="Count this labeler's labels again, from now on; may be repeated.",
)
@click.option(
    "--learning",
    is_flag=True,
    help="The order applies to the model of all projects; without another option, show its orders.",
)
@click.option(
    "--freeze",
    "frozen",
    is_flag=True,
    help="Stop learning; decisions continue with the current model.",
)
@click.option(
    "--roll-back",
    "snapshot",
    type=click.IntRange(0),
    metavar="ID",
    help="Replace the model by this snapshot; without --relearn, what was learned since is lost for"
    " good. `poolwise tail LOG models` lists snapshots.",
)
@click.option(
    "--relearn",
    is_flag=True,
    help="With --roll-back: learn the rewards since that snapshot again; alone: start with an empty"
    " model and learn all rewards that are still in the log.",
)
@click.option(
    "--reset-clock",
    is_flag=True,
    help="Set the time of all partitions to this machine's time, even if that is earlier: only"
    " after a wrong clock was corrected. Asks that expired by mistake stay expired.",
)
@click.option("--cancel", is_flag=True, help="Lift all orders of the project or of the model.")
@click.option("--why", default="", help="Reason, shown with the order.")
def control(
    *,
    log: str,
    config_file: Path | None,
    project: str | None,
    paused: bool,
    pool: str | None,
    usd_per_day: float | None,
    usd_per_hour: float | None,
    usd_total: float | None,
    machine: MachineMode,
    shadow: tuple[str, ...],
    unshadow: tuple[str, ...],
    learning: bool,
    frozen: bool,
    snapshot: int | None,
    relearn: bool,
    reset_clock: bool,
    cancel: bool,
    why: str,
) -> None:
    """Give orders for a project or for the model, or show the orders in force.

    An option that you don't repeat is lifted: an order replaces all earlier ones of its project or
    of the model. To cap a paused project and keep it paused, give --pause --usd-per-day 50
    together. --cancel lifts everything. Shadowed labelers stay shadowed, and --shadow and
    --unshadow by themselves leave all other orders in force.

    Without an order, nothing changes: the orders in force are shown, of all, of --project NAME or
    of the model (--learning), with what each budget has spent. Workers apply orders while they run,
    within about a second.

    --roll-back and --relearn change the model of all projects. Freeze first if wrong rewards still
    arrive, and repeat --freeze in the same command to keep it.

    Use --reset-clock after a worker ran with a wrong clock. First correct that clock, and check
    this machine's. Asks dated in the future then expire as if made now.
    """
    import msgspec

    from bandit.counted import counted
    from bandit.events import Control
    from streams.clients import controlling
    from streams.clients.controlling import (
        control_of,
        described,
        in_force,
        order,
        with_shadow,
    )
    from streams.process.moment import moment

    values = (pool, usd_per_day, usd_per_hour, usd_total, snapshot)
    flags = (paused, machine != "on", frozen, relearn)
    others = any((*flags, *(value is not None for value in values)))
    orders = others or bool(shadow or unshadow)
    scoped = learning or project is not None
    if learning and project is not None:
        raise click.UsageError("--project and --learning cannot be used together.")
    if learning and (shadow or unshadow):
        raise click.UsageError("--shadow and --unshadow belong to a project: use --project.")
    if orders and cancel:
        raise click.UsageError("--cancel lifts all orders, and cannot be used with an order.")
    _check(orders=orders or cancel, scoped=scoped, reset_clock=reset_clock, why=why)
    with closing(open_log(log, log_settings(config_file))) as opened:
        if reset_clock:
            now = time.time()
            count = controlling.reset_clock(opened, now)
            click.echo(f"clock: set to {moment(now, 'seconds')} for {counted(count, 'partition')}")
            return
        if orders or cancel:
            new = Control(
                at=time.time(),
                project=project,
                paused=paused,
                pool=pool,
                usd_per_day=usd_per_day,
                usd_per_hour=usd_per_hour,
                usd_total=usd_total,
                machine=machine,
                frozen=frozen,
                snapshot=snapshot,
                relearn=relearn,
                why=why,
            )
            if not cancel:
                before = control_of(opened, project)
                new = with_shadow(new if others else before, before.shadow, shadow, unshadow)
                new = msgspec.structs.replace(new, at=time.time(), why=why or new.why)
            about_pool = _check_names(opened, pool, snapshot, log)
            order(opened, new)
            click.echo(described(new))
            if snapshot is not None or relearn:
                click.echo(ROLLED_BACK)
            _warn(opened, project, about_pool, shadow)
            return
        controls = in_force(opened)
        if scoped:
            controls = [existing for existing in controls if existing.project == project]
        _show(opened, controls)
        if not controls:
            scope = f" for project {project}" if project else " for the model" if learning else ""
            click.echo(f"No orders in force{scope}.")


def _show(log: Log, controls: Sequence[Control]) -> None:
    """Print orders in force, with what each budget has spent."""
    from bandit.task.periods import NO_CAPS, caps_of
    from streams.clients.controlling import described
    from streams.clients.spending import described_spending, read_spending, spent_usd

    desks: list[Spending] | None = None
    for existing in controls:
        click.echo(described(existing))
        if (caps := caps_of(existing)) != NO_CAPS:
            desks = read_spending(log) if desks is None else desks
            spent = spent_usd(desks, existing.project or "")
            click.echo(f"  {described_spending(caps, spent)}")


def _check_names(log: Log, pin: str | None, snapshot: int | None, address: str) -> str | None:
    """Refuse a pool or a snapshot that the log doesn't have; return a warning about the pool."""
    from streams.clients.named_in_orders import check_snapshot, pin_warning

    if snapshot is not None:
        check_snapshot(log, snapshot, address)
    return None if pin is None else pin_warning(log, pin)


def _warn(log: Log, project: str | None, about_pool: str | None, shadow: Sequence[str]) -> None:
    """Print warnings about an order that is written already: to find them may take a while."""
    from streams.clients.named_in_orders import project_warning, shadow_warnings

    about_project = None if project is None else project_warning(log, project)
    about_labelers = shadow_warnings(log, project or "", shadow)
    for warning in (about_pool, about_project, *about_labelers):
        if warning is not None:
            click.echo(f"poolwise: warning: {warning}", err=True)


def _check(*, orders: bool, scoped: bool, reset_clock: bool, why: str) -> None:
    """Refuse options that don't go together."""
    if reset_clock and (orders or scoped):
        raise click.UsageError(
            "--reset-clock applies to all partitions, and cannot be used with an order."
        )
    if orders and not scoped:
        raise click.UsageError(
            "Missing option '--project' or '--learning': what the order applies to."
        )
    if why and not orders:
        raise click.UsageError("--why needs an order, such as --pause or --freeze, or --cancel.")
