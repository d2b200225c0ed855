"""The seam for policies: a pure function from a case to a distribution, and the table of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bandit.decide.policies.fixed_redundancy import best_known, cheapest, fixed, uniform
from bandit.decide.policies.value import ValuePolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bandit.decide.policies.context import Context
    from bandit.settings import PolicySettings


class Policy(Protocol):
    """Answers one question: with what chance would you do each eligible thing?"""

    @property
    def name(self) -> str:
        """Name in the log."""

    def pmf(self, context: Context) -> dict[str, float]:
        """Chance of each option's pool and, where the case allows it, of `stop`; sums to 1."""


POLICIES: Mapping[str, Callable[[PolicySettings], Policy]] = {
    "value": ValuePolicy,
    "uniform": uniform,
    "fixed": fixed,
    "cheapest": cheapest,
    "best_known": best_known,
}


def make(settings: PolicySettings) -> Policy:
    """Return the policy that the settings name."""
    return POLICIES[settings.name](settings)
