"""Of many classes, the likeliest are looked ahead one by one, and the rest together."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bandit.engine import checks
from bandit.errors import EventError
from bandit.events import Decision
from bandit.labels import look_ahead
from bandit.labels.model import LabelModel
from bandit.labels.weighed import Answer
from tests.bandit.small import LABEL, TASK, change, engine

if TYPE_CHECKING:
    from bandit.labels.look_ahead import Outlook

POOLS = {"a": 0.7, "b": 0.9}


def outlook(n_classes: int, n_labels: int, *, even: bool) -> Outlook:
    """Return the outlook of a task whose labels disagree, by a model that knows two labelers."""
    model, chance = LabelModel(), random.Random(1)
    classes = tuple(f"c{i}" for i in range(n_classes))
    for number in range(60):
        truth = chance.randrange(12)
        for pool, right in POOLS.items():
            said = truth if chance.random() < right else chance.randrange(12)
            model.observe(f"t{number}", classes[:12], pool, f"of {pool}", classes[said])
    labels = [Answer("a", "of a", classes[3]), Answer("b", "of b", classes[5])]
    prior = np.random.default_rng(1).dirichlet(np.full(n_classes, 0.5))
    weighed = model.weigh(
        classes,
        labels[:n_labels],
        None if even else dict(zip(classes, prior.tolist(), strict=True)),
    )
    return look_ahead.outlook(weighed, model.pool_rows(classes, tuple(POOLS)), tuple(POOLS))


@pytest.mark.parametrize("n_labels", [0, 1, 2])
@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("most", [1, 2])
def test_it_is_worth_nearly_what_it_is_when_all_are_followed(
    n_labels: int, most: int, *, even: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within 4 % of the worth of a right answer, with 40 classes: 25 stand together."""
    costs = [0.02, 0.03]
    together = outlook(40, n_labels, even=even)
    monkeypatch.setattr(look_ahead, "FOLLOWED", 40)
    apart = outlook(40, n_labels, even=even)
    assert (together.rest, apart.rest) == (25, 1)
    found = together.values_usd(costs, 1.0, most)
    assert found == pytest.approx(apart.values_usd(costs, 1.0, most), abs=0.04)
    assert together.joint.sum() == pytest.approx(1.0)
    ahead = together.values_of_one(costs, 1.0, 3)
    assert ahead == pytest.approx(apart.values_of_one(costs, 1.0, 3), abs=1e-3)


def test_the_most_classes_are_decided_in_little_memory() -> None:
    classes = tuple(f"c{i}" for i in range(checks.MOST_CLASSES))
    made = engine()
    tracemalloc.start()
    out = made.receive(change(TASK, classes=classes))
    out += made.receive(change(LABEL, answer="c7"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len([one for one in out if isinstance(one, Decision)]) == 2
    assert peak < 300e6


def test_more_classes_are_refused_in_one_short_line() -> None:
    classes = tuple(f"c{i}" for i in range(checks.MOST_CLASSES + 1))
    with pytest.raises(EventError, match="task 't1': 501 classes: must be 500 or fewer") as raised:
        checks.task(change(TASK, classes=classes))
    assert raised.value.rule == "bad_classes"
