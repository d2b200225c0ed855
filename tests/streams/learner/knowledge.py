"""What a brain knows, to be compared: all it saves, and what its model predicts, to the last bit.

The model's own bytes also count how often it was asked, which is no knowledge: a worker asks it, a
mere fold of the rewards does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bandit.learn import saved_brain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.events import Reward
    from bandit.learn.brain import Brain


def knowledge(brain: Brain, rewards: Iterable[Reward]) -> dict[str, Any]:
    """Return what `brain` knows; the model is probed with what `rewards` were decided on."""
    known: dict[str, Any] = msgspec.structs.asdict(saved_brain.read(brain.to_bytes()))
    known["quality"] = [
        brain._quality.model.predict(reward.features, pools, reward.project, apart)
        for reward in rewards
        for pools in ({reward.pool or "": reward.signals},)
        for apart in ((), pools)
    ]
    return known
