"""Work on pieces of a log in several processes or threads; results come in the pieces' order."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Run: TypeAlias = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
    """Calls a function on every piece; results come in the order of the pieces."""


@contextmanager
def workers(jobs: int) -> Iterator[Run]:
    """Yield what calls a function on every piece, in `jobs` processes or, for one, in this one.

    Processes are started afresh, for Arrow's threads don't live through a fork. The function and
    the pieces must be plain data; so must the results.

    Examples
    --------
    >>> with workers(1) as run:
    ...     list(run(abs, [-1, 2]))
    [1, 2]
    """
    if jobs == 1:
        yield map
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield pool.map


@contextmanager
def threads(jobs: int) -> Iterator[Run]:
    """Yield what calls a function on every piece, in `jobs` threads of this process.

    For work that is nearly all Arrow's and numpy's, which let other threads run meanwhile: to start
    a process takes as long as to sum up ten million rows.

    Examples
    --------
    >>> with threads(2) as run:
    ...     list(run(abs, [-1, 2]))
    [1, 2]
    """
    if jobs == 1:
        yield map
        return
    with ThreadPoolExecutor(jobs) as pool:
        yield pool.map
