"""What a model of labels must offer to be measured, and how one is found by name.

Tasks, labelers, pools and classes are numbers. A price is that of one label divided by the value of
a right answer, so gains and prices are both chances of a right answer.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BUILT_IN = {
    "labels": "bench.consensus.models.labels:Labels",
    "majority": "bench.consensus.models.majority:Majority",
    "one_coin": "bench.consensus.models.one_coin:OneCoin",
}


class Candidate(NamedTuple):
    """A labeler who could be asked."""

    labeler: int
    pool: int


class Worth(NamedTuple):
    """What asking on is worth at its best, less its price; and the candidate to ask (an index).

    A `gain` of 0 or less means to stop.
    """

    gain: float
    best: int


class OnlineModel(Protocol):
    """A model of labels that learns label by label."""

    def observe(self, task: int, labeler: int, pool: int, answer: int) -> None:
        """Learn a label."""

    def posterior(self, task: int) -> Sequence[float]:
        """Return the chance of each class, as a verdict would give it now, of a closed task too."""

    def value_of_more(
        self, task: int, candidates: Sequence[Candidate], price: float, *, choose: bool
    ) -> Worth:
        """Return what more labels are worth; without `choose`, chance picks the candidate."""

    def close(self, task: int) -> None:
        """Note that the verdict of a task is given."""

    def gold(self, task: int, answer: int) -> None:
        """Learn the truth of a closed task."""

    def confidence(self, top: float) -> float:
        """Return the confidence of an answer whose posterior was `top`, by the map as it is now."""


def find_model(spec: str) -> Callable[[int, int], OnlineModel]:
    """Return what makes a model of so many classes and pools.

    `spec` is a name of `BUILT_IN` or `MODULE:CALLABLE`; `?key=number&key=number` after it are
    keyword arguments.
    """
    name, _, options = spec.partition("?")
    module, _, attribute = BUILT_IN.get(name, name).partition(":")
    make = getattr(import_module(module), attribute)
    pairs = (option.partition("=") for option in options.split("&") if option)
    keywords = {key: float(value) for key, _, value in pairs}

    def new(classes: int, pools: int) -> OnlineModel:
        model: OnlineModel = make(classes, pools, **keywords)
        return model

    return new
