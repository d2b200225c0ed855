"""Settings of the policy, and what all sections of the configuration have in common."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import msgspec

from bandit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

PolicyName = Literal["value", "uniform", "fixed", "cheapest", "best_known"]
ExplorerName = Literal["inverse_gap", "epsilon_greedy", "softmax"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of the configuration: frozen, and unknown keys are errors."""


class PolicySettings(Section, frozen=True):
    """Which pool is asked, and when a task has enough labels."""

    name: PolicyName = "value"
    pool: str | None = None  # for the policy `fixed`
    labels_per_task: int = 3  # for all policies but `value`; three is what most teams buy
    explorer: ExplorerName = "inverse_gap"  # the others for targets of evaluate and tune alone
    rate: float = 20.0  # inverse_gap: gamma = rate * sqrt(t); best in two simulated markets
    explore_floor: float = 0.02  # share of asks spread evenly, so that every pool can be evaluated
    stop_floor: float = 0.01  # least chance of stopping and of asking, so that both can be
    second_opinion: float = 0.8  # least chance of a second label: one alone teaches nothing
    check_share: float = 0.1  # the same if the machine labeler has an opinion; also of a first
    escalate: bool = False  # ask gold pools about open tasks, too, where that is worth their price
    min_labels: int = 1  # of people: the machine labeler may answer without any
    max_labels: int = 9  # nine labels that disagree are rarely settled by a tenth
    max_asks: int = 20  # expired asks count too; declined ones don't
    give_up_s: float = 604_800.0  # 7 days without a pool that is able to take the task
    lookahead_labels: int = 5  # of one pool, and 2 of any: one often can't change an answer


Rule = tuple[str, object, bool, str]
"""A key, its value, whether that is in its range, and the range in words."""


def policy_rules(where: str, policy: PolicySettings) -> list[Rule]:
    """Return the rules of a policy's settings; `where` names their section."""
    return [
        (f"{where}.rate", policy.rate, policy.rate > 0, "above 0"),
        (
            f"{where}.explore_floor",
            policy.explore_floor,
            0 < policy.explore_floor <= 1,
            "above 0 and at most 1",
        ),
        (
            f"{where}.stop_floor",
            policy.stop_floor,
            0 < policy.stop_floor <= 0.5,
            "above 0 and at most 0.5",
        ),
        (
            f"{where}.second_opinion",
            policy.second_opinion,
            0 <= policy.second_opinion <= 1,
            "between 0 and 1",
        ),
        (
            f"{where}.check_share",
            policy.check_share,
            0 < policy.check_share <= 1,
            "above 0 and at most 1",
        ),
        (f"{where}.min_labels", policy.min_labels, policy.min_labels >= 1, "1 or more"),
        (
            f"{where}.max_labels",
            policy.max_labels,
            policy.max_labels >= policy.min_labels,
            "min_labels or more",
        ),
        (
            f"{where}.max_asks",
            policy.max_asks,
            policy.max_asks >= policy.max_labels,
            "max_labels or more",
        ),
        (f"{where}.give_up_s", policy.give_up_s, policy.give_up_s > 0, "above 0"),
        (
            f"{where}.lookahead_labels",
            policy.lookahead_labels,
            1 <= policy.lookahead_labels <= 5,
            "1 to 5",
        ),
        (
            f"{where}.labels_per_task",
            policy.labels_per_task,
            policy.labels_per_task >= 1,
            "1 or more",
        ),
        (
            f"{where}.pool",
            policy.pool,
            policy.name != "fixed" or bool(policy.pool),
            f"set when {where}.name is 'fixed'",
        ),
    ]


def require_all(rules: Iterable[Rule]) -> None:
    """Check all rules.

    Raises
    ------
    ConfigError
        Naming the first key that breaks its rule, its value and its range.

    Examples
    --------
    >>> require_all(policy_rules("policy", PolicySettings(rate=-1.0)))
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: policy.rate = -1.0: must be above 0
    """
    for name, setting, holds, wanted in rules:
        is_infinite = isinstance(setting, float) and not math.isfinite(setting)
        if is_infinite or not holds:
            msg = (
                f"{name} = {setting}: must be {'a finite number, ' if is_infinite else ''}{wanted}"
            )
            raise ConfigError(msg)
