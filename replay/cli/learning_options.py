"""What verbs are told about learners: how long they live, how often, what rates are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = (
    click.option(
        "--horizon", type=click.IntRange(1), help="T', tasks that a learner lives.  [the most]"
    ),
    click.option(
        "--replays",
        default=10,
        show_default=True,
        type=click.IntRange(2),
        help="Learning histories of each learner.",
    ),
    click.option(
        "--percentile",
        default=0.0,
        show_default=True,
        type=click.FloatRange(0, 0.5, max_open=True),
        help="Share of rows, those with the smallest chances, that don't bound T': longer"
        " histories, a little noisier than live ones.",
    ),
    click.option(
        "--worth",
        default=1.0,
        show_default=True,
        type=click.FloatRange(0, min_open=True),
        help="The reward of a right answer, which a learner's rates are for.",
    ),
    click.option(
        "--seed", default=0, show_default=True, help="Of histories: the same seed, the same answer."
    ),
)


def walk_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options of `replay.learning.config.Walking`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command
