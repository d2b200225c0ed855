"""Attacks where only the logged action's chances are known: large weights that were not drawn.

The table has the logged action's propensity and its chance under the target, nothing of the other
actions. `aligned` rewards are high for what the target prefers and low for what the log prefers, so
that weights that were not drawn stand for rewards unlike those that were. Contexts are 5,000 fixed
points, so that truths are exact.

The constants of replay/stats/unseen_tail.py were compared on these designs: only seeds from 9,000
on are fresh, the designs themselves never.
"""

from __future__ import annotations

from functools import lru_cache, partial
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.attacks.attack import Attack
from bench.simulated.designs import softmax

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

POINTS, NUMBERS = 5_000, 3
BATCH = 100
"""Rows after which a logger that learns changes its policy."""

ASKED = {"target": "column:chance", "context": [f"x{i}" for i in range(NUMBERS)]}


class Blind(NamedTuple):
    """A design: softmax policies of linear scores.

    Attributes
    ----------
    name
        What is special about it.
    logging, target
        Scales of the scores; an infinite one is deterministic, 0 uniform.
    actions
        How many.
    floor
        Least chance of an action in the log.
    alike
        Correlation of the two policies' scores.
    reward
        `rate` and a number, `real`, or `dollars`.
    aligned
        Whether rewards go with what the target prefers.
    learns
        Whether the logging policy moves with the rewards.
    """

    name: str
    logging: float
    target: float
    actions: int = 10
    floor: float = 0.0
    alike: float = 0.0
    reward: str = "real"
    aligned: bool = True
    learns: bool = False


class World(NamedTuple):
    """Contexts (POINTS, NUMBERS), and by context and action the two pmfs and the mean reward."""

    contexts: Floats
    logging: Floats
    target: Floats
    mean: Floats

    def truth(self) -> float:
        """Return the target's mean reward."""
        return float((self.target * self.mean).sum(axis=1).mean())

    def pess_share(self) -> float:
        """Expected effective sample size as a share of the rows."""
        squares = np.divide(
            self.target**2, self.logging, out=np.zeros_like(self.mean), where=self.target > 0
        )
        return 1.0 / float(squares.sum(axis=1).mean())


@lru_cache(maxsize=4)
def world(design: Blind) -> World:
    """Return all that a design fixes."""
    rng = np.random.default_rng([10, design.actions, *design.name.encode()])
    x = rng.normal(size=(POINTS, NUMBERS))
    logs, own, other = rng.normal(size=(3, NUMBERS, design.actions))
    wants = design.alike * logs + np.sqrt(1 - design.alike**2) * own
    logging = design.floor + (1 - design.floor * design.actions) * _policy(x @ logs, design.logging)
    score = x @ wants - 0.5 * x @ logs if design.aligned else x @ other
    return World(x, logging, _policy(x @ wants, design.target), _mean(score, design.reward))


def make(design: Blind, rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Return the columns of a log of n rows."""
    contexts, logging, target, mean = world(design)
    at, rows = rng.integers(0, POINTS, n), np.arange(n)
    action, propensity = np.empty(n, np.int64), np.empty(n)
    reward, gained = np.empty(n), np.zeros((2, design.actions))
    for start in range(0, n, BATCH if design.learns else n):
        part = rows[start : start + BATCH] if design.learns else rows
        chances = logging[at[part]]
        if design.learns:
            liked = gained[1] / np.maximum(gained[0], 1.0)
            chances = chances * np.exp(liked - liked.max())
            chances = 0.02 / design.actions + 0.98 * chances / chances.sum(axis=1, keepdims=True)
        drawn = (chances.cumsum(axis=1) > rng.random((len(part), 1))).argmax(axis=1)
        action[part], propensity[part] = drawn, chances[rows[: len(part)], drawn]
        reward[part] = _draw(rng, mean[at[part], drawn], design.reward)
        gained[0] += np.bincount(drawn, minlength=design.actions)
        gained[1] += np.bincount(drawn, weights=reward[part], minlength=design.actions)
    return {
        "action": np.char.add("a", action.astype(str)),
        "reward": reward,
        "propensity": propensity,
        "chance": target[at, action],
        **{f"x{i}": contexts[at, i] for i in range(NUMBERS)},
    }


def _policy(scores: Floats, scale: float) -> Floats:
    if np.isinf(scale):
        sure: Floats = np.eye(scores.shape[1])[scores.argmax(axis=1)]
        return sure
    return softmax(scores * scale)


def _mean(score: Floats, reward: str) -> Floats:
    if reward == "real":
        return score
    raised: Floats = np.exp(0.4 * score - 0.32)
    return 2.0 * raised if reward == "dollars" else np.minimum(float(reward) * raised, 0.95)


def _draw(rng: np.random.Generator, mean: Floats, reward: str) -> Floats:
    if reward == "real":
        return mean + rng.normal(size=len(mean))
    if reward == "dollars":
        return mean * rng.lognormal(-0.72, 1.2, len(mean))
    return (rng.random(len(mean)) < mean).astype(np.float64)


SURE = float("inf")
POLICIES = (
    Blind("softmax 1 against 1", 1.0, 1.0),
    Blind("softmax 1.5 against 2, floor .01", 1.5, 2.0, floor=0.01),
    Blind("softmax 2 against 1.7, floor .002", 2.0, 1.7, floor=0.002),
    Blind("softmax 2 against 2", 2.0, 2.0),
    Blind("softmax 3 against 1", 3.0, 1.0),
    Blind("softmax 3 against 1, floor .01", 3.0, 1.0, floor=0.01),
    Blind("softmax 1 against 3", 1.0, 3.0),
    Blind("5 actions, 3 against 2", 3.0, 2.0, actions=5),
    Blind("5 actions, 2 against 1.5, alike", 2.0, 1.5, actions=5, alike=0.8),
    Blind("50 actions, 1 against 1.5", 1.0, 1.5, actions=50),
    Blind("50 actions, 1 against 1, floor .005", 1.0, 1.0, actions=50, floor=0.005),
    Blind("200 actions, 1 against 1", 1.0, 1.0, actions=200),
    Blind("200 actions, .5 against .7", 0.5, 0.7, actions=200),
    Blind("deterministic target", 1.0, SURE),
    Blind("deterministic target, floor .02", 1.0, SURE, floor=0.02),
    Blind("near-deterministic log, .01", SURE, 1.0, floor=0.001),
    Blind("near-deterministic log, .001, target alike", SURE, SURE, floor=0.0001, alike=0.97),
    Blind("near-deterministic log, .05, target alike", SURE, 2.0, floor=0.005, alike=0.9),
    Blind("uniform target", 1.5, 0.0),
    Blind("alike, 3 against 3", 3.0, 3.0, alike=0.9),
    Blind("a learner", 1.0, 1.0, learns=True),
    Blind("a learner, deterministic target", 0.5, SURE, learns=True),
)
REWARDS = (("real", True), ("real", False), ("dollars", True), ("0.4", True), ("0.12", True))
RARE = ("0.01", True)


def _attack(design: Blind) -> Attack:
    goal = 0.92 if design.reward == "dollars" else 0.93
    kind = f"{design.reward}{' aligned' if design.aligned else ''}"
    name = f"blind: {design.name}, {kind}"
    found = world(design)
    share = nan if design.learns else found.pess_share()
    return Attack(name, goal, found.truth(), partial(make, design), dict(ASKED), pess_share=share)


ATTACKS = tuple(
    _attack(policy._replace(reward=reward, aligned=aligned))
    for policy in POLICIES
    for reward, aligned in ((*REWARDS, RARE) if "floor" in policy.name else REWARDS)
)
