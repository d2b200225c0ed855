"""The tuner: it chooses what is best live, and says how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bandit.errors import BadValue, CannotAnswer, ConfigError
from bandit.settings import PolicySettings
from replay.learning.config import ONE_REPLAY, Walking
from replay.tune.answer import TuneRequest, answer
from replay.tune.candidates import grid
from replay.tune.tune import tune
from tests.replay.learning.market import RIGHT, held, live, log
from tests.replay.learning.table import as_table
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from replay.tune.result import Tuning

FEW = grid(["epsilon_greedy"], [0.02, 0.2, 0.9])


def run(**options: Any) -> Tuning:
    given: dict[str, Any] = {"context": ["type"], "candidates": FEW, "replays": 4}
    return tune(as_table(), **given | options)


def test_it_chooses_as_live_runs_would_and_not_the_smallest_rate() -> None:
    """8 logs of 4,000 rows: what is chosen loses at most 15 % of the gap in 6 of them at least.

    200 live runs of .02, .2 and .9: only .2 is as near, so choosing at random 6 of 8 have a chance
    of .02; and the smallest rate isn't the best one.
    """
    horizon = 600
    truth = live(FEW, horizon, 200).mean(axis=1)
    gap = truth.max() - RIGHT.mean()
    assert truth.argmax() != 0
    good = 0
    for seed in range(8):
        walking = Walking(horizon=horizon, replays=5, seed=seed)
        found = answer(held(log(4000, 700 + seed)), TuneRequest(FEW, walking=walking))
        good += truth.max() - truth[found.chosen] <= 0.15 * gap
    assert good >= 6


def test_intervals_and_differences_fit_together() -> None:
    found = run()
    assert found.horizon > 800
    assert found.replays == 4
    for at, one in enumerate(found.candidates):
        assert one.earns.low < one.earns.value < one.earns.high
        assert one.over_today.value == pytest.approx(one.earns.value - found.today_earns.value)
        assert one.under_best.value == pytest.approx(found.best.earns.value - one.earns.value)
        assert (one.under_best.value == 0) == (at == found.chosen)
        assert one.refused is None
    assert found.apart == all(
        one.under_best.low > 0 for at, one in enumerate(found.candidates) if at != found.chosen
    )


def test_exploring_costs_today_and_buys_precision_tomorrow() -> None:
    widths = [one.tomorrow_width for one in run().candidates]
    assert widths == sorted(widths, reverse=True)
    half = run(tasks=12_000).candidates[0].tomorrow_width
    assert half == pytest.approx(widths[0] / 2, rel=0.01)


def test_the_smallest_floor_for_a_precision_or_none() -> None:
    found = run(precision=0.06)
    assert found.floor is not None
    assert found.floor.floor is not None
    assert found.floor.width <= 0.06
    assert run(precision=1e-6).floor.floor is None  # type: ignore[union-attr]  # a precision was wished


def test_today_may_be_a_policy_that_learns_too(tmp_path: Path) -> None:
    path = tmp_path / "worker.toml"
    path.write_text('[policy]\nexplorer = "epsilon_greedy"\nrate = 0.2\n[worker]\nmax_open = 5\n')
    found = run(today=path)
    assert found.today == "epsilon_greedy 0.2, floor 0.02"
    assert len(found.candidates) == 3
    assert found.candidates[1].over_today.value == pytest.approx(0.0)
    assert found.candidates[1].over_today.high == pytest.approx(0.0)


def test_our_own_log_is_tuned_by_asks_as_this_replay(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log.db", simulate(World(), 900, seed=1))
    found = tune(path, candidates=FEW)
    assert found.unit == "ask"
    assert found.words == ONE_REPLAY
    assert all(one.history_sd is None for one in found.candidates)
    assert "learners have no context" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"new": "greedy"}, BadValue, "uniform or always:ACTION"),
        ({"new": "always:vendr"}, BadValue, "did you mean 'vendor'"),
        ({"level": 1.0}, BadValue, "level is 1"),
        ({"percentile": 0.7}, BadValue, "percentile is 0.7"),
        ({"worth": 0.0}, BadValue, "worth is 0"),
        ({"candidates": []}, ConfigError, "no candidates"),
        ({"rate": [1.0]}, ConfigError, "in a file or by explorer"),
        ({"candidates": None, "explorer": ["best"]}, ConfigError, "explorer 'best' is unknown"),
        ({"horizon": 10_000}, CannotAnswer, "a horizon of 10,000 accepted decisions"),
        ({"candidates": [PolicySettings(name="cheapest")]}, ConfigError, "depends on prices"),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_one_line(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        run(**options)


def test_a_log_that_can_say_of_nobody_is_refused() -> None:
    """One label in a thousand is right: too few rewards speak about anything."""
    rare = np.where(np.arange(3000) % 1000 == 999, 1.0, 0.0)
    with pytest.raises(CannotAnswer, match="effective number of non-zero weighted rewards"):
        tune(as_table(reward=rare), context=["type"], candidates=FEW, replays=4)
