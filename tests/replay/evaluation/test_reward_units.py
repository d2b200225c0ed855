"""Answers move with the reward: of a + b · reward they are a + b times those of the reward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay import compare, evaluate

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.results.evaluation import Estimate, Evaluation

ACTIONS = "abc"
EQUIVARIANT = {"SNIPS", "rejection", "DM", "SNDR", "DR", "baseline", "SN baseline"}
ASKED: dict[str, Any] = {"logged": "columns:mu_", "context": ("x",), "propensity": "propensity"}
CLOSE = 1e-6
"""Of the interval's width. Rewards a million units from 0 lose ten of their sixteen digits."""


def log(seed: int, n: int, kind: str) -> dict[str, Any]:
    """Rows of a logging policy that heeds nothing, and a target that heeds the context."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    logged = np.array([0.5, 0.3, 0.2])
    powers = np.exp(np.outer(x, [1.0, 0.0, -1.0]))
    wanted = powers / powers.sum(axis=1, keepdims=True)
    action = rng.choice(3, n, p=logged)
    mean = 1 + action + 0.5 * x
    rewards: dict[str, Floats] = {
        "real": mean + rng.normal(size=n),
        "positive": np.where(rng.random(n) < 0.5, rng.lognormal(0.3 * mean, 1.0), 0.0),
        "binary": (rng.random(n) < 0.2 + 0.2 * action).astype(float),
    }
    columns = {
        "action": np.array(list(ACTIONS))[action],
        "reward": rewards[kind],
        "propensity": logged[action],
        "wanted": wanted[np.arange(n), action],
        "x": x,
    }
    columns |= {f"mu_{name}": np.full(n, logged[i]) for i, name in enumerate(ACTIONS)}
    return columns | {f"pi_{name}": wanted[:, i] for i, name in enumerate(ACTIONS)}


def moved(columns: dict[str, Any], a: float, b: float) -> pa.Table:
    return pa.table(columns | {"reward": a + b * columns["reward"]})


def told(answer: Evaluation) -> dict[str, Estimate]:
    """Estimates by name, those of a refused log too."""
    return {one.estimator: one for one in (*answer.estimates, *answer.withheld)}


def assert_moved(one: Estimate, other: Estimate, a: float, b: float) -> None:
    """`other` is a + b times `one`, value and interval."""
    assert one.value is not None
    assert other.value is not None
    within = CLOSE * abs(b) * (one.high - one.low)
    assert other.value == pytest.approx(a + b * one.value, abs=within)
    ends = sorted([a + b * one.low, a + b * one.high])
    assert [other.low, other.high] == pytest.approx(ends, abs=within), one.estimator


UNITS = {
    "kind": st.sampled_from(["real", "positive", "binary"]),
    "seed": st.integers(0, 10_000),
    "offset": st.floats(-1e6, 1e6),
    "factor": st.floats(1e-3, 1e3).flatmap(lambda b: st.sampled_from([b, -b])),
}


@settings(max_examples=12, deadline=None)
@given(**UNITS, blind=st.booleans())
def test_answers_and_gains_move_with_the_units_of_the_reward(
    kind: str, seed: int, offset: float, factor: float, *, blind: bool
) -> None:
    """`offset` is in units of the factor; to 1e-6 of the width, the verdict as well."""
    columns, target = log(seed, 250, kind), "column:wanted" if blind else "columns:pi_"
    a, b = offset * factor, factor
    before = evaluate(pa.table(columns), target=target, **ASKED)
    after = evaluate(moved(columns, a, b), target=target, **ASKED)
    if b > 0 or kind != "binary":  # of two values the higher one is the event that is counted
        assert after.verdict == before.verdict
    assert_moved(before.logging, after.logging, a, b)
    told_before, others = told(before), told(after)
    assert len(EQUIVARIANT & told_before.keys()) == (4 if blind else 5)
    for name, estimate in told_before.items():
        if name in EQUIVARIANT:
            assert_moved(estimate, others[name], a, b)
    assert (before.gain is None) == (after.gain is None)
    if before.gain is not None and after.gain is not None:
        assert_moved(before.gain, after.gain, 0.0, b)


@settings(max_examples=6, deadline=None)
@given(**UNITS)
def test_differences_move_with_the_unit_of_the_reward_alone(
    kind: str, seed: int, offset: float, factor: float
) -> None:
    columns, targets = log(seed, 400, kind), ["columns:pi_", "uniform"]
    before = compare(pa.table(columns), targets=targets, **ASKED).differences[0].estimate
    after = compare(moved(columns, offset * factor, factor), targets=targets, **ASKED)
    assert before is not None
    assert after.differences[0].estimate is not None
    assert_moved(before, after.differences[0].estimate, 0.0, factor)


@pytest.mark.parametrize("kind", ["real", "positive"])
@pytest.mark.parametrize("seed", range(3))
def test_rows_that_differ_by_the_reward_alone_have_answers_that_turn_with_it(
    kind: str, seed: int
) -> None:
    """Folds tell such rows apart by the rank of their rewards, which -3 · reward turns round."""
    columns = log(seed, 250, kind)
    rounded = columns | {"x": np.round(columns["x"])}
    rounded |= {name: np.full(250, 1 / 3) for name in ("pi_a", "pi_b", "pi_c")}
    before = told(evaluate(pa.table(rounded), target="columns:pi_", **ASKED))
    after = told(evaluate(moved(rounded, 5.0, -3.0), target="columns:pi_", **ASKED))
    for name in ("DM", "SNDR", "DR"):
        assert_moved(before[name], after[name], 5.0, -3.0)


@pytest.mark.parametrize("kind", ["real", "positive", "binary"])
def test_snips_alone_answers_as_it_does_beside_others(kind: str) -> None:
    """One pass over three columns, a million units from 0, or the whole machinery: the same."""
    columns = log(1, 400, kind)
    before = told(evaluate(pa.table(columns), target="column:wanted", **ASKED))["SNIPS"]
    named = {name: columns[name] for name in ("action", "propensity", "wanted", "reward")}
    alone = evaluate(moved(named, 1e6, -3.0), target="column:wanted", estimators=["SNIPS"])
    assert alone.estimate is not None
    assert_moved(before, alone.estimate, 1e6, -3.0)


def test_an_offset_of_1000_does_not_widen_intervals() -> None:
    """What an attack found: the intervals of DR and the baseline form were 86 to 120 times as wide.

    It is the same log, so the widths are equal to 1e-6; no false alarm.
    """
    columns = log(2, 600, "positive")
    for target in ("columns:pi_", "column:wanted"):
        before = evaluate(pa.table(columns), target=target, **ASKED).estimate
        after = evaluate(moved(columns, 1_000.0, 1.0), target=target, **ASKED).estimate
        assert before is not None
        assert after is not None
        assert after.high - after.low == pytest.approx(before.high - before.low, rel=1e-6)


@pytest.mark.parametrize("reward", [1.0, 0.1, -3e6])
def test_a_constant_reward_is_the_value_itself(reward: float) -> None:
    """It was 1.007 of rewards of 1, outside its own interval."""
    columns = log(3, 300, "real") | {"reward": np.full(300, reward)}
    answer = evaluate(pa.table(columns), target="columns:pi_", **ASKED)
    assert answer.value == reward
    assert answer.low is not None
    assert answer.high is not None
    assert answer.low <= reward <= answer.high
    if reward == 1.0:  # ones of zeros and ones: nothing else was seen in so many rows
        assert (round(answer.low, 1), answer.high) == (1.0, 1.0)
    else:
        assert answer.low == answer.high


def test_ips_is_the_mean_of_weighted_rewards_in_any_units() -> None:
    """Which is why it doesn't move with them: 1,000 more is 1,000 times the mean weight more."""
    columns = log(4, 300, "positive")
    weight = columns["wanted"] / columns["propensity"]
    for a in (0.0, 1_000.0):
        answer = evaluate(moved(columns, a, 1.0), target="column:wanted", **ASKED)
        expected = float((weight * (a + columns["reward"])).mean())
        assert told(answer)["IPS"].value == pytest.approx(expected)


def test_costs_are_judged_as_revenue_is() -> None:
    """Few payments are as few effective rewards, with either sign and anywhere."""
    columns = log(5, 400, "positive")
    rare = np.where(np.arange(400) % 80 == 0, columns["reward"] + 1.0, 0.0)
    found = {
        round(evaluate(moved(columns | {"reward": rare}, a, b), target="columns:pi_", **ASKED)
              .diagnostics.effective_events or 0.0, 6)
        for a, b in ((0.0, 1.0), (0.0, -1.0), (1e4, 2.0))
    }  # fmt: skip
    assert len(found) == 1
    assert found.pop() < 6
