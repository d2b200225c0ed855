"""Holding what came of asking a pool against what the look-ahead had foreseen.

With c the confidence and v the value over the worth w of a right answer, when pool p was asked,

    shortfall(p) = mean of (c at the end - c) - (labels' prices + price of waiting) / w - v

over all tasks. For a task that goes on with, or waits for, pools that could not be asked then, the
end is there, and what going on without them would still be worth counts as gained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.task.shortfall import LEAST, Shortfall, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bandit.decide.contexts import LoggedContext
    from bandit.task.state import AskState, DeskState, TaskState

Foreseen = tuple[int, float, float]
"""Number of labels, value over worth, and confidence when a pool was asked."""


def foreseen(
    desk: DeskState, state: TaskState, logged: LoggedContext, choice: str
) -> Foreseen | None:
    """Return what is foreseen of asking a pool, where it matters: where pools close or are full."""
    if state.task.deadline_at is None or not (desk.hours or desk.demand):
        return None
    value = logged.options.value_of(choice)
    worth, confidence = logged.terms.worth_usd, logged.belief.confidence
    return logged.context.labels, round(value / worth, 6), round(confidence, 6)


def note_end(
    desk: DeskState,
    state: TaskState,
    asks: Sequence[AskState],
    logged: LoggedContext,
    ahead_usd: float = 0.0,
) -> None:
    """Note what came of `asks` of a task, which ends now, or goes on with other pools.

    `ahead_usd` is what going on with the same pools would still be worth.
    """
    terms = logged.terms
    for ask in asks:
        if ask.foreseen is None:
            continue
        labels, value, confidence = ask.foreseen
        since = state.asks[state.asks.index(ask) :]
        usd = ahead_usd - (1.0 + terms.budget_price) * sum(
            one.usd for one in since if one.label is not None
        )
        usd -= terms.delay_usd_per_hour * (terms.now - ask.at) / 3600.0
        gained = logged.belief.confidence - confidence + usd / terms.worth_usd
        key = key_of(ask.pool, labels)
        if key not in desk.shortfalls:
            desk.shortfalls[key] = Shortfall()
        desk.shortfalls[key].note(gained - value)
        ask.foreseen = None


def shortfalls(desk: DeskState, pools: Iterable[str], labels: int) -> dict[str, Shortfall]:
    """Return the shortfall of each pool of which it is known."""
    known = {name: desk.shortfalls.get(key_of(name, labels)) for name in pools}
    return {name: one for name, one in known.items() if one and one.tasks >= LEAST}
