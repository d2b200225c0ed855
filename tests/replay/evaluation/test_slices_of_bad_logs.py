"""Slices answer no more than the whole log may, and know its clusters."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from replay import evaluate
from replay.evaluation.estimates import for_gains
from replay.intervals.evidence import Evidence
from replay.intervals.log_scale import log_rule
from replay.intervals.widened import widened

N = 3_000


def log(**columns: Any) -> dict[str, Any]:
    """A coin decides; a segment of two values says nothing."""
    rng = np.random.default_rng(5)
    action = rng.integers(0, 2, N)
    return {
        "action": action.astype(str),
        "reward": 1.0 + action + rng.normal(size=N),
        "p": np.full(N, 0.5),
        "x": rng.normal(size=N),
        "segment": np.where(rng.random(N) < 0.5, "even", "odd"),
        **columns,
    }


ASKED: dict[str, Any] = {"propensity": "p", "target": "always:1", "context": "x", "by": "segment"}


def test_slices_of_copies_are_refused() -> None:
    table = {name: values.repeat(3) for name, values in log().items()}
    found = evaluate(pa.table(table), **ASKED)
    assert "are copies of another row" in found.verdict
    assert all("are copies of another row" in one.verdict for one in found.slices)
    assert len(found.slices) == 2


def test_slices_of_a_log_with_other_propensities_are_refused() -> None:
    """Two of three rows are of action 1, and all chances are said to be .5."""
    action = (np.random.default_rng(6).random(N) < 0.67).astype(int)
    chances = {"p_0": np.full(N, 0.5), "p_1": np.full(N, 0.5)}
    table = log(action=action.astype(str), **chances)
    asked = {**ASKED, "target": "uniform", "logged": "columns:p_"}
    found = evaluate(pa.table(table), **asked)
    assert "were those the propensities used?" in found.verdict
    assert found.refused
    assert all(one.estimate is None for one in found.slices)
    assert len(found.slices) == 2


def test_slices_are_no_surer_than_the_log_where_actions_may_not_have_been_eligible() -> None:
    """Action 1 is eligible where x is above 0 alone, of which only the own chance tells."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=N)
    action = np.where(x > 0, rng.integers(0, 2, N), 0)
    table = log(x=x, action=action.astype(str), p=np.where(x > 0, 0.5, 1.0), chance=np.ones(N) / 2)
    found = evaluate(pa.table(table), **{**ASKED, "target": "logging"})
    assert found.verdict.startswith("weak: ")
    assert all(one.verdict.startswith("weak: ") for one in found.slices)
    assert len(found.slices) == 2


def test_an_interval_that_knows_no_clusters_has_none_in_slices_either() -> None:
    table = log(user=np.arange(N) % 300)
    asked = {**ASKED, "estimators": ["Cressie-Read"], "cluster": "user"}
    found = evaluate(pa.table(table), **asked)
    assert (found.low, found.high) == (-inf, inf)
    assert [(one.estimate.low, one.estimate.high) for one in found.slices if one.estimate] == [
        (-inf, inf)
    ] * 2


def test_what_stands_in_for_a_rule_is_widened_too() -> None:
    """The log scale has no interval of a gain; the default one is twice as wide at factor 4."""
    evidence = Evidence(0.0, 1.0, 1.0, 100)
    low, high, _ = widened(for_gains(log_rule), 4.0)(evidence, "real", 0.95)
    assert (low, high) == pytest.approx((-3.92, 3.92), abs=0.01)
