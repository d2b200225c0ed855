"""Action probabilities of many policies at once: each with its explorer, rate and floor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import ConfigError, nearest
from replay.learning.explorers import EXPLORERS, fixed, uniform, with_floor
from replay.targets.policy_file import LEARNS, check_replayable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.settings import PolicySettings
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True)
class Kind:
    """Lanes from `start` up to `stop` that explore alike; `pool` is an action's index."""

    start: int
    stop: int
    name: str
    explorer: str
    pool: int


@dataclass(frozen=True, slots=True, eq=False)
class Policies:
    """L policies: runs of lanes of a kind; `rate` and `floor` have shape (L, 1, 1)."""

    kinds: tuple[Kind, ...]
    rate: Floats
    floor: Floats

    @classmethod
    def of(
        cls,
        candidates: Sequence[PolicySettings],
        actions: Sequence[str],
        replays: int = 1,
        worth: float = 1.0,
    ) -> Policies:
        """Lay out lanes: all replays of the first candidate, then those of the second ...

        Rates by value are for values in units of `worth`, as in the worker.

        Raises
        ------
        ConfigError
            If a policy can't be replayed, or always asks for what the log never names.
        """
        for policy in candidates:
            check_policy(policy, actions)

        def kind(at: int) -> tuple[str, str, int]:
            policy = candidates[at]
            pool = list(actions).index(policy.pool or "") if policy.name == "fixed" else -1
            return policy.name, policy.explorer if policy.name == LEARNS else "", pool

        kinds = []
        for (name, explorer, pool), group in groupby(range(len(candidates)), kind):
            members = list(group)
            start, stop = members[0] * replays, (members[-1] + 1) * replays
            kinds.append(Kind(start, stop, name, explorer, pool))

        def lanes(values: list[float]) -> Floats:
            return np.repeat(np.array(values, dtype=float), replays)[:, None, None]

        rate = [c.rate if c.explorer == "epsilon_greedy" else c.rate / worth for c in candidates]
        return cls(tuple(kinds), lanes(rate), lanes([c.explore_floor for c in candidates]))

    def of_lane(self, lane: int) -> Policies:
        """Return the policy of one lane alone."""
        kind = next(kind for kind in self.kinds if kind.start <= lane < kind.stop)
        own = slice(lane, lane + 1)
        return Policies((replace(kind, start=0, stop=1),), self.rate[own], self.floor[own])

    def pmf(
        self,
        values: Floats,
        learned: Floats,
        can: Floats | None,
        lowered: Floats | None = None,
    ) -> Floats:
        """Chance of every action.

        Parameters
        ----------
        values
            Of each action in B rows of each lane, shape (L, B, K).
        learned
            Rewards that each lane learned from, shape (L,).
        can
            1 where an action can be chosen, else 0, shape (L, B, K); `None` if all can.
        lowered
            Factors on the floors of actions, shape (L, B, K); `None` if all are whole.
        """
        if can is None:
            can = np.ones((1, 1, values.shape[-1]))
        else:
            values = np.where(can > 0, values, -np.inf)
        pmf = np.empty_like(values)
        for kind in self.kinds:
            part = slice(kind.start, kind.stop)
            own = can if len(can) == 1 else can[part]
            if kind.name == LEARNS:
                explore = EXPLORERS[kind.explorer]
                pmf[part] = explore(values[part], self.rate[part], learned[part, None, None], own)
            elif kind.name == "fixed":
                pmf[part] = fixed(own, kind.pool)
            else:
                pmf[part] = uniform(own)
        return with_floor(pmf, self.floor, can, lowered)


def check_policy(settings: PolicySettings, actions: Sequence[str]) -> None:
    """Refuse what a log of decisions can't replay.

    Raises
    ------
    ConfigError
        If the policy goes by prices or gold, which the log doesn't hold; if its pool isn't there.

    Examples
    --------
    >>> from bandit.settings import PolicySettings
    >>> check_policy(PolicySettings(name="fixed", pool="crowds"), ["crowd", "trained"])
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: policy.pool 'crowds': the log has no such action; did you mean 'crowd'?
    """  # noqa: E501 - the error is one line
    check_replayable(settings)
    if settings.name == "fixed" and settings.pool not in actions:
        raise ConfigError(
            f"policy.pool {settings.pool!r}: the log has no such action"
            f"{nearest(settings.pool or '', actions)}"
        )
