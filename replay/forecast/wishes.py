"""What is asked of a forecast."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bandit.errors import BadValue, nearest
from replay.forecast.plan.staffing import ServiceWish

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from replay.forecast.series.series import Per

HORIZON: dict[Per, int] = {"hour": 48, "day": 14}
"""Steps ahead unless told: two days to staff, two weeks to plan."""

USUAL = ServiceWish(share=0.9, most_wait_s=600.0)
"""Nine asks of ten begun within ten minutes."""

ANY = ""
"""Stands for every pool that isn't named."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Options of a forecast; `None` for what the history decides.

    Attributes
    ----------
    horizon
        Steps ahead.
    level
        Share of values that intervals are to hold.
    surge
        Share by which demand may grow.
    service
        Wished service level.
    labels_per_hour
        Capacity of pools, beyond what the log says.
    labels_per_labeler_hour
        What one labeler does in an hour, by pool, or of `ANY`.
    budget_usd
        What may still be spent from the end of the history on.
    """

    horizon: int | None = None
    level: float = 0.9
    surge: float = 0.2
    service: ServiceWish = USUAL
    labels_per_hour: Mapping[str, float] = field(default_factory=dict)
    labels_per_labeler_hour: Mapping[str, float] = field(default_factory=dict)
    budget_usd: float | None = None

    def check_pools(self, known: Iterable[str]) -> None:
        """Refuse pools that nothing was asked of.

        Raises
        ------
        BadValue
            Naming the option, the pool and the nearest known one.
        """
        pools = set(known)
        for option, given in (
            ("--capacity", self.labels_per_hour),
            ("--rate", self.labels_per_labeler_hour),
        ):
            for pool in given:
                if pool != ANY and pool not in pools:
                    near = nearest(pool, pools) if pools else "; a table has none: --rate NUMBER"
                    raise BadValue(f"{option} {pool}: no such pool{near}")

    def rate_of(self, pool: str) -> float | None:
        """Return what one labeler of a pool does in an hour, where it was given."""
        return self.labels_per_labeler_hour.get(pool, self.labels_per_labeler_hour.get(ANY))
