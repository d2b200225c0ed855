"""`poolwise simulate`: let a policy work in a market, made up or recorded."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--recorded",
    type=click.Path(readable=False, path_type=Path),
    help="Folder with labels.csv.gz and truth.csv.gz: replay these labels of real people.",
)
@click.option(
    "--tasks",
    default=2000,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many tasks come to the simulated market.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed, the same figures.")
@click.option(
    "--price",
    default=0.02,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Dollars a recorded label costs, where the data doesn't say.",
)
@click.option(
    "--value",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Dollars a right answer is worth.",
)
@click.option(
    "--experts",
    type=click.FloatRange(0),
    help="Dollars an expert's answer costs: with experts, verdicts are audited.",
)
@click.option(
    "--config",
    type=click.Path(readable=False, path_type=Path),
    help="Settings of the core, in TOML.",
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
    """Let poolwise buy labels in a market whose truth it never sees, and compare with the truth.

    Without --recorded, tasks and labelers are simulated: four pools of different price, skill by
    class, speed and drift.

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
