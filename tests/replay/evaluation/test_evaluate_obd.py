"""The Open Bandit Dataset: a log that no one here wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from replay import evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation

CONTEXT = ["position", *(f"user_feature_{i}" for i in range(4))]


def ask(path: Path, target: str = "uniform") -> Evaluation:
    return evaluate(
        path,
        action="item_id",
        reward="click",
        propensity="propensity_score",
        context=CONTEXT,
        target=target,
    )


@pytest.mark.parametrize("campaign", ["men", "all"])
def test_ips_and_snips_agree_with_numpy(shared_data: Path, campaign: str) -> None:
    path = shared_data / "obd" / "bts" / f"{campaign}.csv.gz"
    log = pd.read_csv(path)
    weight = 1 / log["item_id"].nunique() / log["propensity_score"]
    reward = log["click"].to_numpy()
    ips = float(np.mean(weight * reward))
    snips = float(np.sum(weight * reward) / np.sum(weight))
    answer = ask(path)
    given = {e.estimator: e.value for e in answer.estimates}
    assert given["IPS"] == pytest.approx(ips, abs=1e-9)
    assert given["SNIPS"] == pytest.approx(snips, abs=1e-9)
    assert answer.diagnostics.ess == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    assert answer.diagnostics.max_weight == pytest.approx(weight.max())


@pytest.mark.parametrize("campaign", ["men", "all"])
def test_intervals_overlap_the_one_of_the_uniform_log(shared_data: Path, campaign: str) -> None:
    """The same campaign was shown uniformly at random: that mean click is the truth, but noisy."""
    answer = ask(shared_data / "obd" / "bts" / f"{campaign}.csv.gz")
    truth = ask(shared_data / "obd" / "random" / f"{campaign}.csv.gz").logging
    for estimate in answer.estimates:
        assert estimate.low < truth.high, estimate.estimator
        assert estimate.high > truth.low, estimate.estimator


@pytest.mark.parametrize("campaign", ["men", "all"])
def test_a_log_of_few_clicks_is_weak_but_answers(shared_data: Path, campaign: str) -> None:
    answer = ask(shared_data / "obd" / "bts" / f"{campaign}.csv.gz")
    assert answer.verdict.startswith(
        "weak: effective number of non-zero weighted rewards for uniform:"
    )


def test_an_item_that_was_hardly_shown_is_refused(shared_data: Path) -> None:
    answer = ask(shared_data / "obd" / "bts" / "all.csv.gz", "always:3")
    assert answer.refused
    assert answer.value is None
    assert not answer.estimates
    assert {"IPS", "SNIPS", "DM", "DR"} < {e.estimator for e in answer.withheld}


def test_a_uniform_log_speaks_about_uniform_with_every_row(shared_data: Path) -> None:
    answer = ask(shared_data / "obd" / "random" / "men.csv.gz")
    assert answer.diagnostics.ess == pytest.approx(10_000)
    assert answer.verdict == "good"
    assert answer.value == pytest.approx(0.0046, abs=1e-4)
