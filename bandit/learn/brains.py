"""Brains of a live test: one that is shared, and one of each arm that learns for itself.

Rule 1: which brain learns a reward is determined by the reward and the settings: that of its arm
in the running test, if the arm has its own; else the shared one.
Rule 2: an own brain begins as a copy of the shared one, as that is when the first reward of the
test is learned. So the arms begin with equal knowledge, and a fold of the log alone says what each
knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.learn.brain import Brain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Reward
    from bandit.settings import Settings


class Brains:
    """The shared brain, and the own brains of the arms of the test in `settings`.

    Examples
    --------
    >>> from bandit.settings import Settings
    >>> brains = Brains(Settings(), Brain(Settings()))
    >>> brains.of("a") is brains.shared, brains.own_bytes()
    (True, {})
    """

    def __init__(self, settings: Settings, shared: Brain) -> None:
        self._settings = settings
        self.shared = shared
        self.own: dict[str, Brain] = {}
        test = settings.experiment
        self.experiment = None if test is None else test.name
        self._apart: tuple[str, ...] = ()
        if test is not None:
            self._apart = tuple(
                name for name, arm in test.arms.items() if arm.has_own_brain(settings.policy)
            )

    @property
    def position(self) -> int:
        """Most rewards that any of them has learned."""
        return max(brain.position for brain in (self.shared, *self.own.values()))

    def of(self, arm: str | None) -> Brain:
        """Return the brain of an arm: the shared one before the test's first reward."""
        return self.shared if arm is None else self.own.get(arm, self.shared)

    def learn(self, reward: Reward) -> bool:
        """Learn from the next reward of the log; return whether arms got brains of their own."""
        is_ours = reward.experiment is not None and reward.experiment == self.experiment
        if not is_ours or reward.arm is None or not self._apart:
            self.shared.learn(reward)
            return False
        begun = self._begin()
        self.of(reward.arm).learn(reward)
        return begun

    def own_bytes(self) -> dict[str, bytes]:
        """Return the own brains as bytes, by test and arm: those of another test aren't adopted."""
        return {
            self._key(name): self.own[name].to_bytes() for name in self._apart if name in self.own
        }

    def adopt(self, data: bytes, own: Mapping[str, bytes]) -> None:
        """Replace all by what was saved; arms that none is saved for begin anew.

        Raises
        ------
        StateError
            If one of them can't be read; nothing has changed then.
        """
        brains = {
            name: Brain.from_bytes(self._settings, own[key])
            for name in self._apart
            if (key := self._key(name)) in own
        }
        self.shared.adopt(data)
        self.own = brains

    def _key(self, arm: str) -> str:
        return f"{self.experiment}/{arm}"

    def _begin(self) -> bool:
        """Give each arm that learns for itself a brain; return whether one had none."""
        missing = [name for name in self._apart if name not in self.own]
        data = self.shared.to_bytes() if missing else b""
        self.own |= {name: Brain.from_bytes(self._settings, data) for name in missing}
        return bool(missing)
