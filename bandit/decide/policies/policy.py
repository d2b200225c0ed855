"""The protocol of policies, a pure function from a context to a distribution, and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bandit.decide.policies.explorers import EXPLORERS
from bandit.decide.policies.fixed_redundancy import best_known, cheapest, fixed, uniform
from bandit.decide.policies.value import ValuePolicy
from bandit.errors import ConfigError
from bandit.settings import PolicySettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bandit.decide.policies.context import Context


class Policy(Protocol):
    """A policy: the probability of each eligible action in a context."""

    @property
    def name(self) -> str:
        """Return the name in the log."""

    def pmf(self, context: Context) -> dict[str, float]:
        """Return the probability of each action's pool and, if allowed, of `stop`; sums to 1."""


POLICIES: Mapping[str, Callable[[PolicySettings], Policy]] = {
    "value": ValuePolicy,
    "uniform": uniform,
    "fixed": fixed,
    "cheapest": cheapest,
    "best_known": best_known,
}


def make(settings: PolicySettings, where: str = "policy") -> Policy:
    """Return the policy named in the settings; `where` names their section.

    Raises
    ------
    ConfigError
        If it explores in another way than workers do.
    """
    if settings.name == "value" and settings.explorer not in EXPLORERS:
        (known,) = EXPLORERS
        raise ConfigError(
            f"{where}.explorer = {settings.explorer!r}: a worker explores by {known} alone, since"
            f" others earned no more in any market; leave out {where}.explorer and {where}.rate"
            f" (by default {known} and {PolicySettings().rate:g})"
        )
    return POLICIES[settings.name](settings)
