"""`poolwise evaluate`: what another way of deciding would have earned, from a log."""

from __future__ import annotations

import click


@click.command()
@click.argument("log")
@click.option("--action", default="action", show_default=True, help="Column of the action taken.")
@click.option("--reward", default="reward", show_default=True, help="Column of the reward.")
@click.option(
    "--propensity",
    default="propensity",
    show_default=True,
    help="Column of the logged chance of the action taken.",
)
@click.option("--context", default="", help="Columns of the context, separated by commas.")
@click.option(
    "--target",
    default="uniform",
    show_default=True,
    help="uniform, logging, greedy (own log), always:ACTION or column:NAME.",
)
@click.option(
    "--level",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Confidence of the intervals.",
)
@click.option(
    "--delay-usd-per-hour",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0),
    help="What an hour until the verdict costs (our own log only).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    *,
    log: str,
    action: str,
    reward: str,
    propensity: str,
    context: str,
    target: str,
    level: float,
    delay_usd_per_hour: float,
    as_json: bool,
) -> None:
    """Estimate what another way of deciding would have earned.

    LOG is an embedded log, an archive's folder, or a table of decisions: Parquet, CSV or JSON
    lines, also .gz, with its columns named by the options. Exit code 3: the log can't answer.

    \b
    Example:
      poolwise evaluate men.csv.gz --action item_id --reward click \\
        --propensity propensity_score --context position --target uniform
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from bandit.errors import CannotAnswer
    from replay.evaluate import evaluate as run
    from replay.evaluate_report import as_json_text, print_report
    from replay.progress import progress

    with progress("reading", unit="rows") as tell:
        answer = run(
            log,
            action=action,
            reward=reward,
            propensity=propensity,
            context=[name.strip() for name in context.split(",") if name.strip()],
            target=target,
            level=level,
            delay_usd_per_hour=delay_usd_per_hour,
            tell=tell,
        )
    if as_json:
        click.echo(as_json_text(answer))
    else:
        print_report(answer, log)
    if answer.refused:
        raise CannotAnswer(f"{log}: {answer.verdict}")
