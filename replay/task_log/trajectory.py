"""Trajectory of a task: its decisions, the cost of each step, and its reward.

The value of a task is worth × quality − dollars − delay, in the parts of `components.py`. A step
that asks a pool costs its price; all else comes with the last step.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from bandit.events import STOP
from replay.log_files.histories import AUDIT
from replay.task_log.components import Earned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Decision, Verdict
    from replay.log_files.histories import History
    from replay.targets.target import TargetPolicy
    from replay.task_log.recalibration import Recalibration


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: what was seen, what was done with what chances, and what it earned."""

    state: tuple[int, int]
    logged: Mapping[str, float]
    choice: str
    earned: Earned


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A task from its first decision to its verdict, step by step.

    `audited` says that the task was drawn for gold, `gold` that its gold has come, `audit_usd` what
    the log says that its audits cost; `None` where gold came that the log has no price of.
    `chance` is that of being audited with gold, ρ; `right` says whether gold found the answer
    right, and `missed` is gold less the proxy.
    `doubt` is the variance of the correction, p(1 − p)/ρ: p is the confidence or the recalibrated
    one, whichever gives more, for a confidence near 1 that is often wrong gives too little.
    `worth_usd` is what a right answer is worth; `traits` are what tasks are sliced by.
    """

    task: str
    steps: tuple[Step, ...]
    audited: bool
    gold: bool
    audit_usd: float | None = 0.0
    doubt: float = 0.0
    worth_usd: float = 0.0
    traits: tuple[str, ...] = ()
    chance: float = 1.0
    right: bool = False
    missed: float = 0.0


def trajectory(
    history: History,
    gold_share: float,
    traits: tuple[str, ...],
    recalibration: Recalibration,
) -> Trajectory | None:
    """Read a task's history; `None` while it has no verdict.

    Parameters
    ----------
    history
        All that the log says about the task.
    gold_share
        Share of the audited tasks whose gold has come: the chance of being audited *and* known is
        the audit's chance times this.
    traits
        What it is sliced by.
    recalibration
        Turns its confidence into the proxy that gold corrects.
    """
    if not history.verdicts or not history.decisions:
        return None
    for decision in history.decisions:
        check_pmf(decision)
    given = delivered(history)
    gold = gold_of(history)
    audited = is_audited(given)
    known = audited and gold is not None
    agreement = given.confidence or 0.0
    answered = given.answer is not None
    unproven = answered and given.basis != "gold"
    proxy = recalibration.proxy(history.task, agreement) if unproven else agreement
    chance = given.audit_propensity * gold_share
    right = known and given.answer == gold
    missed = float(right) - proxy if known else 0.0
    correction = missed / chance if known else 0.0
    asked = sum(d.usd for d in history.decisions if d.choice != STOP)
    end = Earned(
        agreement=agreement,
        recalibration=proxy - agreement,
        correction=correction,
        agreement_usd=given.worth_usd * agreement,
        recalibration_usd=given.worth_usd * (proxy - agreement),
        correction_usd=given.worth_usd * correction,
        usd=history.verdicts[-1].usd - asked,  # late labels are paid, unanswered asks aren't
        delay_s=history.verdicts[0].delay_s,
    )
    *earlier, last = history.decisions
    steps = (
        *(Step(state_of(d), d.pmf, d.choice, Earned(usd=_price(d))) for d in earlier),
        Step(state_of(last), last.pmf, last.choice, end._replace(usd=end.usd + _price(last))),
    )
    unsure = max(p * (1.0 - p) for p in (agreement, proxy))
    doubt = unsure / chance if chance and unproven else 0.0
    return Trajectory(
        task=history.task,
        steps=steps,
        audited=audited,
        gold=known,
        audit_usd=_audit_usd(history, known=known),
        doubt=doubt,
        worth_usd=given.worth_usd,
        traits=traits,
        chance=chance,
        right=right,
        missed=missed,
    )


def _price(decision: Decision) -> float:
    return 0.0 if decision.choice == STOP else decision.usd


def _audit_usd(history: History, *, known: bool) -> float | None:
    """What audits of the task cost; `None` where gold came from elsewhere, its price not logged."""
    paid = [reward.usd for reward in history.rewards if reward.why == AUDIT]
    return None if known and not paid else sum(paid)


def check_pmf(decision: Decision) -> None:
    """Refuse a decision whose chances can't have been those that were used.

    Raises
    ------
    BadValue
        If the choice's chance in the pmf is not its propensity in (0, 1], or the pmf is no
        distribution to 1e-6.
    """
    chance, place = decision.pmf.get(decision.choice, 0.0), f"{decision.task} ask {decision.ask}"
    if not 0 < chance <= 1 or abs(chance - decision.propensity) > 1e-6:
        raise BadValue(
            f"task {place}: propensity of {decision.choice!r} is {decision.propensity:g} and its"
            f" probability in the pmf {chance:g}: both must be the same, in (0, 1]"
        )
    total = sum(decision.pmf.values())
    if min(decision.pmf.values()) < 0 or abs(total - 1) > 1e-6:
        raise BadValue(f"task {place}: the pmf sums to {total:g}, must be a distribution")


def delivered(history: History) -> Verdict:
    """Verdict that the customer got, and that audits judge: the first.

    A later one may rest on gold, which answers what gold says, and would always be right. And gold
    ends revisions by late labels, so the newest without gold is another one of audited tasks.
    """
    return history.verdicts[0]


def is_audited(given: Verdict) -> bool:
    """Whether a delivered verdict was drawn for an audit; one that rests on gold needs none.

    Raises
    ------
    BadValue
        If it was, with a probability that it can't have had.
    """
    if not given.audited or given.answer is None or given.basis == "gold":
        return False
    if not 0 < given.audit_propensity <= 1:
        raise BadValue(
            f"task {given.task}: audited with a probability of {given.audit_propensity:g}, must be"
            " in (0, 1]"
        )
    return True


def gold_of(history: History) -> str | None:
    """True class of a task, from its newest verdict or rewards; `None` where no gold has come."""
    for verdict in reversed(history.verdicts):
        if verdict.basis == "gold":
            return verdict.answer
    for reward in reversed(history.rewards):
        if reward.basis == "gold" and isinstance(reward.target, str):
            return reward.target
    return None


def state_of(decision: Decision) -> tuple[int, int]:
    """What a table of values can tell apart: decisions so far (to 6), confidence in tenths."""
    return min(decision.ask, 6) - 1, min(int(10 * max(decision.confidence, 0.0)), 10)


def masked(target: TargetPolicy, logged: Mapping[str, float]) -> dict[str, float]:
    """Chances of the target over what was eligible; below 1 in all where it lacks support.

    `uniform` is over everything eligible, `stop` included. `always:POOL` stops as the log did and
    gives all the rest to the pool: the question is which pool, not when to stop. `greedy` does
    what the log held likeliest. `mix` does as logged but for a share of the decisions, and wherever
    the other target can't do what it wants.

    Examples
    --------
    >>> from replay.targets.target import TargetPolicy
    >>> masked(TargetPolicy("always", "a"), {"a": 0.2, "b": 0.5, "stop": 0.3})
    {'a': 0.7, 'stop': 0.3}
    >>> masked(TargetPolicy("always", "a"), {"b": 0.7, "stop": 0.3})
    {'stop': 0.3}
    >>> from replay.targets.target import parse_target
    >>> masked(parse_target("mix:0.5:always:a"), {"a": 0.25, "b": 0.75})
    {'a': 0.625, 'b': 0.375}
    """
    eligible = {name: chance for name, chance in logged.items() if chance > 0}
    if target.kind == "logging":
        return eligible
    if target.kind == "uniform":
        return dict.fromkeys(eligible, 1.0 / len(eligible))
    if target.other is not None:
        other = masked(target.other, logged)
        if fsum(other.values()) < 1.0 - 1e-9:
            return eligible
        mixed = {name: (1.0 - target.share) * chance for name, chance in eligible.items()}
        for name, chance in other.items():
            mixed[name] += target.share * chance
        return mixed
    if target.kind == "greedy":
        return {max(eligible, key=eligible.__getitem__): 1.0}
    stop = eligible.get(STOP, 0.0)
    pmf = {target.name: 1.0 - stop} if target.name in eligible and target.name != STOP else {}
    return {**pmf, STOP: stop} if stop else pmf
