"""`poolwise savings`: estimate what poolwise would have saved on labels already bought."""

from __future__ import annotations

from pathlib import Path

import click

from bandit.errors import BadValue
from replay.cli.label_columns import of_table

MOST = 1e12
"""Dollars beyond this are nonsense, as `bandit.engine.checks` has it."""


@click.command()
@click.argument("file", type=click.Path(readable=False, path_type=Path))
@of_table(pool="labelers are grouped by activity", at="without one, savings are per 1,000 tasks")
@click.option("--price", help="Column of prices, or one price per label in $: --price 0.05")
@click.option(
    "--price-of",
    metavar="POOL=USD,...",
    help="Prices per label in $, by pool: --price-of a=0.05,b=0.1",
)
@click.option(
    "--value",
    type=float,
    help="Value of a correct answer, in $.  [as --config says, or 50 x median price]",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    help="Seed of the replays: the same seed gives the same figures.",
)
@click.option(
    "--replays",
    default=3,
    show_default=True,
    type=click.IntRange(min=1),
    help="Number of replays of the labels, each with other random draws of the policy.",
)
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Number of processes for the replays; figures are the same for any.",
)
@click.option(
    "--config",
    type=click.Path(readable=False, path_type=Path),
    help="Settings of the engine, in TOML.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def savings(
    file: Path,
    given: dict[str, str | None],
    price: str | None,
    price_of: str | None,
    truth: str | None,
    as_written: bool,  # noqa: FBT001 - click gives flags as booleans
    value: float | None,
    seed: int,
    replays: int,
    jobs: int,
    config: Path | None,
    as_json: bool,  # noqa: FBT001 - click gives flags as booleans
) -> None:
    """Estimate what poolwise would have saved on labels that were already bought.

    FILE is a CSV with one row per label, or with columns label_1, label_2, ...; or JSON as
    labeling tools export it. Columns that are not given are guessed by their names.

    \b
    Examples:
      poolwise savings labels.csv
      poolwise savings labels.csv --task item --labeler worker --label answer --price 0.05
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from replay.savings.run import run_savings

    flat = _number(price)
    run_savings(
        file,
        {**given, "price": price if flat is None else None},
        flat,
        _prices(price_of),
        truth=truth,
        as_written=as_written,
        value_usd=value,
        seed=seed,
        replays=replays,
        jobs=jobs,
        config=config,
        as_json=as_json,
    )


def _number(text: str | None) -> float | None:
    """Return a price in dollars, or `None` where `text` must be a column's name."""
    try:
        value = float((text or "").removeprefix("$"))
    except ValueError:
        return None
    if not 0 < value <= MOST:
        raise BadValue(f"--price {text}: must be above 0 and at most {MOST:g}")
    return value


def _prices(text: str | None) -> tuple[tuple[str, float], ...]:
    """Read `pool=usd,pool=usd`; a pool's name may hold `=`."""
    prices = []
    for part in (text or "").split(",") if text else []:
        pool, _, usd = part.rpartition("=")
        try:
            value = float(usd.removeprefix("$"))
        except ValueError:
            value = -1.0
        if not pool or not 0 <= value <= MOST:
            raise BadValue(f"--price-of {part!r}: must be POOL=USD, with a price of 0 or more")
        prices.append((pool.strip(), value))
    return tuple(prices)
