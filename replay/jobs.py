"""Work on pieces of a log in several processes; results come in the order of the pieces."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
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
