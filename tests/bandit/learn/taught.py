"""A brain whose machine labeler has learned what features say, from rewards by hand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from bandit.draw import draw
from bandit.learn.brain import Brain
from bandit.settings import Settings
from tests.bandit.learn.test_records import reward

if TYPE_CHECKING:
    from bandit.events import Feature, Reward

TASKS = 300
CLASSES = ("yes", "no")


def features_of(number: int) -> dict[str, Feature]:
    """Those of the task of this number, of which the even ones are yes."""
    noise = draw(1, f"taught{number}", 0)
    return {"x": (2.0 if number % 2 == 0 else -2.0) + noise, "kind": f"k{number % 3}"}


def label(number: int, ask: int, labels: int = 2, **fields: object) -> Reward:
    """The reward of a label without gold, of one of twenty labelers who are right nine in ten."""
    right = draw(1, f"taught{number}", ask) < 0.9
    answer = CLASSES[(number + (not right)) % 2]
    made = reward(number, right=right, labeler=f"w{(number + 7 * ask) % 20}", answer=answer)
    changed: dict[str, object] = {
        "ask": ask,
        "basis": "consensus",
        "target": {"yes": 0.5, "no": 0.5},
        "quality": 0.5,
        "features": {**features_of(number), "poolwise.labels": float(ask - 1)},
        "machine_labels": labels,
    }
    return msgspec.structs.replace(made, **(changed | fields))


def gold(number: int, truth: str, ask: int = 1, **fields: object) -> Reward:
    """The second revision of a label's reward, by gold."""
    known: dict[str, object] = {"revision": 1, "previous_basis": "consensus", "basis": "gold"}
    known |= {"target": truth, "quality": 1.0}
    return msgspec.structs.replace(label(number, ask), **(known | fields))


@lru_cache(maxsize=2)
def taught_bytes(tasks: int = TASKS) -> bytes:
    """The brain after so many tasks with two labels each."""
    brain = Brain(Settings())
    for number in range(tasks):
        for ask in (1, 2):
            brain.learn(label(number, ask))
    return brain.to_bytes()


def taught(settings: Settings, tasks: int = TASKS) -> Brain:
    """Such a brain."""
    return Brain.from_bytes(settings, taught_bytes(tasks))
