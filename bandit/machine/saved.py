"""The saved form of a machine labeler: arrays as bytes, flags as bits, tasks oldest first."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from bandit.errors import StateError
from bandit.machine.inputs import Inputs
from bandit.machine.learner import Learner
from bandit.machine.network import HIDDEN
from bandit.machine.window import SIZE

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


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
        ids=window.ids[kept].tobytes(),
        numbers=window.numbers[kept].tobytes(),
        flags=np.packbits(window.flags[kept], axis=1).tobytes(),
        targets=window.targets[kept].tobytes(),
        scales=np.stack([scales.count, scales.mean, scales.variance]).tobytes(),
        weights=np.stack([network.weights, network.moments, network.means]).tobytes(),
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
    scales.restore(*array(state.scales, np.float64, 3, numbers))
    window.grow(numbers, flags, classes)
    kept = np.arange(state.added - state.kept, state.added) % SIZE
    window.numbers[kept] = array(state.numbers, np.float32, state.kept, numbers)
    packed = array(state.flags, np.uint8, state.kept, (flags + 7) // 8)
    window.flags[kept] = np.unpackbits(packed, axis=1, count=flags)
    window.targets[kept] = array(state.targets, np.float16, state.kept, classes)
    window.ids[kept] = array(state.ids, np.uint64, state.kept)
    window.restore(state.added, state.kept)
    network.width, network.classes = 1 + numbers + flags, classes
    size = network.width * (HIDDEN + classes) + HIDDEN * classes
    network.restore(state.steps, *array(state.weights, np.float32, 3, size))
    return learner


def array(data: bytes, kind: DTypeLike, *shape: int) -> NDArray[Any]:
    """Return the array of a shape that `data` holds, as a copy that may be changed.

    Raises
    ------
    StateError
        If it holds another number of values.

    Examples
    --------
    >>> array(np.arange(4.0).tobytes(), np.float64, 2, 2).tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    wanted = int(np.prod(shape)) * np.dtype(kind).itemsize
    if len(data) != wanted:
        msg = f"saved machine labeler: an array of {len(data)} bytes, where {wanted} should be"
        raise StateError(msg)
    return np.frombuffer(data, kind).reshape(shape).copy()
