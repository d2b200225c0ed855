"""Pieces of a log on Apache Spark: executors read and sum them, the driver adds the sums.

Pieces, questions and sums are plain data. Spark itself ships the functions, pickled by name, and
their arguments and results, pickled by value; we keep no pickle. So poolwise, in the same version,
must be installed for the Python of every executor, and every executor must be able to read the
paths. A piece is a task; results are collected in the order of the pieces, so that an answer is
the same as of one process, to the last bit where the executors' numpy is the driver's.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandit.errors import InputError, PoolwiseError
from replay.tables.formats.remote import is_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.runtime.parallel import Run
    from replay.tables.formats.table import Table

DEFAULT_PYTHON = "python3"
"""What Spark runs where nobody says it (`PYSPARK_PYTHON`); on one machine ours is meant."""

AT_ONCE = 128
"""Pieces of a job: what comes back of them, 5 MB each where it was measured, is held before it is
added up, and Spark refuses more than 1 GB (`spark.driver.maxResultSize`)."""

NEEDED = "poolwise, in this version, must be installed for the executors' Python"


@contextmanager
def spark_workers(context: Any = None) -> Iterator[Run]:
    """Yield what calls a function on every piece, on a SparkContext.

    Parameters
    ----------
    context
        A `pyspark.SparkContext`; by default the one that runs, a session's too; else one is started
        as Spark's own settings say (`spark-submit`, `spark-defaults.conf`), and stopped at the end.

    Raises
    ------
    InputError
        If pyspark isn't installed or Spark doesn't start; if a task fails: one line that says why.
        Errors of ours come back as what they are.
    """
    if context is not None:
        yield partial(_run, context)
        return
    try:
        from pyspark import SparkConf, SparkContext  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        raise InputError("--engine spark needs pyspark: pip install 'poolwise[spark]'") from error
    if SparkContext._active_spark_context is not None:  # noqa: SLF001 - Spark has no public way to ask
        yield partial(_run, SparkContext.getOrCreate())
        return
    started = _start(SparkConf, SparkContext)
    try:
        yield partial(_run, started)
    finally:
        started.stop()


def _start(conf: Any, context: Any) -> Any:
    """Start Spark, quietly: what fails in it comes back as an error of ours."""
    from pyspark.errors import PySparkException  # noqa: PLC0415 - an optional dependency

    settings = conf().setAppName("poolwise").set("spark.ui.showConsoleProgress", "false")
    settings.setIfMissing("spark.master", "local[*]")
    try:
        started = context(conf=settings)
    except (PySparkException, OSError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise InputError(
            f"--engine spark: Spark doesn't start: {reason} (it needs a JDK, 17 or later, on the"
            " PATH or as JAVA_HOME)"
        ) from error
    started.setLogLevel("OFF")
    if started.master.startswith("local") and started.pythonExec == DEFAULT_PYTHON:
        started.pythonExec = sys.executable
    return started


def for_executors(table: Table) -> Table:
    """Return a table as executors can read it, wherever they were started.

    Raises
    ------
    InputError
        If it is in this process's memory.
    """
    if not table.parallel:
        raise InputError(
            f"{table.name}: is in this process's memory, which Spark's executors can't read: name"
            " files that they can"
        )
    pieces = tuple(
        piece if is_remote(piece.path) else replace(piece, path=str(Path(piece.path).absolute()))
        for piece in table.pieces
    )
    return replace(table, pieces=pieces)


def _run(context: Any, function: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Any]:
    from py4j.protocol import Py4JError  # noqa: PLC0415 - an optional dependency
    from pyspark.errors import PySparkException  # noqa: PLC0415 - the same

    for start in range(0, len(pieces), AT_ONCE):
        some = list(pieces[start : start + AT_ONCE])
        try:
            tasks = context.parallelize(some, len(some)).map(partial(_guarded, function))
            results = tasks.collect()
        except (Py4JError, PySparkException) as error:
            raise InputError(f"--engine spark: {_reason(str(error))}") from error
        for result in results:
            if isinstance(result, PoolwiseError):
                raise result
            yield result


def _guarded(function: Callable[[Any], Any], piece: Any) -> Any:
    """Call a function; an error of ours is sent to the driver as a value, not as a traceback."""
    try:
        return function(piece)
    except PoolwiseError as error:
        return error


def _reason(text: str) -> str:
    r"""Find the one line of Spark's message that says what is wrong.

    Examples
    --------
    >>> _reason("Job aborted.\n  File x, line 1\nMemoryError: too large")
    'MemoryError: too large'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    missing = next((line for line in lines if "No module named" in line), None)
    if missing is not None:
        return f"{missing[missing.index('No module') :]}: {NEEDED}"
    python = [line for line in lines if line.split(":")[0].endswith(("Error", "Exception"))]
    return (python or lines or ["a task failed"])[-1 if python else 0]
