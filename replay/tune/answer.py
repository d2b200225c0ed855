"""All candidates walk a log that is held, and are compared: who earns most, how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import CannotAnswer
from replay.learning.compare import against, amounts, under_best, with_logged
from replay.learning.config import LEARNER, Walking, units, words_of
from replay.learning.rejection_replay import walk
from replay.learning.validity import judge_walk
from replay.targets.policy_file import policy_label, policy_toml
from replay.targets.target import TargetPolicy
from replay.tune.result import Candidate, Floor, Tuning
from replay.tune.tomorrow import FLOORS, LogSample, tomorrows, widths_by_floor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bandit.settings import PolicySettings
    from replay.learning.memory_log import ReplayLog
    from replay.learning.rejection_replay import Walk

UNIFORM = TargetPolicy("uniform", full=True)


@dataclass(frozen=True, slots=True)
class TuneRequest:
    """What is asked of a log that is held; `today` is `None` for the mean of the log."""

    candidates: Sequence[PolicySettings]
    today: PolicySettings | None = None
    walking: Walking = field(default_factory=Walking)
    new: TargetPolicy = UNIFORM
    tasks: int | None = None
    precision: float | None = None
    level: float = 0.95


def answer(
    held: ReplayLog,
    asked: TuneRequest,
    notes: Sequence[str] = (),
    *,
    unit: str = "row",
    tell: Callable[[int], None] | None = None,
) -> Tuning:
    """Walk a log that is held with all candidates, and compare them.

    `tell` is called with the number of rows that were come past since the last time.

    Raises
    ------
    CannotAnswer
        If the log can say of no candidate what it would earn.
    """
    asked.new.check_action(held.actions)
    plan, more = asked.walking.plan(held, learned=unit == "ask")
    everyone = list(asked.candidates)
    if asked.today is not None:
        everyone.append(asked.today)
    walked = walk(held, everyone, plan, tell)
    names = [policy_label(one) for one in everyone]
    judgements = judge_walk(held, walked, names, unit)
    usable = [at for at in range(len(asked.candidates)) if not judgements[at].refused]
    if not usable:
        raise CannotAnswer(judgements[0].reason)
    if asked.today is not None and judgements[-1].refused:
        raise CannotAnswer(f"today's policy: {judgements[-1].text}")
    together = with_logged(held, walked)
    chosen = max(usable, key=lambda at: float(together.value[at]))
    every = range(len(asked.candidates))
    first = together.of(np.eye(len(together.value))[:, : len(everyone)])
    earns = amounts(first.bounds(asked.level))
    now = len(everyone) - 1 if asked.today is not None else len(everyone)
    over = against(together, now, every, asked.level)
    under = under_best(together, chosen, every, asked.level)
    tasks = held.whole if asked.tasks is None else asked.tasks
    looked = LogSample.of(held, asked.new, tasks, asked.level)
    buys = tomorrows(looked, walked)
    histories = walked.value()
    found = tuple(
        Candidate(
            names[at],
            everyone[at],
            earns[at],
            over[at],
            under[at],
            float(histories[at].std(ddof=1)) if plan.replays > 1 else None,
            buys[at].pess,
            buys[at].width,
            judgements[at].reason if judgements[at].refused else None,
        )
        for at in every
    )
    return Tuning(
        len(held),
        unit,
        plan.horizon,
        plan.replays,
        words_of(plan.replays),
        asked.level,
        "logging" if asked.today is None else names[-1],
        amounts(together.of(np.eye(len(together.value))[:, [now]]).bounds(asked.level))[0],
        found,
        chosen,
        all(found[at].under_best.low > 0 for at in usable if at != chosen),
        policy_toml(everyone[chosen]),
        str(asked.new),
        tasks,
        _floor(looked, walked, found[chosen], chosen, asked.precision),
        (LEARNER, units(plan.worth), *notes, *more),
    )


def _floor(
    looked: LogSample, walked: Walk, best: Candidate, chosen: int, precision: float | None
) -> Floor | None:
    """Find the smallest floor whose width is the wished one; its cost is by mixing in uniform."""
    if precision is None:
        return None
    widths = widths_by_floor(looked, walked, chosen)
    enough = np.flatnonzero(widths <= precision)
    at = int(enough[0]) if len(enough) else int(widths.argmin())
    now = best.settings.explore_floor
    uniform = _uniform_earns(looked.held)
    greedy = (best.earns.value - now * uniform) / (1.0 - now) if now < 1.0 else uniform
    floor = float(FLOORS[at])
    costs = best.earns.value - ((1.0 - floor) * greedy + floor * uniform)
    return Floor(precision, floor if len(enough) else None, float(widths[at]), float(costs))


def _uniform_earns(held: ReplayLog) -> float:
    """What choosing evenly earns, by DR."""
    can = np.ones((1, len(held.actions))) if held.can is None else held.can
    even = np.broadcast_to(can / can.sum(axis=1, keepdims=True), held.guess.shape)
    weight = even[np.arange(len(held)), held.action] / held.propensity
    return float(np.mean((even * held.guess).sum(axis=1) + weight * held.missed))
