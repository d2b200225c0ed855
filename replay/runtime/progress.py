"""Progress bar on standard error, shown after two seconds and on a terminal only."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 2.0
"""A bar for less would only flicker."""


@contextmanager
def progress(what: str, unit: str) -> Iterator[Callable[[int], None]]:
    """Give a function to be told how many more are done; it draws on standard error."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    text = TextColumn("{task.description} {task.completed:,.0f} " + unit)
    bar = Progress(
        SpinnerColumn(), text, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    task = bar.add_task(what, total=None)
    begin, shown = time.monotonic(), False

    def tell(more: int) -> None:
        nonlocal shown
        if not shown and time.monotonic() - begin > PATIENCE_S:
            bar.start()
            shown = True
        bar.advance(task, more)

    try:
        yield tell
    finally:
        if shown:
            bar.stop()
