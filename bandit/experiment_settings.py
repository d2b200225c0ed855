"""The section [experiment] of the configuration: the arms of a live test and their shares.

[experiment]
name = "two-labels"
unit = "task"

[experiment.arms.control]
share = 0.5

[experiment.arms.careful]
share = 0.5
stop_floor = 0.05
"""

from __future__ import annotations

import math
import re
from typing import Literal

import msgspec

from bandit.policy_settings import (
    ExplorerName,
    PolicyName,
    PolicySettings,
    Rule,
    Section,
    policy_rules,
)

Unit = Literal["task", "project", "hour"]

MOST_ARMS = 8
"""Each arm plans every decision, and adds its chances to it."""

MOST_OWN = 4
"""Each arm with a brain of its own adds one to every snapshot: 0.8 to 25 MB in 18 slots each."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Names of arms: what TOML takes as a key without quotes; they are keys in the log, too."""

EXPLORING = ("name", "explorer", "rate", "explore_floor", "second_opinion", "check_share")
"""Settings that say what is tried, and so what an arm's labels teach."""


class FixedRedundancy(Section, frozen=True):
    """An arm without any decision: so many labels of one pool for each task, as before poolwise."""

    pool: str
    labels: int = 3  # what most teams buy


class ArmSettings(Section, frozen=True):
    """An arm of a test: its share of the units, and the settings that differ from [policy]'s.

    What is left out is as in [policy].
    """

    share: float  # of the units: above 0; those of all arms sum to 1
    fixed: FixedRedundancy | None = None  # a holdout: { pool = "crowd", labels = 3 }, and no more
    own_brain: bool | None = None  # left out: whether the arm explores otherwise than [policy]
    name: PolicyName | None = None
    pool: str | None = None
    labels_per_task: int | None = None
    explorer: ExplorerName | None = None  # a worker refuses any other (decision 44)
    rate: float | None = None
    explore_floor: float | None = None
    stop_floor: float | None = None
    second_opinion: float | None = None
    check_share: float | None = None
    escalate: bool | None = None
    min_labels: int | None = None
    max_labels: int | None = None
    max_asks: int | None = None
    give_up_s: float | None = None
    lookahead_labels: int | None = None

    def overrides(self) -> dict[str, object]:
        """Return the settings of the policy that the arm changes, by key."""
        given = {key: getattr(self, key) for key in PolicySettings.__struct_fields__}
        return {key: value for key, value in given.items() if value is not None}

    def policy(self, base: PolicySettings) -> PolicySettings:
        """Return the policy's settings in this arm, where [policy] has `base`.

        A holdout explores nothing: its floors are 0.

        Examples
        --------
        >>> ArmSettings(share=0.5, max_labels=4).policy(PolicySettings()).max_labels
        4
        >>> holdout = ArmSettings(share=0.5, fixed=FixedRedundancy(pool="crowd"))
        >>> policy = holdout.policy(PolicySettings())
        >>> policy.name, policy.pool, policy.labels_per_task, policy.explore_floor
        ('fixed', 'crowd', 3, 0.0)
        """
        changes = self.overrides()
        if self.fixed is not None:
            changes |= {
                "name": "fixed",
                "pool": self.fixed.pool,
                "labels_per_task": self.fixed.labels,
                "min_labels": 1,
                "max_labels": max(base.max_labels, self.fixed.labels),
                "max_asks": max(base.max_asks, self.fixed.labels),
                "explore_floor": 0.0,
                "stop_floor": 0.0,
            }
        return msgspec.structs.replace(base, **changes)

    def has_own_brain(self, base: PolicySettings) -> bool:
        """Whether the arm learns for itself, from its own rewards alone.

        Without `own_brain`, it does if it explores otherwise than [policy]: what it tries decides
        what can be learned.

        Examples
        --------
        >>> [
        ...     ArmSettings(share=0.5, **one).has_own_brain(PolicySettings())
        ...     for one in ({"rate": 5.0}, {"max_labels": 4}, {"max_labels": 4, "own_brain": True})
        ... ]
        [True, False, True]
        """
        if self.own_brain is not None:
            return self.own_brain
        mine = self.policy(base)
        return any(getattr(mine, key) != getattr(base, key) for key in EXPLORING)


class ExperimentSettings(Section, frozen=True, kw_only=True):
    """A live test of policies: which part of the tasks each decides about."""

    name: str  # a new name or salt draws the arms anew
    unit: Unit = "task"  # hour: a switchback, where arms would share what is scarce
    salt: str = ""  # change it to draw the arms anew
    arms: dict[str, ArmSettings]

    def shares(self) -> dict[str, float]:
        """Return the share of each arm, in the order of the configuration."""
        return {name: arm.share for name, arm in self.arms.items()}


def experiment_rules(experiment: ExperimentSettings, base: PolicySettings) -> list[Rule]:
    """Return the rules of a test's settings, where [policy] has `base`.

    Examples
    --------
    >>> from bandit.policy_settings import require_all
    >>> halves = {"a": ArmSettings(share=0.5), "b": ArmSettings(share=0.6)}
    >>> require_all(experiment_rules(ExperimentSettings(name="x", arms=halves), PolicySettings()))
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: shares of experiment.arms = a 0.5, b 0.6 (sum 1.1): must be 1 in all
    """
    arms = experiment.arms
    rules: list[Rule] = [
        ("experiment.name", repr(experiment.name), bool(experiment.name.strip()), "a name"),
        (
            "number of experiment.arms",
            len(arms),
            2 <= len(arms) <= MOST_ARMS,
            f"2 to {MOST_ARMS}",
        ),
    ]
    own = [name for name, arm in arms.items() if arm.has_own_brain(base)]
    rules.append(
        (
            "arms with brains of their own",
            ", ".join(own),
            len(own) <= MOST_OWN,
            f"{MOST_OWN} or fewer; set own_brain = false",
        )
    )
    for name, arm in arms.items():
        where = f"experiment.arms.{name}"
        is_named = NAME.fullmatch(name) is not None
        rules += [
            ("name of an arm", repr(name), is_named, "1 to 64 letters, digits, - and _"),
            (f"{where}.share", arm.share, 0 < arm.share <= 1, "above 0 and at most 1"),
        ]
        if arm.fixed is None:
            rules += policy_rules(where, arm.policy(base))
            continue
        labels, more = arm.fixed.labels, ", ".join(arm.overrides())
        rules += [
            (where, f"fixed and {more}", not more, "fixed alone: a holdout changes nothing else"),
            (f"{where}.fixed.pool", repr(arm.fixed.pool), bool(arm.fixed.pool), "a pool's name"),
            (f"{where}.fixed.labels", labels, labels >= 1, "1 or more"),
        ]
    total = math.fsum(arm.share for arm in arms.values())
    given = ", ".join(f"{name} {arm.share:g}" for name, arm in arms.items())
    is_whole = math.isclose(total, 1.0, abs_tol=1e-9)
    rules.append(
        ("shares of experiment.arms", f"{given} (sum {total:g})", is_whole, "1 in all"),
    )
    return rules
