"""`poolwise simulate`: run a policy in a simulated market, or on recorded labels."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from replay.market.logged import NewLog
    from replay.recorded.replayed import Choose


@click.command()
@click.option(
    "--recorded",
    type=click.Path(readable=False, path_type=Path),
    help="Folder with labels.csv.gz and truth.csv.gz: replay these recorded labels.",
)
@click.option(
    "--market",
    metavar="FILE|NAME",
    help="Simulated market in TOML; in a checkout also a name in bench/markets, such as hostile.",
)
@click.option(
    "--tasks",
    type=click.IntRange(min=1),
    help="Number of tasks in the simulated market.  [default: 2000, or as the market says]",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    help="Seed of the simulation: the same seed gives the same figures.",
)
@click.option(
    "--price",
    default=0.02,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Price of a recorded label in $, where the data has none.",
)
@click.option(
    "--value",
    type=click.FloatRange(0, min_open=True),
    help="Value of a correct answer, in $.  [as --config or the market says, else 1]",
)
@click.option(
    "--experts",
    type=click.FloatRange(0),
    help="Price of an expert's answer in $: verdicts are then audited by experts.  "
    "[no audits, or as the market says]",
)
@click.option(
    "--choose",
    default="pool",
    show_default=True,
    type=click.Choice(["labeler", "pool", "random"]),
    help="Who gives the next recorded label: the labeler that poolwise prefers; the next one of the"
    " pool that it chooses; or anyone at random, all pools merged into one.",
)
@click.option(
    "--config",
    type=click.Path(readable=False, path_type=Path),
    help="Settings of the engine, in TOML.",
)
@click.option(
    "--pareto",
    is_flag=True,
    help="Simulate the market with other values of an answer and prices of waiting, and show the "
    "best trade-offs of quality, cost and delay.",
)
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="With --pareto: number of processes.",
)
@click.option(
    "--log",
    "log_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Run a worker on a new log in this file, which evaluate and others can read.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def simulate(
    new_log: NewLog | None,
    *,
    recorded: Path | None,
    market: str | None,
    tasks: int | None,
    seed: int,
    price: float,
    value: float | None,
    experts: float | None,
    choose: Choose,
    config: Path | None,
    pareto: bool,
    jobs: int,
    log_file: Path | None,
    as_json: bool,
) -> None:
    """Let poolwise buy labels in a market, and compare its answers with the truth.

    poolwise never sees the truth. Without --recorded, tasks and labelers are simulated: four pools
    that differ in price, accuracy by class, speed and drift, or the pools of --market.

    \b
    Examples:
      poolwise simulate --tasks 5000 --seed 3
      poolwise simulate --market hostile --json
      poolwise simulate --market scarce --tasks 500 --pareto --jobs 2
      poolwise simulate --market demo --tasks 500 --log run.db
      poolwise simulate --recorded crowd/rte_text --price 0.02 --value 1 --json
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    # Imported here so that --help answers at once.
    from replay.market_file.simulate import Wanted, simulate_front, simulate_market
    from replay.recorded.simulate import simulate_recorded

    if recorded is not None and (market is not None or pareto):
        other = "--pareto" if market is None else "--market"
        raise click.UsageError(f"--recorded and {other} exclude each other.")
    if recorded is not None and tasks is not None:
        raise click.UsageError("--recorded and --tasks exclude each other: all tasks are replayed.")
    if recorded is None and choose != "pool":
        raise click.UsageError(
            f"--choose {choose} needs --recorded: simulated labelers are sent by their pool"
        )
    if recorded is None and _is_given("price"):
        raise click.UsageError("--price needs --recorded: simulated pools have prices of their own")
    if not pareto and _is_given("jobs"):
        raise click.UsageError("--jobs needs --pareto: one market is one process")
    if log_file is not None and pareto:
        raise click.UsageError("--log and --pareto exclude each other.")
    wanted = Wanted(market=market, tasks=tasks, value_usd=value, expert_usd=experts)
    opening = None if log_file is None or new_log is None else partial(new_log, log_file)
    if recorded is not None:
        simulate_recorded(
            recorded,
            price,
            value,
            seed=seed,
            choose=choose,
            expert_usd=experts,
            config=config,
            opening=opening,
            as_json=as_json,
        )
    elif pareto:
        simulate_front(wanted, seed=seed, config=config, jobs=jobs, as_json=as_json)
    else:
        simulate_market(wanted, seed=seed, config=config, opening=opening, as_json=as_json)


def _is_given(option: str) -> bool:
    source = click.get_current_context().get_parameter_source(option)
    return source is ParameterSource.COMMANDLINE
