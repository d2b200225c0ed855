"""Findings of `poolwise doctor`: what was checked, the result and what to do, in bounded time."""

from __future__ import annotations

import time
from enum import StrEnum
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING

import msgspec

from bandit.days import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"  # as it should be
    WARNING = "warning"  # works, but not always or not for everybody
    BROKEN = "broken"  # does not work


class DoctorFinding(msgspec.Struct, frozen=True):
    """The result of one check.

    Parameters
    ----------
    level
        How bad it is.
    check
        What was checked, in a word.
    what
        The result, in a line.
    todo
        What to do about it, in a line; empty if all is well.
    """

    level: Severity
    check: str
    what: str
    todo: str = ""


def ok(check: str, what: str) -> DoctorFinding:
    """Report that a check passed."""
    return DoctorFinding(Severity.OK, check, what)


def warning(check: str, what: str, todo: str) -> DoctorFinding:
    """Report something that works, but not always or not for everybody."""
    return DoctorFinding(Severity.WARNING, check, what, todo)


def broken(check: str, what: str, todo: str) -> DoctorFinding:
    """Report something that does not work."""
    return DoctorFinding(Severity.BROKEN, check, what, todo)


def duration(seconds: float) -> str:
    """Return a time span in the unit that is easiest to read.

    Examples
    --------
    >>> duration(3.25), duration(600.0), duration(20 * 3600.0), duration(30 * 86_400.0)
    ('3.2 s', '10 min', '20.0 h', '30 days')
    """
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * DAY_S:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / DAY_S:,.0f} days"


def bounded(look: Callable[[], Iterator[DoctorFinding]], limit_s: float) -> Iterator[DoctorFinding]:
    """Yield the findings of `look` for at most `limit_s`, then one that names what is missing.

    It runs in a thread of its own, which is left behind at the time limit.

    Examples
    --------
    >>> [finding.check for finding in bounded(lambda: iter([ok("disk", "free: 3 GB")]), 1.0)]
    ['disk']
    """
    results: Queue[DoctorFinding | BaseException | None] = Queue()

    def run() -> None:
        try:
            for finding in look():
                results.put(finding)
        except BaseException as error:  # noqa: BLE001, it is raised where the findings are read
            results.put(error)
        results.put(None)

    Thread(target=run, daemon=True).start()
    until, last = time.monotonic() + limit_s, "the start"
    while True:
        try:
            result = results.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            yield broken(
                "time",
                f"no answer within {limit_s:g} s: the checks after {last!r} were not made",
                "the log is slow or unreachable; try again, and check the machines it runs on",
            )
            return
        if result is None:
            return
        if isinstance(result, BaseException):
            raise result
        last = result.check
        yield result
