"""Estimate of the time that a number of equal pieces of work takes, on standard error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from replay.runtime.text import time_of

if TYPE_CHECKING:
    from collections.abc import Callable

WORTH_SAYING_S = 5.0
"""Less is over before it is read."""


def told_once(
    pieces: int,
    first: int,
    what: str,
    advice: str,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[int], None]:
    """Return what is called after each piece; after the `first` it prints an estimate, once.

    Examples
    --------
    >>> times = iter([0.0, 4.0])  # 2 s a run, one more to come: not worth saying
    >>> tell = told_once(3, 2, "3 runs", "Ctrl-C ends it.", lambda: next(times))
    >>> tell(1), tell(1)
    (None, None)
    """
    begin, finished = clock(), 0

    def tell(more: int) -> None:
        nonlocal finished
        before, finished = finished, finished + more
        if before < first <= finished:
            left_s = (clock() - begin) / finished * (pieces - finished)
            if left_s > WORTH_SAYING_S:
                click.echo(f"{what}: about {time_of(left_s)} left. {advice}".rstrip(), err=True)

    return tell
