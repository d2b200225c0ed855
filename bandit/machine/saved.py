"""The saved form of a machine labeler: arrays as bytes, flags as bits, tasks oldest first."""

from __future__ import annotations

from copy import deepcopy

import msgspec
import numpy as np

from bandit.errors import StateError
from bandit.machine.inputs import Inputs
from bandit.machine.learner import Learner
from bandit.machine.network import HIDDEN
from bandit.machine.sources import Sources
from bandit.machine.surprise import Surprise
from bandit.machine.window import SIZE
from bandit.packed import from_bytes, to_bytes


class SavedLearner(msgspec.Struct, frozen=True):
    """The state of a learner; shapes follow from the number of numbers, flags and classes."""

    classes: int
    inputs: Inputs
    added: int
    kept: int
    steps: int
    ids: bytes
    numbers: bytes
    flags: bytes
    targets: bytes
    scales: bytes
    weights: bytes
    foreseen: bytes = b""
    views: int = 1


class SavedMachine(msgspec.Struct, frozen=True):
    """The state of a machine labeler."""

    classes: list[str]
    surprise: Surprise
    scores: bytes
    frequencies: bytes
    learner: SavedLearner
    sources: Sources = msgspec.field(default_factory=Sources)
    of_gold: bytes = b""


def save(learner: Learner) -> SavedLearner:
    """Return the state of a learner, which may go on learning."""
    window, network, scales = learner.window, learner.network, learner.scales
    kept = np.arange(window.added - len(window), window.added) % SIZE
    return SavedLearner(
        classes=network.classes,
        inputs=deepcopy(learner.inputs),
        added=window.added,
        kept=len(window),
        steps=network.steps,
        ids=to_bytes(window.ids[kept]),
        numbers=to_bytes(window.numbers[kept]),
        flags=to_bytes(np.packbits(window.flags[kept], axis=1)),
        targets=to_bytes(window.targets[kept]),
        scales=to_bytes(np.stack([scales.count, scales.mean, scales.variance])),
        weights=to_bytes(np.stack([network.weights, network.moments, network.means])),
        foreseen=to_bytes(window.foreseen[kept]),
        views=window.foreseen.shape[1],
    )


def load(state: SavedLearner) -> Learner:
    """Return the learner of a state; it goes on exactly as the one that was saved.

    Raises
    ------
    StateError
        If its parts don't fit together.
    """
    numbers, flags, classes = len(state.inputs.anchors), len(state.inputs.flags.seen), state.classes
    if not 0 <= state.kept <= min(state.added, SIZE) or classes < 0:
        raise StateError(f"saved machine labeler: {state.kept} tasks kept of {state.added}")
    learner = Learner()
    learner.inputs = deepcopy(state.inputs)
    scales, window, network = learner.scales, learner.window, learner.network
    scales.restore(*from_bytes(state.scales, np.float64, 3, numbers))
    window.grow(numbers, flags, classes)
    kept = np.arange(state.added - state.kept, state.added) % SIZE
    window.numbers[kept] = from_bytes(state.numbers, np.float32, state.kept, numbers)
    bits = from_bytes(state.flags, np.uint8, state.kept, (flags + 7) // 8)
    window.flags[kept] = np.unpackbits(bits, axis=1, count=flags)
    window.targets[kept] = from_bytes(state.targets, np.float16, state.kept, classes)
    window.add_views(state.views - 1)
    if state.foreseen:
        views = from_bytes(state.foreseen, np.float16, state.kept, state.views, classes)
        window.foreseen[kept] = views
    window.ids[kept] = from_bytes(state.ids, np.uint64, state.kept)
    window.restore(state.added, state.kept)
    network.width, network.classes = 1 + numbers + flags, classes
    size = network.width * (HIDDEN + classes) + HIDDEN * classes
    network.restore(state.steps, *from_bytes(state.weights, np.float32, 3, size))
    return learner
