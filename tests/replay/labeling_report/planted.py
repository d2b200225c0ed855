"""Histories of tasks that were labeled by a plain rule, with an inefficiency planted or none.

Labelers are right with their pool's chance; wrong answers are spread evenly. Labels are bought one
after another from pools drawn with fixed chances, a fixed number a task, and posteriors are exact.
What another rule would have cost is known, since the rule doesn't look at the labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.events import STOP, Decision, Reward, Verdict
from replay.log_files.histories import History
from tests.replay.task_log.own_log_writer import World, decision, reward, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

Chances = tuple[float, ...]
CLASSES = ("x", "y", "z")
_EVEN = (1.0,) * len(CLASSES)
LABELERS = 12
WORTH_USD = 1.0


@dataclass(frozen=True)
class Plan:
    """Accuracy and price of each pool, chances of asking it, and how many labels a task gets.

    The first `spammers` labelers of the pool `cheap` answer without a look at the task. A share
    `audits` of the verdicts gets gold. With `stop_at` labeling stops at that confidence.
    """

    right: Mapping[str, float]
    usd: Mapping[str, float]
    pmf: Mapping[str, float]
    labels: int = 3
    spammers: int = 0
    audits: float = 0.05
    stop_at: float = 1.0
    policy: str = "uniform"
    values: bool = False
    features: Mapping[str, str] = field(default_factory=dict)


DEAR = Plan({"cheap": 0.8, "dear": 0.8}, {"cheap": 0.03, "dear": 0.1}, {"cheap": 0.5, "dear": 0.5})
NEEDLESS = Plan({"cheap": 0.99}, {"cheap": 0.05}, {"cheap": 1.0})
SPAMMED = Plan({"cheap": 0.85}, {"cheap": 0.03}, {"cheap": 1.0}, spammers=2)
CALM = Plan(
    {"cheap": 0.75, "dear": 0.92},
    {"cheap": 0.02, "dear": 0.06},
    {"cheap": 0.4, "dear": 0.6},
    labels=5,
    stop_at=0.97,
    policy="value/inverse_gap",
    values=True,
)
"""Each pool is worth its price, and labels are bought until the answer is sure enough."""


def histories(plan: Plan, tasks: int, seed: int) -> list[History]:
    """Label so many tasks."""
    rng = np.random.default_rng(seed)
    return [_history(plan, f"t{number:05d}", 600.0 * number, rng) for number in range(tasks)]


def label_usd(made: list[History], labelers: frozenset[str] | None = None) -> float:
    """Price of all labels, or of those of some labelers."""
    return sum(
        one.usd
        for history in made
        for one in history.rewards
        if labelers is None or one.labeler in labelers
    )


def _history(plan: Plan, task: str, begin: float, rng: np.random.Generator) -> History:
    truth = int(rng.integers(len(CLASSES)))
    decisions: list[Decision] = []
    rewards: list[Reward] = []
    evidence: list[Chances] = []
    pools, steps = list(plan.pmf), np.cumsum(list(plan.pmf.values()))
    order = [str(name) for name in rng.permutation(LABELERS)]
    while len(evidence) < plan.labels:
        belief = _posterior(evidence)
        if evidence and max(belief) >= plan.stop_at:
            break
        ask, at = len(evidence) + 1, begin + 60.0 * len(evidence)
        pool = pools[int(steps.searchsorted(rng.random() * steps[-1], side="right"))]
        decisions.append(_decision(plan, task, ask, at, pool, plan.pmf, belief))
        who = int(order[ask - 1])
        answer = _answer(plan, pool, who, truth, rng)
        evidence.append(_likelihood(plan.right[pool], answer))
        given = reward(task, ask, at, "a", {"a": 1.0}, right=True, basis="consensus")
        rewards.append(
            msgspec.structs.replace(
                given,
                pool=pool,
                pmf=dict(plan.pmf),
                propensity=plan.pmf[pool],
                classes=CLASSES,
                labeler=f"{pool}-{who}",
                answer=CLASSES[answer],
                usd=plan.usd[pool],
                delay_s=float(rng.exponential(40.0)),
            )
        )
    belief = _posterior(evidence)
    end = begin + 60.0 * len(evidence)
    stop = {STOP: 1.0}
    decisions.append(_decision(plan, task, len(evidence) + 1, end, STOP, stop, belief))
    rewards = [
        msgspec.structs.replace(one, target=_chances(_posterior(evidence[:at] + evidence[at:][1:])))
        for at, one in enumerate(rewards)
    ]
    audited = bool(rng.random() < plan.audits)
    first = msgspec.structs.replace(
        verdict(
            World(WORTH_USD),
            task,
            0,
            end,
            CLASSES[belief.index(max(belief))],
            max(belief),
            sum(one.usd for one in rewards),
            audited=audited,
        ),
        posterior=_chances(belief),
        labels=len(evidence),
        delay_s=end - begin,
        audit_propensity=plan.audits or 1.0,
    )
    verdicts: list[Verdict] = [first]
    if audited:
        verdicts.append(
            msgspec.structs.replace(
                first, revision=1, at=end + 60.0, answer=CLASSES[truth], basis="gold"
            )
        )
    return History(task, begin, decisions, verdicts, rewards)


def _answer(plan: Plan, pool: str, who: int, truth: int, rng: np.random.Generator) -> int:
    if pool == "cheap" and who < plan.spammers:
        return int(rng.integers(len(CLASSES))) if who % 2 else 0
    if rng.random() < plan.right[pool]:
        return truth
    return (truth + 1 + int(rng.integers(len(CLASSES) - 1))) % len(CLASSES)


def _likelihood(right: float, answer: int) -> Chances:
    wrong = (1.0 - right) / (len(CLASSES) - 1)
    return tuple(right if one == answer else wrong for one in range(len(CLASSES)))


def _posterior(evidence: list[Chances]) -> Chances:
    products = [prod(of_class) for of_class in zip(_EVEN, *evidence, strict=True)]
    total = sum(products)
    return tuple(product / total for product in products)


def _chances(belief: Chances) -> dict[str, float]:
    return dict(zip(CLASSES, belief, strict=True))


def _decision(
    plan: Plan,
    task: str,
    ask: int,
    at: float,
    choice: str,
    pmf: Mapping[str, float],
    belief: Chances,
) -> Decision:
    made = decision(task, ask, at, choice, pmf, max(belief), ask - 1)
    values = {pool: 0.01 if pool == "dear" else 0.005 for pool in pmf if pool != STOP}
    return msgspec.structs.replace(
        made,
        posterior=_chances(belief),
        policy=plan.policy,
        usd=plan.usd.get(choice, 0.0),
        features=dict(plan.features),
        values_usd=values if plan.values else {},
    )
