"""The command `evaluate`: what it prints, and its exit codes."""

from __future__ import annotations

import html
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bandit.errors import BadValue, CannotAnswer, InputError
from replay.cli.verbs import evaluate as command
from tests.replay.tables.formats.test_table import frame, saved
from tests.replay.task_log.own_log_writer import World, simulate, write_log


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), env={"COLUMNS": "80"})


@pytest.fixture
def log(tmp_path: Path) -> str:
    return str(saved(tmp_path, "csv", frame()))


def test_json_has_the_promised_keys(log: str) -> None:
    result = run(log, "--context", "x,size", "--target", "uniform", "--json")
    assert result.exit_code == 0
    answer: dict[str, Any] = json.loads(result.output)
    assert {
        "rows", "logging", "target", "estimates", "diagnostics", "verdict",
    } <= answer.keys()  # fmt: skip
    assert {"value", "low", "high"} <= answer["logging"].keys()
    assert {"IPS", "SNIPS", "DM", "DR"} < {e["estimator"] for e in answer["estimates"]}
    for estimate in answer["estimates"]:
        assert {"estimator", "value", "low", "high", "level"} <= estimate.keys()
        assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert {
        "ess", "ess_share", "mean_weight", "max_weight", "no_support_rows",
    } <= answer["diagnostics"].keys()  # fmt: skip
    assert answer["verdict"] == "good"


def test_the_report_is_readable_at_80_columns(log: str) -> None:
    result = run(log, "--context", "x")
    assert result.exit_code == 0
    for word in ("What would uniform have earned?", "mean of the log", "SNIPS", "Wilson", "DR *"):
        assert word in result.output
    assert "Verdict: good" in result.output
    assert max(len(line.rstrip()) for line in result.output.splitlines()) <= 80


def test_a_log_that_can_not_answer_prints_why_and_is_refused(tmp_path: Path) -> None:
    data = frame()
    data["propensity"] = 1.0
    path = str(saved(tmp_path, "csv", data))
    result = run(path, "--json")
    assert isinstance(result.exception, CannotAnswer)
    assert result.exception.exit_code == 3
    answer = json.loads(result.output)
    assert answer["estimates"] == []
    assert answer["verdict"].startswith(
        "cannot answer: uniform takes actions that the logging policy could not take"
    )
    assert answer["diagnostics"]["no_support_rows"] == 3000
    shown = run(path)
    assert "This log can't say what uniform would have earned" in shown.output
    assert "Verdict: cannot answer" in shown.output


def test_bad_input_is_an_error_of_the_tree(log: str) -> None:
    result = run(log, "--target", "nonsense")
    assert isinstance(result.exception, BadValue)
    assert result.exception.exit_code == 1


def test_our_own_log_is_evaluated_by_tasks(tmp_path: Path) -> None:
    path = str(write_log(tmp_path / "log.db", simulate(World(), 500, seed=1)))
    result = run(path, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.output)
    assert answer["unit"] == "task"
    assert answer["counts"]["tasks"] == 500
    assert "quality is the verdict's confidence" in " ".join(answer["notes"])
    shown = run(f"sqlite:{path}").output
    assert "per task" in shown
    assert "accuracy is unknown" in " ".join(shown.split())


def test_help_has_an_example() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "poolwise evaluate men.csv.gz" in result.output


def test_a_level_out_of_range_is_wrong_usage(log: str) -> None:
    assert run(log, "--level", "1.5").exit_code == 2


def test_a_page_is_written_with_the_command_that_makes_it(log: str, tmp_path: Path) -> None:
    path = tmp_path / "my report.html"
    arguments = (log, "--context", "x", "--html", str(path))
    result = run(*arguments)
    assert result.exit_code == 0
    assert "Verdict: good" in result.output
    page = html.unescape(path.read_text("utf-8"))
    typed = shlex.join(["poolwise", "evaluate", "--target", "uniform", *arguments])
    assert f"<code>{typed}</code>" in page
    assert "uniform would have earned" in page


def test_a_refused_answer_has_its_page_too(tmp_path: Path) -> None:
    data = frame()
    data["propensity"] = 1.0
    page = tmp_path / "report.html"
    result = run(str(saved(tmp_path, "csv", data)), "--html", str(page), "--json")
    assert isinstance(result.exception, CannotAnswer)
    assert json.loads(result.output)["estimates"] == []
    assert "cannot answer" in page.read_text("utf-8")


def test_a_folder_that_is_not_there_is_found_before_the_work(tmp_path: Path) -> None:
    result = run("no-such-log.csv", "--html", str(tmp_path / "no" / "report.html"))
    assert isinstance(result.exception, InputError)
    assert "isn't there; make it first" in str(result.exception)


def test_the_log_is_not_overwritten_by_its_page(log: str) -> None:
    before = Path(log).read_bytes()
    result = run(log, "--html", log)
    assert isinstance(result.exception, InputError)
    assert "is the log itself" in str(result.exception)
    assert Path(log).read_bytes() == before
