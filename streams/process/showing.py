"""Words for counts, and progress on a terminal once a command has run for two seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

AFTER_S = 2.0
EVERY_S = 0.5


def counted(number: int, what: str) -> str:
    """Return a number with its noun, singular or plural.

    Examples
    --------
    >>> counted(1, "task"), counted(2310, "task")
    ('1 task', '2,310 tasks')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def ended(*, signalled: bool) -> str:
    """Return why a run ended.

    Examples
    --------
    >>> ended(signalled=True), ended(signalled=False)
    ('stopped by a signal', 'stopped at the end of the log')
    """
    return "stopped by a signal" if signalled else "stopped at the end of the log"


class Counting:
    """A progress counter on standard error, if that is a terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + AFTER_S
        self._shown = False

    def show(self, count: int) -> None:
        """Show `count`, at most every half second."""
        if self._terminal and time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY_S
            self._shown = True
            click.echo(f"\r{count:,} {self._what}", nl=False, err=True)

    def close(self) -> None:
        """Clear the line."""
        if self._shown:
            click.echo(f"\r{' ' * (len(self._what) + 20)}\r", nl=False, err=True)


def skilled(skills: Sequence[str]) -> str:
    """Name the skills that a pool must have.

    Examples
    --------
    >>> skilled(()), skilled(("es",)), skilled(("es", "fr"))
    ('', " with the skill 'es'", " with the skills 'es' and 'fr'")
    """
    if not skills:
        return ""
    names = " and ".join(map(repr, skills))
    return f" with the {'skill' if len(skills) == 1 else 'skills'} {names}"
