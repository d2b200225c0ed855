"""What a policy that learns would earn: against live runs, by its length, on a log that drifts."""

from __future__ import annotations

import numpy as np

from bandit.settings import PolicySettings
from tests.replay.evaluation.asked_policies import ask
from tests.replay.learning.market import RIGHT, live, log
from tests.replay.learning.table import as_table

POLICY = PolicySettings(explorer="epsilon_greedy", rate=0.2)


def test_its_value_is_that_of_live_runs_of_the_same_length(greedy: str) -> None:
    """Within 4 standard errors of the interval's (6e-5)."""
    answer = ask(greedy, as_table())
    assert answer.learning is not None
    assert answer.learning.horizon is not None
    assert answer.value is not None
    assert answer.low is not None
    assert answer.high is not None
    truth = live([POLICY], answer.learning.horizon, 200).mean()
    assert abs(answer.value - truth) < (answer.high - answer.low)
    assert answer.low < answer.value < answer.high < RIGHT.max()
    assert answer.learning.words == "over 10 replays"
    assert answer.rows == 3000
    assert answer.verdict == "good"


def test_a_shorter_life_earns_less(greedy: str) -> None:
    source = as_table(6000)
    short, long = (ask(greedy, source, horizon=h).value for h in (100, 1800))
    assert short is not None
    assert long is not None
    assert short < long


def test_a_log_that_drifts_is_about_this_replay_only(greedy: str) -> None:
    rows = log(2000, 3)
    drifting = as_table(2000, 3, reward=np.where(np.arange(2000) < 1000, rows.reward, 1.0))
    learning = ask(greedy, drifting).learning
    assert learning is not None
    assert (learning.words, learning.replays) == ("this replay only", 1)


def test_a_log_of_too_few_clusters_is_refused(greedy: str) -> None:
    answer = ask(greedy, as_table(600, user=np.arange(600) % 4), cluster="user")
    says = "cannot answer: effective number of clusters: 4 (at least 5 required)"
    assert answer.verdict == says
