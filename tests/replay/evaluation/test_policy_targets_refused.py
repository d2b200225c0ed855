"""A policy's TOML as a target: what the log can't say, and what can't be asked, in a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from bandit.errors import BadValue, CannotAnswer, ConfigError, InputError, MissingInput
from replay import compare
from tests.replay.evaluation.asked_policies import ROWS, ask, both, run
from tests.replay.learning.table import as_table
from tests.replay.report.page.test_page import Reader

if TYPE_CHECKING:
    from pathlib import Path


def test_a_log_that_is_too_short_is_refused_with_words_and_3(greedy: str, tmp_path: Path) -> None:
    path, page = tmp_path / "log.parquet", tmp_path / "report.html"
    pq.write_table(as_table(200), path)
    arguments = (str(path), "--context", "type", "--target", greedy)
    result = run(*arguments, "--html", str(page))
    assert isinstance(result.exception, CannotAnswer)
    assert result.exception.exit_code == 3
    assert "allow a horizon of T' = " in " ".join(result.output.split())
    assert "The log was not replayed for this target." in result.output
    Reader(page.read_text("utf-8"))
    answer = json.loads(run(*arguments, "--json").output)
    assert answer["estimates"] == []
    assert answer["gain"] is None
    assert answer["learning"]["horizon"] is None


def test_too_few_rewards_are_a_refusal_and_no_number_is_shown(greedy: str, gaps: str) -> None:
    rare = np.where(np.arange(ROWS) % 500 == 499, 1.0, 0.0)
    found = compare(as_table(ROWS, reward=rare), targets=[greedy, gaps], context=["type"])
    assert found.refused
    assert [one.estimate for one in found.differences] == [None]
    one = found.evaluations[0]
    assert "effective number of non-zero weighted rewards" in one.verdict
    assert one.value is None
    assert one.gain is None
    assert len(one.withheld) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"by": ["type"]}, "leave out --by"),
        ({"estimate_propensities": True}, "leave out --estimate-propensities"),
        ({"interval": "anytime"}, "leave out --interval"),
        ({"estimators": ["DR"]}, "leave out --estimators"),
        ({"engine": "spark"}, "leave out --engine spark"),
        ({"delay_usd_per_hour": 1.0}, "leave out --delay-usd-per-hour"),
        ({"audit_usd": 0.5}, "leave out --audit-usd"),
        ({"percentile": 0.7}, "percentile is 0.7, must be"),
        ({"replays": 0}, "replays is 0, must be"),
        ({"worth": -1.0}, "worth is -1, must be"),
    ],
)
def test_what_a_learner_can_not_be_asked_with_is_one_line(
    greedy: str, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says) as error:
        both("uniform", greedy, **options)
    assert "\n" not in str(error.value)


def test_options_of_learners_are_refused_where_nobody_learns() -> None:
    with pytest.raises(InputError, match="and none does: leave them out"):
        ask("uniform", horizon=300)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[policy]\nexplorr = 'softmax'\n", "policy.explorr is unknown; did you mean 'explorer'?"),
        ("[policy]\nrate = 'much'\n", "policy.rate: expected a number"),
        ("[policy]\nname = 'cheapest'\n", "policy.name 'cheapest': can't be replayed"),
        ("[policy]\nname = 'fixed'\npool = 'vendr'\n", "no such action; did you mean 'vendor'?"),
        ("[worker]\nmax_open = 5\n", "has no section [policy]"),
        ("", "has no section [policy]"),
        ("[policy\n", "Expected ']'"),
    ],
)
def test_a_toml_that_can_not_be_used_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises((ConfigError, BadValue)) as error:
        ask(str(path))
    assert str(error.value).startswith(f"{path}: ")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_toml_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"no\.toml: no such file"):
        ask(str(tmp_path / "no.toml"))


def test_a_policy_is_not_overwritten_by_its_page(greedy: str, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(as_table(200), path)
    result = run(str(path), "--target", greedy, "--html", greedy)
    assert isinstance(result.exception, InputError)
    assert "is a target itself" in str(result.exception)
