"""How a log is walked: in any order or its own, how far, and when it can't be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bandit.errors import BadValue, CannotAnswer
from replay.learning import memory_log
from replay.learning.config import ONE_REPLAY, Walking
from replay.learning.memory_log import hold
from replay.learning.stationarity import any_order
from replay.models.features import Features
from replay.numerics.moments import Moments
from replay.tables.rows import Rows
from replay.tables.values.context_column import ContextColumn
from tests.replay.learning.market import NAMES, held, log
from tests.replay.order.learned_logs import learned


def test_logs_that_are_alike_over_their_length_may_be_shuffled() -> None:
    """20 logs; an alarm has a chance of 1e-4 each."""
    assert all(any_order(held(log(1000, seed))) for seed in range(20))


def test_a_log_that_learned_or_drifts_is_walked_in_its_own_order() -> None:
    rows = log(2000, 1)
    late = np.arange(2000) >= 1000
    drifts = replace(rows, reward=np.where(late, 1.0, rows.reward))
    greedier = np.where(late[:, None], np.array([0.8, 0.1, 0.1]), 1 / 3)
    drawn = (greedier.cumsum(axis=1) > np.random.default_rng(1).random((2000, 1))).argmax(axis=1)
    taken = greedier[np.arange(2000), drawn]
    learned = replace(rows, action=drawn, logged_pmf=greedier, propensity=taken)
    for one in (drifts, learned):
        plan, notes = Walking().plan(held(one))
        assert not plan.shuffled
        assert plan.replays == 1
        assert ONE_REPLAY in " ".join(notes)


def test_a_policy_that_learned_is_taken_at_its_word() -> None:
    plan, notes = Walking().plan(held(log(1000, 2)), learned=True)
    assert not plan.shuffled
    assert "written by a policy that learned" in notes[-1]


def test_too_short_a_log_is_refused_and_says_a_way_out() -> None:
    with pytest.raises(
        CannotAnswer, match=r"T' = 6\d accepted decisions \(at least 100 required\): use"
    ):
        Walking().plan(held(log(260, 3)))
    skewed = np.full((3, 3), [0.98, 0.01, 0.01])
    with pytest.raises(CannotAnswer, match=r"--percentile 0\.05 would allow"):
        Walking().plan(held(log(1000, 4, skewed)))
    assert Walking(percentile=0.05).plan(held(log(1000, 4, skewed)))[0].acceptance > 0.9


def test_a_horizon_beyond_the_log_is_refused() -> None:
    with pytest.raises(
        CannotAnswer, match="a horizon of 5,000 accepted decisions: 1,000 rows allow 100 to"
    ):
        Walking(horizon=5000).plan(held(log(1000, 5)))


def test_a_log_without_chance_is_refused() -> None:
    rows = log(1000, 6, full=False)
    with pytest.raises(CannotAnswer, match="only the logged action in 1,000 rows"):
        Walking().plan(held(replace(rows, propensity=np.ones(1000))))


def test_of_a_long_log_an_even_share_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_log, "MOST_ROWS", 1000)
    data = held(log(4000, 7))
    assert data.whole == 4000
    assert 880 < len(data) < 1120  # 4 standard deviations
    assert "of 4,000 rows are used" in Walking().plan(data)[1][0]


def test_more_cells_than_memory_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_log, "MOST_CELLS", 1000)
    with pytest.raises(BadValue, match="4,000 rows with 3 actions are too many"):
        held(log(4000, 8))


def test_learners_see_an_intercept_numbers_and_the_most_frequent_categories() -> None:
    rng = np.random.default_rng(1)
    n = 5000
    size = rng.normal(3.0, 2.0, n)
    word = np.minimum(rng.geometric(0.08, n), 60)
    context = {"size": pa.array(size), "word": pa.array([f"w{one}" for one in word])}
    rows = Rows(
        rng.integers(0, 3, n), rng.random(n), np.full(n, 1 / 3), context, index=np.arange(n)
    )
    columns = [
        ContextColumn("size", many=True, moments=Moments().receive(size)),
        ContextColumn("word", numeric=False),
    ]
    data = hold([rows], Features.of(NAMES, columns), NAMES, "positive", n)
    assert data.features.shape == (n, 32)
    assert (data.features[:, 0] == 1).all()
    assert data.features[:, 1] == pytest.approx((size - size.mean()) / size.std())
    assert set(data.features[:, 2:].sum(axis=1)) == {0.0, 1.0}
    assert data.features[:, 2:].sum() == np.sort(np.bincount(word))[-30:].sum()
    assert data.unseen == len(set(word)) - 30


def test_a_row_is_in_no_guess_of_itself() -> None:
    rows = log(1000, 9)
    changed = replace(rows, reward=np.where(np.arange(1000) == 7, 9.0, rows.reward))
    before, after = held(rows).guess, held(changed).guess
    assert np.array_equal(before[7], after[7])
    assert not np.array_equal(before, after)


def test_guesses_for_a_learner_s_log_are_of_earlier_rows() -> None:
    """Changed rewards of the last rows change no guess before them but the first block's."""
    own = learned(1, 1000)
    pmf = np.column_stack([own[f"l_{at}"] for at in range(5)])
    action, index = own["action"].astype(np.int64), np.arange(1000)
    rows = Rows(action, own["reward"], own["p"], logged_pmf=pmf, index=index)
    late = replace(rows, reward=np.where(index >= 900, 1.0 - rows.reward, rows.reward))
    names = tuple("01234")
    before, after = (
        hold([one], Features.of(names, ()), names, "binary", 1000) for one in (rows, late)
    )
    assert before.order.by_past
    assert np.allclose(before.guess[100:900], after.guess[100:900])
    assert not np.allclose(before.guess[950:], after.guess[950:])
