"""What `poolwise doctor` finds: findings, each of what is so and what to do, in bounded time."""

from __future__ import annotations

import time
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Level = Literal["ok", "warning", "broken"]
"""As it should be; works, but will not always or for everybody; doesn't work."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at.

    Parameters
    ----------
    level
        How bad it is.
    check
        What was looked at, in a word.
    what
        What is so, in a line.
    todo
        What to do about it, in a line; nothing if all is well.
    """

    level: Level
    check: str
    what: str
    todo: str = ""


def ok(check: str, what: str) -> Finding:
    """Say that something is as it should be."""
    return Finding("ok", check, what)


def warning(check: str, what: str, todo: str) -> Finding:
    """Say that something works, but will not always or for everybody."""
    return Finding("warning", check, what, todo)


def broken(check: str, what: str, todo: str) -> Finding:
    """Say that something doesn't work."""
    return Finding("broken", check, what, todo)


def bounded(look: Callable[[], Iterator[Finding]], limit_s: float) -> Iterator[Finding]:
    """Yield what `look` finds, for at most `limit_s`; say so if there was more to look at.

    It runs in a thread of its own, which is left behind when time is over.

    Examples
    --------
    >>> [one.level for one in bounded(lambda: iter([ok("disk", "free: 3 GB")]), 1.0)]
    ['ok']
    """
    heard: Queue[Finding | BaseException | None] = Queue()

    def run() -> None:
        try:
            for one in look():
                heard.put(one)
        except BaseException as error:  # noqa: BLE001, it is raised where the findings are read
            heard.put(error)
        heard.put(None)

    Thread(target=run, daemon=True).start()
    until, last = time.monotonic() + limit_s, "the start"
    while True:
        try:
            one = heard.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            yield broken(
                "time",
                f"no answer in {limit_s:g} s: what comes after {last!r} was not looked at",
                "the log is very slow or has just gone; try again, and look at its machines",
            )
            return
        if one is None:
            return
        if isinstance(one, BaseException):
            raise one
        last = one.check
        yield one
