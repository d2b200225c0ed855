"""Spammers: labelers whose answers don't come from the task, by how they make them up.

random    any class, drawn for each task
constant  one class, the labeler's own
gang      what the leader of the gang says about the task: right with chance GANG_RIGHT, otherwise
          one wrong class, the same from every member in whatever pool
sleeper   honest until a moment of their own in the stream, from then on any class
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.draw import draw
from replay.market.labelers import other

if TYPE_CHECKING:
    from replay.market.pools import PoolSpec, SpammerKind
    from replay.market.tasks import TrueTask

GANG_RIGHT = 0.3  # of the leader's answers; with five classes hardly better than chance
LEADER = "gang"


class Spammers:
    """The spammers of a pool, and what each of them says."""

    def __init__(self, spec: PoolSpec, seed: int) -> None:
        self._pool, self._seed = spec.name, seed
        self.kinds: dict[int, SpammerKind] = {}
        for who in range(spec.labelers if spec.spammer_share else 0):
            if draw(seed, spec.name, who, "spammer") < spec.spammer_share:
                kind = int(draw(seed, spec.name, who, "kind of spammer") * len(spec.spammers))
                self.kinds[who] = spec.spammers[kind]

    def said(self, true_task: TrueTask, who: int) -> str | None:
        """What spammer `who` says about a task; `None` from an honest labeler."""
        kind = self.kinds.get(who)
        if kind is None:
            return None
        name, classes = true_task.task.task, true_task.task.classes
        if kind == "sleeper" and self._awake(true_task, who):
            return None
        if kind in ("random", "sleeper"):
            return classes[int(self._draw(name, who, f"{self._pool}: spam") * len(classes))]
        if kind == "constant":
            return self._constant(who, classes)
        if self._draw(name, 0, f"{LEADER}: right") < GANG_RIGHT:
            return true_task.truth
        return other(true_task, self._draw(name, 0, f"{LEADER}: other"))

    def chances(self, true_task: TrueTask, who: int) -> dict[str, float] | None:
        """Chance of each class to be named by spammer `who`; `None` for an honest labeler."""
        kind, classes = self.kinds.get(who), true_task.task.classes
        if kind is None or (kind == "sleeper" and self._awake(true_task, who)):
            return None
        if kind == "constant":
            said = self._constant(who, classes)
            return {name: float(name == said) for name in classes}
        if kind == "gang":
            rest = (1.0 - GANG_RIGHT) / (len(classes) - 1)
            return {name: GANG_RIGHT if name == true_task.truth else rest for name in classes}
        return dict.fromkeys(classes, 1.0 / len(classes))

    def _awake(self, true_task: TrueTask, who: int) -> bool:
        return true_task.progress < self._draw(self._pool, who, "falls asleep")

    def _constant(self, who: int, classes: tuple[str, ...]) -> str:
        return classes[int(self._draw(self._pool, who, "constant class") * len(classes))]

    def _draw(self, key: str, number: int, purpose: str) -> float:
        return draw(self._seed, key, number, purpose)
