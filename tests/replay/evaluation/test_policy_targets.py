"""A policy's TOML as a target: walked if it learns, summed up like any other target if not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from bandit.errors import BadValue
from bandit.settings import PolicySettings
from replay import compare, evaluate
from replay.learning.config import ONE_REPLAY, Walking
from replay.learning.policy_pmfs import Policies
from replay.targets.target import parse_target
from replay.tune.tune import tune
from tests.replay.evaluation.asked_policies import ROWS, ask, both, run, toml
from tests.replay.learning.market import NAMES
from tests.replay.learning.market import log as rows_of
from tests.replay.learning.table import as_table, walked
from tests.replay.report.page.test_page import Reader
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path


GREEDY = PolicySettings(explorer="epsilon_greedy", rate=0.2)
GAPS = PolicySettings(explorer="inverse_gap", rate=5.0)


def test_a_learner_is_valued_as_a_bare_walk_says(greedy: str) -> None:
    found = ask(greedy)
    assert (found.value, found.low, found.high) == walked(as_table(ROWS), GREEDY)
    assert found.learning is not None
    assert found.learning.policy == "epsilon_greedy 0.2, floor 0.02"
    assert (found.learning.replays, found.learning.words) == (10, "over 10 replays")
    assert (found.rows, found.logging.level) == (ROWS, 0.95)


def test_its_options_are_those_of_the_walk(greedy: str) -> None:
    found = ask(greedy, horizon=300, replays=4, seed=7, level=0.8)
    same = walked(as_table(ROWS), GREEDY, Walking(300, 4, 0.0, 7), 0.8)
    assert (found.value, found.low, found.high) == same


def test_rates_by_value_are_in_units_of_worth(gaps: str) -> None:
    found = ask(gaps, worth=2.0)
    assert found.value == walked(as_table(ROWS), GAPS, Walking(worth=2.0))[0]
    assert "units of 2 of this log's reward" in " ".join(found.notes)


def test_it_gains_over_the_log_what_the_tuner_says(greedy: str) -> None:
    (candidate,) = tune(as_table(ROWS), context=["type"], candidates=[GREEDY]).candidates
    gain = ask(greedy).gain
    assert gain is not None
    over = candidate.over_today
    assert (gain.value, gain.low, gain.high) == (over.value, over.low, over.high)


def test_learners_differ_in_the_same_replays_as_the_tuner_says(greedy: str, gaps: str) -> None:
    found = both(greedy, gaps)
    (pair,) = found.differences
    assert (pair.target, pair.than) == (gaps, greedy)
    assert pair.estimate is not None
    over = tune(
        as_table(ROWS), context=["type"], candidates=[GAPS], today=GREEDY
    ).candidates[0].over_today  # fmt: skip
    assert pair.estimate.value == pytest.approx(over.value)
    assert (pair.estimate.low, pair.estimate.high) == pytest.approx((over.low, over.high))
    alone = ask(gaps)
    joint = found.evaluations[1]
    assert joint.value == pytest.approx(alone.value)
    assert joint.low < alone.low  # type: ignore[operator]  # neither is refused
    assert joint.high > alone.high  # type: ignore[operator]  # the same


def test_a_learner_has_no_difference_from_a_target_that_does_not_learn(
    greedy: str, gaps: str
) -> None:
    found = both("uniform", greedy, "always:crowd", gaps)
    assert [one.target for one in found.evaluations] == ["uniform", greedy, "always:crowd", gaps]
    assert [(one.target, one.than) for one in found.differences] == [
        ("always:crowd", "uniform"),
        (gaps, greedy),
    ]
    assert "there is no difference between" in " ".join(found.evaluations[1].notes)
    alone = compare(as_table(ROWS), targets=["uniform", "always:crowd"], context=["type"])
    for one, same in zip(found.evaluations[::2], alone.evaluations, strict=True):
        assert one.value == same.value
        assert one.low < same.low  # type: ignore[operator]  # neither is refused


@pytest.mark.parametrize("floor", [0.02, 0.7])
def test_a_fixed_pool_is_a_mixture_of_always_and_uniform(tmp_path: Path, floor: float) -> None:
    """IPS is linear in the target's chances."""
    text = f'name = "fixed"\npool = "vendor"\nexplore_floor = {floor}'
    found, always, even = (
        ask(one, estimators=["IPS"]).value
        for one in (toml(tmp_path, "fixed", text), "always:vendor", "uniform")
    )
    assert always is not None
    assert even is not None
    assert found == pytest.approx((1 - floor) * always + floor * even)


@pytest.mark.parametrize("text", ['name = "fixed"\npool = "vendor"', 'name = "uniform"'])
def test_chances_are_those_that_walk_a_log(tmp_path: Path, text: str) -> None:
    """Where a pool can't be chosen, any that can: in ordinary sums as in a replay."""
    target = parse_target(toml(tmp_path, "policy", f"{text}\nexplore_floor = 0.1"))
    assert target.policy is not None
    can = np.array([[True, True, True], [True, True, False], [False, False, True]])
    rows = replace(rows_of(3, 1), eligible=can, logged_pmf=None)
    _, pmf = target.chances(rows, NAMES)
    policies = Policies.of([target.policy], NAMES)
    walked = policies.pmf(np.zeros((1, 3, 3)), np.zeros(1), can[None].astype(float))
    assert pmf == pytest.approx(walked[0])


def test_uniform_is_uniform_and_says_so(tmp_path: Path) -> None:
    path = toml(tmp_path, "even", 'name = "uniform"')
    found, same = (ask(one, estimators=["SNIPS", "DR"]) for one in (path, "uniform"))
    assert found.estimates == same.estimates
    assert found.learning is None
    assert f"{path} is uniform; it doesn't learn" in found.notes


def test_tables_of_every_kind_say_the_same(greedy: str, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    table = as_table(ROWS)
    half = tmp_path / "days"
    half.mkdir()
    pa_csv.write_csv(table.slice(0, 700), half / "a.csv")
    pa_csv.write_csv(table.slice(700), half / "b.csv")
    pq.write_table(table, tmp_path / "log.parquet")
    expected = ask(greedy, table).value
    sql = f"select * from '{tmp_path / 'log.parquet'}'"
    assert ask(greedy, table.to_pandas()).value == expected
    assert ask(greedy, polars.from_arrow(table)).value == expected
    assert evaluate(sql=sql, target=greedy, context=["type"]).value == expected
    one, two = (ask(greedy, str(half), jobs=jobs) for jobs in (1, 2))
    assert one.value == pytest.approx(expected)
    assert two == one


def test_clusters_widen_the_interval(greedy: str) -> None:
    """Every row thrice: without the clusters it would pass for three times as much evidence."""
    table = as_table(1500)
    again = table.take(np.repeat(np.arange(1500), 3))
    task = np.repeat(np.arange(1500), 3)
    found = [
        ask(greedy, again.append_column("task", [task]), **options)
        for options in ({}, {"cluster": "task"})
    ]
    loose, tight = (one.logging for one in reversed(found))
    assert loose.high - loose.low > 1.5 * (tight.high - tight.low)
    assert found[0].value == pytest.approx(found[1].value, abs=0.005), "folds are of tasks"


def test_our_own_log_is_walked_by_asks_as_the_tuner_does(greedy: str, tmp_path: Path) -> None:
    path = write_log(tmp_path / "log.db", simulate(World(), 900, seed=1))
    (candidate,) = tune(path, candidates=[GREEDY]).candidates
    found = compare(path, targets=["uniform", greedy])
    even, one = found.evaluations
    assert (even.unit, one.unit) == ("task", "ask")
    assert one.learning is not None
    assert one.learning.words == ONE_REPLAY
    assert one.value == candidate.earns.value
    assert "learners have no context" in " ".join(one.notes)
    assert found.differences == ()


def test_a_policy_that_does_not_learn_is_not_asked_of_our_own_log(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log.db", simulate(World(), 200, seed=1))
    with pytest.raises(BadValue, match="it doesn't learn, and how many labels it buys"):
        evaluate(path, target=toml(tmp_path, "even", 'name = "uniform"'))


def test_a_log_that_drifts_is_about_this_replay_only(greedy: str) -> None:
    rows = rows_of(2000, 3)
    drifting = np.where(np.arange(2000) < 1000, rows.reward, 1.0)
    found = ask(greedy, as_table(2000, 3, reward=drifting))
    assert ONE_REPLAY in str(found)
    assert found.learning is not None
    assert found.learning.replays == 1


def test_json_page_prompt_and_terminal_say_how_long_and_how_often(
    greedy: str, gaps: str, tmp_path: Path
) -> None:
    log, page = tmp_path / "log.parquet", tmp_path / "report.html"
    pq.write_table(as_table(ROWS), log)
    asked = ("--replays", "3", "--target", greedy, "--target", "uniform")
    arguments = (str(log), "--context", "type", *asked)
    shown = run(*arguments, "--target", gaps, "--html", str(page))
    assert shown.exit_code == 0, shown.output
    answer = json.loads(run(*arguments, "--json").output)
    one, even = answer["targets"]
    horizon = one["learning"]["horizon"]
    assert one["learning"] == {
        "policy": "epsilon_greedy 0.2, floor 0.02",
        "horizon": horizon,
        "replays": 3,
        "words": "over 3 replays",
        "passed": one["learning"]["passed"],
    }
    assert one["rows"] >= one["learning"]["passed"] > horizon
    assert even["learning"] is None
    assert answer["differences"] == []
    span = f"in its first {horizon:,} accepted rows, over 3 replays"
    text = " ".join(shown.output.split())
    assert f"Mean reward of each {span}; each starts untrained." in text
    assert text.index("verdict uniform") < text.index("target that learns")
    assert max(len(line.rstrip()) for line in shown.output.splitlines()) <= 80
    words = Reader(page.read_text("utf-8")).text
    assert "Targets that learn" in words
    assert "Differences between targets that learn" in words
    assert f"each {span}" in words
    found = ask(greedy, replays=3)
    assert f"per row {span}, by DR replay, 95 % interval; good>" in repr(found)
    assert span in str(found)
    assert span in Reader(found._repr_html_()).text
    assert f"each {span}" in Reader(both("uniform", greedy, replays=3)._repr_html_()).text
