"""Deferred tasks: pools could be asked, but a better one is closed; halted until another opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.desk.halted import still_counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.desk.desk import Desk

DEFERRED = "better pools than "


class Deferred(NamedTuple):
    """What a deferred task needs, and the pools that were open to it."""

    open_pools: tuple[str, ...]
    skills: tuple[str, ...]


def deferred(open_pools: Iterable[str], skills: Iterable[str]) -> str:
    """Return the situation of a task that waits until a pool opens beside `open_pools`.

    Examples
    --------
    >>> deferred(("b", "a"), ())
    'better pools than [["a","b"],[]]'
    """
    what = Deferred(tuple(sorted(open_pools)), tuple(sorted(set(skills))))
    return DEFERRED + msgspec.json.encode(what).decode()


def deferred_by(situation: str) -> Deferred | None:
    """Return what a situation of deferred tasks says; `None` for other situations.

    Examples
    --------
    >>> deferred_by(deferred(("b", "a"), ("es",))), deferred_by("paused")
    (Deferred(open_pools=('a', 'b'), skills=('es',)), None)
    """
    if not situation.startswith(DEFERRED):
        return None
    return msgspec.json.decode(situation.removeprefix(DEFERRED), type=Deferred)


def count_deferred(desk: Desk) -> int:
    """Count the deferred tasks of a desk that are halted."""
    return sum(
        still_counts(desk.peek(task), situation, at)
        for project, situation in desk.halted.queues()
        if deferred_by(situation) is not None
        for at, task in set(desk.halted.entries(project, situation))
    )
