"""Progress on a terminal: a count, once a command has run for two seconds."""

from __future__ import annotations

import sys
import time

import click

AFTER_S = 2.0
EVERY_S = 0.5


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
