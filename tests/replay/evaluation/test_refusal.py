"""Logs that can't answer are refused, 100 of 100; good logs are answered, 100 of 100."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from bandit.errors import CannotAnswer
from replay import evaluate
from replay.cli.evaluate import evaluate as command

if TYPE_CHECKING:
    from pathlib import Path

    from replay.numerics.arrays import Floats

ACTIONS = ("a", "b", "c", "d")


def softmax(logits: Floats) -> Floats:
    powers: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def log(seed: int, logging: Floats, target: Floats) -> pd.DataFrame:
    """Rows of a policy, with the target's chances as columns t_a to t_d."""
    rng = np.random.default_rng(seed)
    n = len(logging)
    action = (logging.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    rewards = {
        0: (rng.random(n) < 0.1 + 0.2 * action).astype(float),
        1: rng.normal(size=n) + action,
        2: rng.gamma(1.0, 1.0 + action),
    }
    data = {
        "action": np.array(ACTIONS)[action],
        "reward": rewards[seed % 3],
        "propensity": logging[np.arange(n), action],
    }
    return pd.DataFrame(data | {f"t_{name}": target[:, i] for i, name in enumerate(ACTIONS)})


def deterministic(seed: int) -> pd.DataFrame:
    """The log always did what its context said."""
    rng = np.random.default_rng(seed)
    logging = np.eye(4)[rng.integers(0, 4, 2000)]
    return log(seed, logging, np.tile(rng.dirichlet(np.full(4, 2.0)), (2000, 1)))


def never_tried(seed: int) -> pd.DataFrame:
    """The target does, in 5 to 50 % of the rows, what the log never did."""
    rng = np.random.default_rng(seed)
    logging = np.tile([*rng.dirichlet(np.full(3, 5.0)), 0.0], (2000, 1))
    share = rng.uniform(0.05, 0.5)
    target = np.tile([*((1 - share) * rng.dirichlet(np.full(3, 5.0))), share], (2000, 1))
    return log(seed, logging, target)


def far_away(seed: int) -> pd.DataFrame:
    """The target does what the log did in one of 100 rows: worth some 10 to 20 of 1,500."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.006, 0.012)
    rest = (1 - share) * rng.dirichlet(np.full(3, 3.0))
    logging = np.tile([share, *rest], (1500, 1))
    return log(seed, logging, np.tile([1.0, 0.0, 0.0, 0.0], (1500, 1)))


def good(seed: int) -> pd.DataFrame:
    """Two softmax policies of a context that are not far apart."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3000, 1))
    logging = 0.05 + 0.8 * softmax(x * rng.normal(size=4) * 0.7)
    return log(seed, logging, softmax(x * rng.normal(size=4) * 0.7))


@pytest.mark.parametrize("kind", [deterministic, never_tried, far_away], ids=lambda k: k.__name__)
def test_what_has_no_support_is_refused(kind: type) -> None:
    """34 logs of each kind, all refused with a reason and without a number."""
    for seed in range(34):
        answer = evaluate(kind(seed), target="columns:t_")
        assert answer.refused, seed
        assert answer.value is None
        assert not answer.estimates
        assert len(answer.verdict) > len("cannot answer: ")


def test_good_logs_are_answered() -> None:
    """100 logs, three kinds of rewards; none is refused."""
    for seed in range(100):
        answer = evaluate(good(seed), target="columns:t_")
        assert not answer.refused, (seed, answer.verdict)
        assert answer.value is not None


def test_the_command_says_why_and_exits_with_3(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    never_tried(1).to_csv(path, index=False)
    result = CliRunner().invoke(command, [str(path), "--target", "columns:t_"])
    assert isinstance(result.exception, CannotAnswer)
    assert result.exception.exit_code == 3
    assert "the log never has it" in result.output
