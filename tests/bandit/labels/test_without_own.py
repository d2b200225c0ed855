"""What a task's own labels taught of their labelers is left out when the task is weighed."""

from __future__ import annotations

import numpy as np
import pytest

from bandit.labels.label_shares import without_own
from bandit.labels.model import LabelModel
from tests.bandit.labels.simulated import Simulation, symmetric

CLASSES = ("c0", "c1")


@pytest.mark.parametrize("later", [0, 3])
def test_labelers_of_one_task_are_as_if_they_had_never_labeled_it(later: int) -> None:
    """Later labels of the same labelers stay, and by each of them the task's fade."""
    simulation = Simulation({"a": {f"w{i}": symmetric(0.8, 2) for i in range(40)}}, (0.5, 0.5), 1)
    model, other = LabelModel(), LabelModel()
    for one in (model, other):
        simulation = Simulation(simulation.rows, (0.5, 0.5), 1)
        simulation.teach(one, 60, {"a": 2})
    tasks = ["own", *(f"later{number}" for number in range(later))]
    for one, some in ((model, tasks), (other, tasks[1:])):
        for task in some:
            for name in ("new1", "new2"):
                one.observe(task, CLASSES, "a", name, "c0")
        one.learn()
    slots = [model.labelers.slots[name] for name in ("new1", "new2")]
    counts, own = model.labelers.of(slots), model.window.tasks["own"]
    left = without_own(counts.copy(), slots, own, model.labelers)
    assert (counts - left).sum(axis=(1, 2, 3)) == pytest.approx(2.0 * 0.998**later, abs=1e-5)
    if later:
        same = [other.labelers.slots[name] for name in ("new1", "new2")]
        assert np.allclose(left, other.labelers.of(same), atol=0.1)
    else:
        assert np.allclose(left, 0.0, atol=1e-6)
