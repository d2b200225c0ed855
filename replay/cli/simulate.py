"""`poolwise simulate`: run a policy in a simulated market, or on recorded labels."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--recorded",
    type=click.Path(readable=False, path_type=Path),
    help="Folder with labels.csv.gz and truth.csv.gz: replay these recorded labels.",
)
@click.option(
    "--tasks",
    default=2000,
    show_default=True,
    type=click.IntRange(min=1),
    help="Number of tasks in the simulated market.",
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
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Value of a correct answer, in $.",
)
@click.option(
    "--experts",
    type=click.FloatRange(0),
    help="Price of an expert's answer in $: verdicts are then audited by experts.  [no audits]",
)
@click.option(
    "--config",
    type=click.Path(readable=False, path_type=Path),
    help="Settings of the engine, in TOML.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(
    recorded: Path | None,
    tasks: int,
    seed: int,
    price: float,
    value: float,
    experts: float | None,
    config: Path | None,
    as_json: bool,  # noqa: FBT001 - click gives flags as booleans
) -> None:
    """Let poolwise buy labels in a market, and compare its answers with the truth.

    poolwise never sees the truth. Without --recorded, tasks and labelers are simulated: four pools
    that differ in price, accuracy by class, speed and drift.

    \b
    Examples:
      poolwise simulate --tasks 5000 --seed 3
      poolwise simulate --recorded crowd/rte_text --price 0.02 --value 1 --json
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    # Imported here so that --help answers at once.
    from replay.market.simulate import simulate_made
    from replay.recorded.simulate import simulate_recorded

    if recorded is None:
        simulate_made(tasks, value, seed=seed, expert_usd=experts, config=config, as_json=as_json)
    else:
        simulate_recorded(
            recorded, price, value, seed=seed, expert_usd=experts, config=config, as_json=as_json
        )
