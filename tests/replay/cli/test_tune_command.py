"""The command `tune`: its table, its JSON, its page and its exit codes."""

from __future__ import annotations

import json
import re
import tomllib
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from bandit.errors import BadValue, CannotAnswer
from replay.cli.verbs import tune as command
from tests.replay.learning.table import as_table

if TYPE_CHECKING:
    from pathlib import Path

GRID = ("--explorer", "epsilon_greedy", "--rate", "0.05,0.2", "--replays", "3")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), env={"COLUMNS": "80"})


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "log.parquet"
    pq.write_table(as_table(1500), path)
    return str(path)


def test_the_report_is_readable_at_80_columns_and_ends_in_a_block_to_paste(log: str) -> None:
    result = run(log, "--context", "type", *GRID, "--precision", "0.1")
    assert result.exit_code == 0, result.output
    for word in (
        "Which exploration settings earn most?", "Highest estimate: ", "untrained learner",
        "3 replays", "more than today", "less than the best",
        "Smallest exploration floor of epsilon_greedy", "ridge regression",
    ):  # fmt: skip
        assert word in " ".join(result.output.split())
    assert max(len(line.rstrip()) for line in result.output.splitlines()) <= 80
    policy = tomllib.loads(result.output[result.output.index("[policy]") :])["policy"]
    assert policy["explorer"] == "epsilon_greedy"
    assert policy["rate"] in (0.05, 0.2)


def test_json_has_every_figure(log: str) -> None:
    result = run(log, "--context", "type", *GRID, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.output)
    assert {
        "horizon", "words", "chosen", "apart", "candidates", "today_earns", "policy", "notes",
    } <= answer.keys()  # fmt: skip
    for one in answer["candidates"]:
        assert {
            "earns",
            "over_today",
            "under_best",
            "tomorrow_pess",
            "tomorrow_width",
        } <= one.keys()
    assert re.search(r"no context|ridge", " ".join(answer["notes"]))


def test_the_page_stands_alone_and_its_charts_are_whole(log: str, tmp_path: Path) -> None:
    path = tmp_path / "tune.html"
    result = run(log, "--context", "type", *GRID, "--html", str(path))
    assert result.exit_code == 0
    text = path.read_text("utf-8")
    HTMLParser().feed(text)
    assert not re.search(r"(src|href)=(?!\"data:,\")|<script|https?://", text)
    charts = re.findall(r"<figure>.*?</figure>", text, re.DOTALL)
    assert len(charts) == 2
    for chart in charts:
        kinds = [e.get("class", "").split() for e in ET.fromstring(chart).iter()]
        assert sum("point" in kind for kind in kinds) == 2
    assert "[policy]" in text


def test_a_short_log_is_refused_with_words(tmp_path: Path) -> None:
    path = tmp_path / "short.parquet"
    pq.write_table(as_table(200), path)
    result = run(str(path), "--context", "type")
    assert isinstance(result.exception, CannotAnswer)
    assert result.exception.exit_code == 3
    assert "at least 100 required" in str(result.exception)


def test_rates_that_are_no_numbers_are_one_line(log: str) -> None:
    result = run(log, "--explorer", "softmax", "--rate", "a,b")
    assert isinstance(result.exception, BadValue)
    assert "must be numbers" in str(result.exception)
