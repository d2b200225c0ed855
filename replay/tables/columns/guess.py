"""Which column is the action, the reward and the propensity, where nobody says it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bandit.errors import MOST_NAMED, UnknownColumn

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

NAMES: dict[str, tuple[str, ...]] = {
    "action": (
        "action", "action_id", "a", "arm", "arm_id", "item_id", "item", "choice", "chosen",
        "chosen_action", "decision", "treatment", "variant", "option", "pool", "bandit_arm",
    ),
    "reward": (
        "reward", "rewards", "r", "click", "clicked", "clicks", "outcome", "conversion",
        "converted", "payoff", "response", "success", "profit", "revenue", "rating",
    ),
    "propensity": (
        "propensity", "propensity_score", "pscore", "propensities", "action_prob",
        "action_probability", "logging_prob", "logged_prob", "prob", "probability", "chance", "p",
    ),
}  # fmt: skip
"""For each role the names that mean it, the surest first, however their words are divided."""

INSTEAD = {
    "propensity": (
        " or, with a column for each action, --logged columns:PREFIX; if there is none,"
        " --estimate-propensities"
    )
}
"""What else there is to say where nothing is called so."""

SURE = {"reward": 3}
"""How many names leave no doubt; of two columns with later names either may be the reward."""


COSTS = (
    "cost", "costs", "loss", "losses", "regret", "error", "errors", "latency", "delay", "spend",
    "penalty",
)  # fmt: skip
"""Names of what is better if it is less."""


def cost_note(reward: str) -> str | None:
    """Say of a reward that is called a cost how it is taken.

    Examples
    --------
    >>> cost_note("Cost")
    'more of Cost is taken as better; if less is, give --reward=-Cost'
    >>> cost_note("click")
    """
    if _plain(reward) not in COSTS:
        return None
    name = reward if reward.isidentifier() else f"'`{reward}`'"
    return f"more of {reward} is taken as better; if less is, give --reward=-{name}"


def guess(role: str, columns: Sequence[str], taken: Collection[str], table: str) -> str:
    """Find the column of a role by its name; those `taken` are something else but for its own name.

    Raises
    ------
    UnknownColumn
        If no column is called so, or two are and nothing tells which is meant.

    Examples
    --------
    >>> guess("action", ["Item ID", "click", "pscore"], (), "log.csv")
    'Item ID'
    >>> guess("reward", ["click", "revenue"], (), "log.csv")
    Traceback (most recent call last):
    ...
    bandit.errors.UnknownColumn: log.csv: 'click' and 'revenue' both look like the reward: choose one with --reward COLUMN
    """  # noqa: E501 - a message is one line
    if role in columns:
        return role
    free = [column for column in columns if column not in taken]
    known = [_plain(name) for name in NAMES[role]]
    ranks = sorted(
        (known.index(_plain(column)), at, column)
        for at, column in enumerate(free)
        if _plain(column) in known
    )
    if not ranks:
        names = ", ".join(map(repr, columns[:MOST_NAMED]))
        more = f" and {len(columns) - MOST_NAMED} more" if len(columns) > MOST_NAMED else ""
        raise UnknownColumn(
            f"{table}: no column looks like the {role}: name it with --{role} COLUMN"
            f"{INSTEAD.get(role, '')}; columns: {names}{more}"
        )
    sure = SURE.get(role, len(known))
    alike = [rank for rank in ranks if rank[0] == ranks[0][0] or sure <= ranks[0][0]]
    if len(alike) > 1:
        raise UnknownColumn(
            f"{table}: {alike[0][2]!r} and {alike[1][2]!r} both look like the {role}:"
            f" choose one with --{role} COLUMN"
        )
    return ranks[0][2]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())
