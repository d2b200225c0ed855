"""A declared range of the reward, and the intervals that hold for any number of rows with it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bandit.errors import BadValue, InputError
from replay import compare, evaluate
from replay.cli.evaluate import evaluate as command
from replay.estimators.ips import Ips
from replay.intervals.rules import LIMITED, RULES
from replay.numerics.log_histogram import LogHistogram
from replay.report.json_output import as_json_text
from replay.report.page.page import write_page
from replay.report.terminal.report import print_report
from tests.replay.intervals.test_interval_rules import scored
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from replay.numerics.arrays import Floats

LOW, HIGH = -20.0, 50.0
PMF = {"a": 0.5, "b": 0.3, "c": 0.2}
RATE = {"a": 0.02, "b": 0.05, "c": 0.1}


def heavy(n: int, rng: np.random.Generator, kind: list[str]) -> Floats:
    """Mostly small; now and then, by the action's rate, all of the range's upper end."""
    rate = np.array([RATE[one] for one in kind])
    small = rng.choice([LOW, 0.0, 1.0], p=[0.02, 0.5, 0.48], size=n)
    return np.where(rng.random(n) < rate, HIGH, small)


def truth(action: str) -> float:
    return RATE[action] * HIGH + (1 - RATE[action]) * (0.02 * LOW + 0.48)


def log(n: int = 2000, seed: int = 1, **more: Any) -> pa.Table:
    rng = np.random.default_rng(seed)
    names = list(PMF)
    action = [names[i] for i in rng.choice(3, p=list(PMF.values()), size=n)]
    return pa.table(
        {
            "action": action,
            "reward": heavy(n, rng, action),
            "propensity": [PMF[one] for one in action],
            **{f"p_{name}": [chance] * n for name, chance in PMF.items()},
            **more,
        }
    )


def asked(interval: str, **more: Any) -> dict[str, Any]:
    options = {"logged": "columns:p_", "target": "always:c", "interval": interval}
    return {**options, "reward_range": (LOW, HIGH), **more}


@pytest.mark.parametrize("interval", sorted(LIMITED))
def test_it_holds_where_rewards_are_rare_and_large(interval: str) -> None:
    """200 logs of 60 rows, the target's a fifth: 18 misses or fewer (10 promised; 1e-2 at 5 %).

    Measured 0, for both are careful; Student's interval misses in 41: in a quarter of the logs
    the target got none of the large rewards.
    """
    misses = normal = 0
    for seed in range(200):
        rows = log(60, seed)
        weight = np.array([5.0 * (one == "c") for one in rows["action"].to_pylist()])
        sums = Ips(histogram=LogHistogram(), limits=(LOW, HIGH)).receive(
            scored(weight, np.asarray(rows["reward"]))
        )
        sums = sums + Ips(histogram=LogHistogram(), limits=(LOW, HIGH), top=5.0)
        low, high, _ = sums.interval("real", 0.95, RULES[interval])
        misses += not low <= truth("c") <= high
        low, high, _ = sums.interval("real", 0.95, RULES["student"])
        normal += not low <= truth("c") <= high
    assert misses <= 18
    assert normal > 18


@pytest.mark.parametrize("interval", sorted(LIMITED))
def test_it_narrows_with_the_rows(interval: str) -> None:
    found = [evaluate(log(n), **asked(interval)) for n in (1000, 16_000)]
    ends = [(one.low, one.high) for one in found]
    for low, high in ends:
        assert low is not None
        assert high is not None
        assert LOW <= low <= truth("c") <= high <= HIGH
    assert found[0].default == "IPS"
    (wide_low, wide_high), (low, high) = ends
    assert high - low < 0.5 * (wide_high - wide_low)  # type: ignore[operator]  # looked at above


@pytest.mark.parametrize("interval", sorted(LIMITED))
@given(
    rewards=st.lists(st.floats(-3, 7), min_size=5, max_size=40),
    shift=st.sampled_from([-4.0, 0.0, 10.0]),
    scale=st.sampled_from([0.5, 1.0, 8.0]),
)
def test_a_plain_mean_moves_with_its_units(
    interval: str, rewards: list[float], shift: float, scale: float
) -> None:
    """With weights of 1 the interval of a·r + b is that of r, times a, plus b."""

    def of(values: Floats, limits: tuple[float, float]) -> tuple[float, float]:
        empty = Ips(histogram=LogHistogram(), limits=limits)
        sums = empty.receive(scored(np.ones(len(values)), values))
        low, high, _ = sums.interval("real", 0.9, RULES[interval])
        return low, high

    values = np.array(rewards)
    one = of(values, (-3.0, 7.0))
    other = of(values * scale + shift, (-3 * scale + shift, 7 * scale + shift))
    # Betting knows terms to a bin of its histogram: bins are an eighth to a quarter apart.
    near = 0.05 * 10 * scale if interval == "betting" else 1e-6
    assert other == pytest.approx(tuple(end * scale + shift for end in one), abs=near)


@pytest.mark.parametrize("interval", sorted(LIMITED))
def test_parts_merge_to_the_whole(interval: str) -> None:
    rows = scored(np.linspace(0, 3, 50), np.linspace(LOW, HIGH, 50))
    empty = Ips(histogram=LogHistogram(), limits=(LOW, HIGH))
    part = np.arange(50) < 20
    whole = empty.receive(rows).interval("real", 0.95, RULES[interval])
    merged = empty.receive(rows.where(part)) + empty.receive(rows.where(~part))
    assert merged.interval("real", 0.95, RULES[interval])[:2] == pytest.approx(whole[:2])


@pytest.mark.parametrize("interval", sorted(LIMITED))
def test_without_a_range_it_is_one_line_that_names_the_option(interval: str) -> None:
    with pytest.raises(BadValue, match=r"no known limits.*--reward-range LOW HIGH") as error:
        evaluate(log(), **asked(interval, reward_range=None))
    assert "\n" not in str(error.value)
    quick = {"target": "column:p_c", "estimators": ["ips"], "logged": None}
    with pytest.raises(BadValue, match="--reward-range"):
        evaluate(log(), **asked(interval, reward_range=None, **quick))


@pytest.mark.parametrize("interval", sorted(LIMITED))
def test_rewards_of_0_and_1_need_no_range(interval: str) -> None:
    rows = log(reward=(np.random.default_rng(9).random(2000) < 0.3).astype(float))
    plain = evaluate(rows, **asked(interval, reward_range=None))
    said = evaluate(rows, **asked(interval, reward_range=(0, 1)))
    assert (plain.low, plain.high) == (said.low, said.high)
    wider = evaluate(rows, **asked(interval, reward_range=(-1, 3)))
    assert wider.low is not None
    assert plain.low is not None
    assert wider.low <= plain.low


def test_rewards_beyond_their_range_are_left_out_and_counted() -> None:
    rewards = [1.0, 0.0] * 500 + [HIGH + 1, LOW - 1, HIGH, LOW]
    rows = log(1004, reward=rewards)
    found = evaluate(rows, logged="columns:p_", target="always:c", reward_range=(LOW, HIGH))
    assert [(reason, n) for reason, n, _ in found.unusable.ordered()] == [
        ("reward must be in [-20, 50]", 2)
    ]
    assert found.rows == 1002
    with pytest.raises(BadValue, match=r"row 1001: reward is 51, must be in \[-20, 50\]"):
        evaluate(rows, reward_range=(LOW, HIGH), strict=True)


@pytest.mark.parametrize("given", [(1.0,), (2.0, 1.0), (0.0, float("inf")), (float("nan"), 1.0)])
def test_a_range_that_is_none_is_refused(given: tuple[float, ...]) -> None:
    with pytest.raises(BadValue, match="reward range"):
        evaluate(log(), reward_range=given)
    with pytest.raises(BadValue, match="reward range"):
        compare(log(), targets=["uniform"], reward_range=given)


def test_what_it_would_not_hold_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="leave out --cluster"):
        evaluate(log(task=["t"] * 2000), **asked("betting", cluster="task"))
    guessed = asked("betting", logged=None, estimate_propensities=True)
    with pytest.raises(BadValue, match="leave out --estimate-propensities"):
        evaluate(log().select(["action", "reward"]), **guessed)
    own = write_log(tmp_path / "log", simulate(World(), 100, seed=1))
    with pytest.raises(InputError, match="--interval betting is for tables"):
        evaluate(own, interval="betting")
    with pytest.raises(InputError, match="leave out --reward-range"):
        evaluate(own, reward_range=(0, 1))


def test_differences_are_as_far_apart_as_their_ends() -> None:
    options = asked("betting")
    del options["target"]
    found = compare(log(4000), targets=["always:c", "uniform"], **options)
    one, other = (answer.estimate for answer in found.evaluations)
    assert one is not None
    assert other is not None
    assert one.level == pytest.approx(0.975)
    estimate = found.differences[0].estimate
    assert estimate is not None
    assert (estimate.low, estimate.high) == (other.low - one.high, other.high - one.low)


def test_slices_have_them_too() -> None:
    rows = log(4000, half=["x", "y"] * 2000)
    for interval in LIMITED:
        found = evaluate(rows, **asked(interval, by=["half"]))
        for one in found.slices:
            assert one.estimate is not None
            assert LOW < one.estimate.high < HIGH
            assert one.estimate.level == pytest.approx(0.975)


@pytest.mark.parametrize("target", ["always:c", "logging"])
def test_what_is_supposed_of_rewards_without_limits_is_said(target: str, tmp_path: Path) -> None:
    assumed = "no rare reward is far larger than any seen"
    found = evaluate(log(), logged="columns:p_", target=target)
    page = tmp_path / "page.html"
    write_page(page, found, "poolwise evaluate", "a log")
    console = Console(file=io.StringIO(), width=80)
    print_report(found, "a log", console)
    terminal = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]  # as made
    for text in (terminal, as_json_text(found), page.read_text()):
        assert assumed in text
    bounded = evaluate(log(), **asked("bernstein", target=target))
    assert assumed not in as_json_text(bounded)
    assert "rewards stay in [-20, 50]" in as_json_text(bounded)


def test_our_own_log_says_it_too(tmp_path: Path) -> None:
    for stops in (True, False):
        path = write_log(tmp_path / f"log{stops}", simulate(World(stops=stops), 300, seed=1))
        assert any("no rare reward" in note for note in evaluate(path).notes)


def test_the_command_takes_a_range_with_a_sign(tmp_path: Path) -> None:
    import pyarrow.csv as pacsv

    path = tmp_path / "log.csv"
    pacsv.write_csv(log(), path)
    options = ["--reward-range", "-20", "50", "--interval", "betting", "--target", "always:c"]
    done = CliRunner().invoke(command, [str(path), "--logged", "columns:p_", *options])
    assert done.exit_code == 0, done.output
    assert "betting" in done.output
    assert "model of the reward" not in done.output
