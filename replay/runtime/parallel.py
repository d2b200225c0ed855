"""Work on pieces of a log in several processes or threads; results come in the pieces' order."""

from __future__ import annotations

import signal
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Run: TypeAlias = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
    """Calls a function on every piece; results come in the order of the pieces."""


@contextmanager
def workers(jobs: int) -> Iterator[Run]:
    """Yield what calls a function on every piece, in `jobs` processes or, for one, in this one.

    Processes are started afresh, for Arrow's threads don't live through a fork. The function and
    the pieces must be plain data; so must the results. Ctrl-C ends this process alone, which then
    ends the others without waiting for their pieces.

    Examples
    --------
    >>> with workers(1) as run:
    ...     list(run(abs, [-1, 2]))
    [1, 2]
    """
    if jobs == 1:
        yield map
        return
    others = set(active_children())
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_ignore_interrupts
    ) as pool:

        def run(function: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterable[Any]:
            with _interrupts_held():
                futures = [pool.submit(function, piece) for piece in pieces]
            return _results(futures)

        try:
            yield run
        except KeyboardInterrupt:
            for child in set(active_children()) - others:
                child.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _results(futures: list[Future[Any]]) -> Iterator[Any]:
    """Yield results in their order; unlike `map` of the executor, cancel nothing.

    What was cancelled is an error to an executor whose processes end.
    """
    futures.reverse()
    while futures:
        yield futures.pop().result()


def _ignore_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to every process, to the one that reads results."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: they inherit that, and import undisturbed."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
