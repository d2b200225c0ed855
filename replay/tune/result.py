"""What the tuner answers: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.settings import PolicySettings
    from replay.numerics.amount import Amount


@dataclass(frozen=True, slots=True)
class Candidate:
    """One setting, and what the log says of it.

    Attributes
    ----------
    name
        Its name in tables.
    settings
        The worker's section [policy].
    earns
        Mean reward a row over the horizon.
    over_today
        What it earns more than today's policy, over the same rows.
    under_best
        What the chosen candidate earns more than it; 0 for the chosen one.
    history_sd
        Standard deviation of `earns` between replays; `None` after one.
    tomorrow_pess
        Rows that a log of `tasks` rows, written by it, would be worth about the new policy.
    tomorrow_width
        Width of the interval of the new policy that such a log would give.
    refused
        Why the log can't say, else `None`; figures are then for study, not for use.
    """

    name: str
    settings: PolicySettings
    earns: Amount
    over_today: Amount
    under_best: Amount
    history_sd: float | None
    tomorrow_pess: float
    tomorrow_width: float
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The smallest floor whose log would be precise enough: what it is, what it would cost a row.

    `floor` is `None` where no floor is enough.
    """

    wished: float
    floor: float | None
    width: float
    costs: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """Which setting earns most over the horizon, how sure that is, what exploring costs and gains.

    Attributes
    ----------
    rows
        Rows of the log that were held.
    unit
        `row`, or `ask` of our own log.
    horizon
        T', the choices of its own that each candidate learned from.
    replays
        Replays of each candidate.
    words
        What intervals are of: all replays, or the only one.
    level
        Confidence of all intervals of a column together.
    today, today_earns
        The policy that candidates differ from, and its mean reward.
    candidates
        In the order that they were given.
    chosen
        Index of the candidate that earns most.
    apart
        Whether the chosen one surely earns more than every other.
    policy
        The section [policy] of the chosen one, to paste into the worker's configuration.
    new, tasks
        The policy that tomorrow's log is to evaluate, and how many rows that log has.
    floor
        The smallest floor that reaches the wished precision, where one was wished.
    notes
        What the reader must know to read the numbers.
    """

    rows: int
    unit: str
    horizon: int
    replays: int
    words: str
    level: float
    today: str
    today_earns: Amount
    candidates: tuple[Candidate, ...]
    chosen: int
    apart: bool
    policy: str
    new: str
    tasks: int
    floor: Floor | None
    notes: tuple[str, ...]

    @property
    def best(self) -> Candidate:
        """The chosen candidate."""
        return self.candidates[self.chosen]
