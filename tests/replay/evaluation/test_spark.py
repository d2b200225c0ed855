"""Spark in local mode: the same answer as of one process, and one clear line where it can't."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bandit.errors import BadValue, InputError
from replay import compare, evaluate
from replay.cli.verbs import evaluate as command
from replay.evaluation.spark import for_executors, spark_workers
from replay.tables.formats.table import open_table
from tests.broker.fetch import Unavailable, java
from tests.conftest import skipped_where_unavailable
from tests.replay.tables.formats.test_table import frame, saved
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
CONTEXT = ["x", "size"]


def pyspark() -> None:
    """Skip where pyspark isn't installed."""
    with skipped_where_unavailable():
        if find_spec("pyspark") is None:
            raise Unavailable("pyspark isn't installed: `make spark` adds it (450 MB).")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A SparkContext with two threads, whose executors find this checkout."""
    pyspark()
    with skipped_where_unavailable():
        java("Spark")
    from pyspark import SparkConf, SparkContext

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        settings = SparkConf().setMaster("local[2]").set("spark.ui.enabled", "false")
        context = SparkContext(conf=settings)
        context.setLogLevel("OFF")
        yield context
        context.stop()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """One log in three files."""
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        saved(tmp_path / str(number), "parquet", frame(1200, seed=number))
    return sorted(tmp_path.glob("*/*.parquet"))


def test_the_answer_is_that_of_one_process_to_the_last_bit(spark: Any, files: list[Path]) -> None:
    asked: dict[str, Any] = {"targets": ["always:1", "uniform"], "by": ["x"], "context": CONTEXT}
    assert compare(files, engine="spark", **asked) == compare(files, **asked)
    assert spark._jsc is not None, "a context that was given goes on"


def test_estimated_propensities_are_the_same_too(spark: Any, files: list[Path]) -> None:
    for path in files:
        saved(path.parent, "parquet", frame(1200).drop(columns="propensity"))
    asked: dict[str, Any] = {"context": CONTEXT, "estimate_propensities": True}
    assert evaluate(files, engine="spark", **asked) == evaluate(files, **asked)


def test_the_command_has_the_engine(spark: Any, files: list[Path]) -> None:
    arguments = [*map(str, files), "--context", "x", "--json"]
    here, there = (
        CliRunner().invoke(command, [*arguments, *engine]) for engine in ([], ["--engine", "spark"])
    )
    assert there.exit_code == 0
    assert there.stdout == here.stdout


def test_results_come_in_the_order_of_the_pieces(
    spark: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replay.evaluation.spark.AT_ONCE", 4)
    with spark_workers(spark) as run:
        assert list(run(abs, range(-9, 0))) == list(range(9, 0, -1))
        assert list(run(abs, [])) == []


def test_a_bad_row_is_the_same_line_as_here(spark: Any, files: list[Path]) -> None:
    data = frame(1200)
    data.loc[7, "propensity"] = 7.0
    saved(files[1].parent, "parquet", data)
    said = []
    for engine in ("local", "spark"):
        with pytest.raises(BadValue) as error:
            evaluate(files, engine=engine, strict=True)
        said.append(str(error.value))
    assert said[0] == said[1]
    assert "row 8: propensity is 7" in said[0]


def test_what_fails_on_an_executor_is_one_line(spark: Any) -> None:
    with (
        spark_workers(spark) as run,
        pytest.raises(InputError, match=r"\A--engine spark: ValueError: invalid literal.*'x'\Z"),
    ):
        list(run(int, ["1", "x"]))


def test_executors_without_poolwise_are_told_apart(
    spark: Any, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their Python sees no installed package, so none of those that poolwise needs."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(spark, "pythonExec", str(bare))
    with pytest.raises(
        InputError, match=r"spark: No module named '\w+': poolwise, in this version"
    ):
        evaluate(files, engine="spark")


def test_where_none_runs_spark_is_started_and_stopped(files: list[Path]) -> None:
    pyspark()
    with skipped_where_unavailable():
        java("Spark")
    run = _alone(files, PYTHONPATH=str(ROOT))
    assert run.stdout.splitlines() == [repr(evaluate(files)), "stopped"]
    assert "Traceback" not in run.stderr


def test_without_java_it_is_one_line(files: list[Path], tmp_path: Path) -> None:
    pyspark()
    run = _alone(files, JAVA_HOME=str(tmp_path))
    assert run.stdout.startswith("--engine spark: Spark doesn't start: ")
    assert "it needs a JDK, 17 or later" in run.stdout
    assert run.stdout.count("\n") == 1


def test_without_pyspark_it_says_what_to_install(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(InputError, match=r"needs pyspark: pip install 'poolwise\[spark\]'"):
        evaluate(files, engine="spark")


def test_executors_are_given_whole_paths(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files[0].parent)
    (piece,) = for_executors(open_table("log.parquet")).pieces
    assert piece.path == str(files[0])
    assert piece.name == "log.parquet"


def test_what_executors_can_not_read_is_refused(files: list[Path], tmp_path: Path) -> None:
    own = write_log(tmp_path / "log.db", simulate(World(), 20, seed=1))
    with pytest.raises(InputError, match="is in this process's memory"):
        evaluate(frame(100), engine="spark")
    with pytest.raises(InputError, match="a poolwise log is read by one process"):
        evaluate(own, engine="spark")
    with pytest.raises(InputError, match="the result of a query is a file on this machine only"):
        evaluate(sql="select 1", engine="spark")
    with pytest.raises(InputError, match="leave out --jobs"):
        evaluate(files, engine="spark", jobs=2)


def test_an_unknown_engine_names_the_nearest() -> None:
    with pytest.raises(BadValue, match="unknown engine 'sparc'; did you mean 'spark'"):
        evaluate(frame(10), engine="sparc")


def _alone(files: list[Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """Evaluate on Spark in a process of its own."""
    code = f"""
from bandit.errors import InputError
from pyspark import SparkContext
from replay import evaluate
try:
    print(repr(evaluate({list(map(str, files))}, engine="spark")))
    print("stopped" if SparkContext._active_spark_context is None else "it runs on")
except InputError as error:
    print(error)
"""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
