"""Compare candidates by replaying a log in memory: which earns most, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import CannotAnswer
from replay.learning.compare import against, amounts, under_best, with_logged
from replay.learning.config import LEARNER, Walking, units, words_of
from replay.learning.log_checks import check_log
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
    request: TuneRequest,
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
    request.new.check_action(held.actions)
    plan, more = request.walking.plan(held, learned=unit == "ask")
    everyone = list(request.candidates)
    if request.today is not None:
        everyone.append(request.today)
    walked = walk(held, everyone, plan, tell)
    names = [policy_label(settings) for settings in everyone]
    found = check_log(held) if unit == "row" else ()
    judgements = judge_walk(held, walked, names, unit, found)
    usable = [at for at in range(len(request.candidates)) if not judgements[at].refused]
    if not usable:
        raise CannotAnswer(judgements[0].reason)
    if request.today is not None and judgements[-1].refused:
        raise CannotAnswer(f"today's policy: {judgements[-1].text}")
    together = with_logged(held, walked)
    chosen = max(usable, key=lambda at: float(together.value[at]))
    every = range(len(request.candidates))
    first = together.of(np.eye(len(together.value))[:, : len(everyone)])
    earns = amounts(first.bounds(request.level))
    now = len(everyone) - 1 if request.today is not None else len(everyone)
    over = against(together, now, every, request.level)
    under = under_best(together, chosen, every, request.level)
    tasks = held.whole if request.tasks is None else request.tasks
    looked = LogSample.of(held, request.new, tasks, request.level)
    buys = tomorrows(looked, walked)
    histories = walked.value()
    candidates = tuple(
        Candidate(
            name=names[at],
            settings=everyone[at],
            earns=earns[at],
            over_today=over[at],
            under_best=under[at],
            history_sd=float(histories[at].std(ddof=1)) if plan.replays > 1 else None,
            tomorrow_pess=buys[at].pess,
            tomorrow_width=buys[at].width,
            refused=judgements[at].reason if judgements[at].refused else None,
        )
        for at in every
    )
    return Tuning(
        rows=len(held),
        unit=unit,
        horizon=plan.horizon,
        replays=plan.replays,
        words=words_of(plan.replays),
        level=request.level,
        today="logging" if request.today is None else names[-1],
        today_earns=amounts(
            together.of(np.eye(len(together.value))[:, [now]]).bounds(request.level)
        )[0],
        candidates=candidates,
        chosen=chosen,
        apart=all(candidates[at].under_best.low > 0 for at in usable if at != chosen),
        policy=policy_toml(everyone[chosen]),
        new=str(request.new),
        tasks=tasks,
        floor=floor_of_width(looked, walked, candidates[chosen], chosen, request.precision),
        notes=(*(f.text for f in found), LEARNER, units(plan.worth), *notes, *more),
    )


def floor_of_width(
    looked: LogSample, walked: Walk, best: Candidate, chosen: int, precision: float | None
) -> Floor | None:
    """Find the smallest floor whose width is the wished one, and what it costs.

    A floor f gives the share f s of asks to exploration, which earns u in all: a policy that earns
    g without a floor earns (1 - f s) g + f u. s is 1 where no pool's floor is lowered.
    """
    if precision is None:
        return None
    widths = widths_by_floor(looked, walked, chosen)
    enough = np.flatnonzero(widths <= precision)
    at = int(enough[0]) if len(enough) else int(widths.argmin())
    now = best.settings.explore_floor
    explores, gets = _of_whole_floor(looked.held)
    left = 1.0 - now * explores
    greedy = (best.earns.value - now * gets) / left if left > 0.0 else gets
    floor = float(FLOORS[at])
    costs = best.earns.value - ((1.0 - floor * explores) * greedy + floor * gets)
    return Floor(precision, floor if len(enough) else None, float(widths[at]), float(costs))


def _of_whole_floor(held: ReplayLog) -> tuple[float, float]:
    """Return the mean chance that a floor of 1 spreads over the actions, and by DR what it earns.

    That chance is 1 but for floors that are lowered.
    """
    can = np.ones((1, len(held.actions))) if held.can is None else held.can
    even = can / can.sum(axis=1, keepdims=True)
    if held.lowered is not None:
        even = even * held.lowered
    even = np.broadcast_to(even, held.guess.shape)
    weight = even[np.arange(len(held)), held.action] / held.propensity
    earns = np.mean((even * held.guess).sum(axis=1) + weight * held.missed)
    return float(even.sum(axis=1).mean()), float(earns)
