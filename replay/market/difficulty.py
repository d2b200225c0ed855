"""Hidden difficulty of tasks in several functional forms: what makes labelers err on some of them.

tempting   a share of tasks is hard; on these, labelers of a misled pool name the task's tempting
           wrong class with chance FOLLOW
rasch      each task takes something off everybody's log-odds to be right, and labelers err
           independently (Rasch 1960; Whitehill et al. 2009 have a factor in its place)
ambiguous  a share of tasks lies between two classes: each label is one of the two, by a coin
visible    what a task takes off the log-odds grows with the number `blur` among its features

Everything is a keyed draw of the task, the pool and the labeler.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from bandit.draw import draw
from bandit.settings import Section
from replay.market.labelers import other
from replay.market.tasks import normal

if TYPE_CHECKING:
    from replay.market.pools import PoolSpec
    from replay.market.tasks import TrueTask

FOLLOW = 0.8  # of a misled pool's labelers; the others see through it
BLUR = "blur"


class Form(Protocol):
    """One form of difficulty."""

    def instead(self, seed: int, one: TrueTask, spec: PoolSpec, who: int) -> str | None:
        """What a labeler says in place of an answer of their own; `None`: nothing."""

    def log_odds(self, seed: int, one: TrueTask) -> float:
        """What is added to the log-odds of being right."""


class Tempting(Section, frozen=True, tag_field="form", tag="tempting"):
    """Hard tasks have a wrong class that misled pools name together."""

    share: float

    def is_hard(self, seed: int, one: TrueTask) -> bool:
        """Whether a task is hard."""
        return draw(seed, one.task.task, 0, "hard") < self.share

    def misleads(self, seed: int, one: TrueTask, spec: PoolSpec) -> bool:
        """Whether a task is hard and a pool's labelers are misled on it."""
        return (
            self.is_hard(seed, one)
            and draw(seed, one.task.task, 0, f"{spec.name}: misled") < spec.misled
        )

    def instead(self, seed: int, one: TrueTask, spec: PoolSpec, who: int) -> str | None:
        if not self.misleads(seed, one, spec):
            return None
        name = one.task.task
        if draw(seed, name, who, f"{spec.name}: follows") >= FOLLOW:
            return None
        return other(one, draw(seed, name, 0, "tempting"))

    def log_odds(self, seed: int, one: TrueTask) -> float:
        return 0.0


class Rasch(Section, frozen=True, tag_field="form", tag="rasch"):
    """Every task is somewhat hard or easy; `spread` is the standard deviation in log-odds."""

    spread: float

    def instead(self, seed: int, one: TrueTask, spec: PoolSpec, who: int) -> str | None:
        return None

    def log_odds(self, seed: int, one: TrueTask) -> float:
        return -self.spread * normal(seed, one.task.task, 0, "rasch")


class Ambiguous(Section, frozen=True, tag_field="form", tag="ambiguous"):
    """Tasks between two classes."""

    share: float

    def instead(self, seed: int, one: TrueTask, spec: PoolSpec, who: int) -> str | None:
        name = one.task.task
        if draw(seed, name, 0, "ambiguous") >= self.share:
            return None
        if draw(seed, name, who, f"{spec.name}: coin") < 0.5:
            return one.truth
        return other(one, draw(seed, name, 0, "rival"))

    def log_odds(self, seed: int, one: TrueTask) -> float:
        return 0.0


class Visible(Section, frozen=True, tag_field="form", tag="visible"):
    """A feature tells how hard a task is; `weight` is what the most blurred loses in log-odds."""

    weight: float

    def instead(self, seed: int, one: TrueTask, spec: PoolSpec, who: int) -> str | None:
        return None

    def log_odds(self, seed: int, one: TrueTask) -> float:
        return -self.weight * blur(seed, one.task.task)


MOST = 700.0
"""Log-odds, beyond which a chance is 0 or 1 to the last digit; exp(710) is no float any more."""

Difficulty = Tempting | Rasch | Ambiguous | Visible


def blur(seed: int, task: str) -> float:
    """How blurred a task is, in [0, 1)."""
    return round(draw(seed, task, 0, BLUR), 4)


def with_log_odds(chance: float, added: float) -> float:
    """Add to the log-odds of a chance.

    Examples
    --------
    >>> with_log_odds(0.5, 0.0), round(with_log_odds(0.9, -math.log(9.0)), 3)
    (0.5, 0.5)
    >>> with_log_odds(0.9, -1e6) < 1e-300, with_log_odds(0.9, 1e6)
    (True, 1.0)
    """
    odds = math.log(chance / (1.0 - chance)) + added
    return 1.0 / (1.0 + math.exp(min(-odds, MOST)))
