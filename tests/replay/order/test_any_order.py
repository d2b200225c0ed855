"""Any order of the rows of a fixed policy's log gives the answer that the shuffled file gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binom

from bench.attacks.order import BASES, orders, permuted
from replay import compare, evaluate
from tests.replay.order.learned_logs import UNIFORM, learned

if TYPE_CHECKING:
    from replay.results.evaluation import Evaluation

ROWS, RUNS = 1_000, 60
ALARM = 1e-4
ASKED: dict[str, Any] = {
    "action": "action",
    "reward": "reward",
    "propensity": "p",
    "target": "uniform",
}


@pytest.mark.slow
@pytest.mark.parametrize("base", ["ratings", "ratings apart", "softmax"])
def test_any_order_covers_as_the_shuffled_file_does(base: str) -> None:
    """60 logs in six or seven orders, refused just where they are in the order of logging.

    At a coverage of .93 an order fails with a chance of 1e-4, all 20 together with 2e-3; at .75, as
    a model of the past had on sorted ratings, it is caught 9 times in 10, at 0 always.
    """
    make, truth, goal, asked = BASES[base]

    def answer(order: str, seed: int) -> Evaluation:
        rng = np.random.default_rng([77, seed])
        return evaluate(pa.table(permuted(make, order, rng, ROWS)), **asked)

    refused = [answer("as logged", seed).refused for seed in range(RUNS)]
    assert sum(refused) <= RUNS / 20
    for order in orders(base):
        each = [answer(order, seed) for seed in range(RUNS)]
        assert [one.refused for one in each] == refused, order
        ends = [(one.low, one.high) for one in each]
        held = sum(
            low is not None and high is not None and low <= truth <= high for low, high in ends
        )
        answered = RUNS - sum(refused)
        assert binom.cdf(held, answered, goal) >= ALARM, f"{order}: {held} of {answered}"


@pytest.mark.parametrize(
    ("base", "order"),
    [(base, order) for base in ("ratings", "softmax", "dollars") for order in orders(base)],
)
def test_any_order_gives_the_same_answer(base: str, order: str) -> None:
    """To 1e-9 of the value: folds are by content, only sums are added in another order."""
    make, _, _, asked = BASES[base]
    one, other = (
        evaluate(pa.table(permuted(make, name, np.random.default_rng(8), ROWS)), **asked)
        for name in ("as logged", order)
    )
    assert [each.estimator for each in one.estimates[-2:]] == ["SNDR", "DR"]
    for a, b in zip(one.estimates[-2:], other.estimates[-2:], strict=True):
        assert b.value == pytest.approx(a.value, rel=1e-9)
        assert (b.low, b.high) == pytest.approx((a.low, a.high), rel=1e-9)


def test_equal_rows_are_in_different_folds() -> None:
    """Two kinds of rows only: all of a kind in one fold would be predicted from the other kind."""
    table = pa.table({"action": ["a", "b"] * 200, "reward": [1, 0] * 200, "p": [0.5] * 400})
    found = evaluate(table, **{**ASKED, "target": "always:a"})
    assert found.value == pytest.approx(1.0, abs=1e-2)


def test_a_sorted_file_says_that_the_order_has_no_say() -> None:
    make, _, _, asked = BASES["ratings"]
    rng = np.random.default_rng(1)
    found = evaluate(pa.table(permuted(make, "by action", rng, 3_000)), **asked)
    order = next(one for one in found.findings if one.name == "order")
    assert order.verdict == "good"
    assert "does not depend on the order" in order.text
    assert found.verdict == "good"


def test_rows_of_a_cluster_are_predicted_by_no_row_of_it() -> None:
    """Each of 40 users has a reward of its own: a model that saw the user would foresee it."""
    rng = np.random.default_rng(1)
    user = np.repeat(np.arange(40), 50)
    own = rng.normal(size=40)
    table = pa.table(
        {
            "action": rng.choice(["a", "b"], 2_000),
            "reward": own[user],
            "propensity": np.full(2_000, 0.5),
            "user": user,
            "id": [f"u{at}" for at in user],
        }
    )
    found = evaluate(table, target="uniform", cluster="user", context=("id",))
    assert found.value == pytest.approx(own.mean(), abs=0.1)
    assert found.high is not None
    assert found.low is not None
    assert found.high - found.low > 0.8 * 2 * 1.96 * own.std() / np.sqrt(40)


def test_a_sorted_log_of_a_learner_is_refused_and_the_way_out_works() -> None:
    log = learned(5, 3_000)
    at = np.argsort(log["action"], kind="stable")
    found = evaluate(pa.table({name: values[at] for name, values in log.items()}), **ASKED)
    assert found.refused
    assert "--time" in found.verdict
    there = evaluate(pa.table(log), **ASKED, time="at")
    assert not there.refused
    assert there.low is not None
    assert there.high is not None
    assert there.low <= UNIFORM <= there.high


def test_a_sorted_log_of_a_learner_is_refused_for_every_target_and_slice() -> None:
    log = learned(5, 3_000)
    log["half"] = np.arange(3_000) % 2
    at = np.argsort(log["action"], kind="stable")
    table = pa.table({name: values[at] for name, values in log.items()})
    names: dict[str, Any] = {
        "action": "action",
        "reward": "reward",
        "logged": "columns:l_",
        "by": ("half",),
    }
    both = compare(table, targets=("uniform", "always:4"), **names)
    assert both.refused
    assert all(one.estimate is None for each in both.evaluations for one in each.slices)


def test_estimators_that_need_no_model_need_no_order() -> None:
    log = learned(5, 3_000)
    at = np.argsort(log["action"], kind="stable")
    table = pa.table({name: values[at] for name, values in log.items()})
    assert not evaluate(table, **ASKED, estimators=("IPS", "SNIPS")).refused
