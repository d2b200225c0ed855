"""What can be set in the core; each default has its reason beside it."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from bandit.errors import ConfigError

PolicyName = Literal["value", "uniform", "fixed", "cheapest", "best_known"]
ExplorerName = Literal["inverse_gap", "epsilon_greedy", "softmax"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of the configuration: frozen, and closed to unknown keys."""


class PolicySettings(Section, frozen=True):
    """Who is asked, and when it is enough."""

    name: PolicyName = "value"
    pool: str | None = None  # of `fixed`
    labels_per_task: int = 3  # of the policies without a stopping rule: what most teams buy
    explorer: ExplorerName = "inverse_gap"
    rate: float = 20.0  # inverse_gap: gamma = rate * sqrt(t), the best of two simulated markets
    explore_floor: float = 0.02  # share of asks spread evenly: every pool stays evaluable
    stop_floor: float = 0.01  # chance kept for going on and for stopping: so is stopping
    second_opinion: float = 0.8  # least chance of a second label: a lone one teaches nothing
    min_labels: int = 1
    max_labels: int = 9  # a task that nine labels don't settle isn't settled by a tenth
    max_asks: int = 20  # declines and expiries count here
    give_up_s: float = 604_800.0  # a week without any pool able to take a task: none will come
    lookahead_labels: int = 3  # one label can't flip an answer, so its value alone is often zero


class ProjectSettings(Section, frozen=True):
    """What a right answer is worth to a project, and what waiting costs it."""

    value_usd: float | None = None
    target_accuracy: float | None = None
    delay_usd_per_hour: float = 0.0


class RewardSettings(Section, frozen=True):
    """The fixed weights of the scalar reward; change `weights_id` with them."""

    weights_id: str = "quality-usd-1"
    quality_usd: float = 1.0
    usd: float = 1.0
    delay_usd_per_hour: float = 0.0


class AuditSettings(Section, frozen=True):
    """How many verdicts are sent to gold."""

    share: float = 0.02  # two in a hundred: 7,500 tasks an arm see a difference of one point


class ClockSettings(Section, frozen=True):
    """Which ticks are believed."""

    max_jump_s: float = 3600.0  # a tick further ahead than this waits for others to agree
    confirmations: int = 5  # as many ticks in a row, and the jump is believed
    max_skew_s: float = 30.0  # from the broker's clock, if it is known; inf: not compared


class MemorySettings(Section, frozen=True):
    """How long and how much is remembered."""

    remember_closed_s: float = 86400.0
    max_closed: int = 50_000  # over all partitions, at some 3 KB; the first that closed go first
    labeler_days: int = 90  # idle for longer, a labeler counts as a new one of the pool
    max_labelers: int = 50_000  # over all projects, at some 190 bytes in each snapshot
    gold_waits_s: float = 3600.0
    max_waiting_gold: int = 10_000


class Settings(Section, frozen=True):
    """All of the core's settings."""

    seed: int = 0
    policy: PolicySettings = PolicySettings()
    project: ProjectSettings = ProjectSettings()  # for projects that aren't listed
    projects: dict[str, ProjectSettings] = {}
    reward: RewardSettings = RewardSettings()
    audit: AuditSettings = AuditSettings()
    clock: ClockSettings = ClockSettings()
    memory: MemorySettings = MemorySettings()

    def of_project(self, name: str) -> ProjectSettings:
        """Settings of the project `name`, or those for projects that aren't listed."""
        return self.projects.get(name, self.project)


def check(settings: Settings) -> Settings:
    """Return `settings` if every value is in its range.

    Raises
    ------
    ConfigError
        Naming the first key that isn't, its value and its range.

    Examples
    --------
    >>> check(Settings(audit=AuditSettings(share=1.5)))
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: audit.share = 1.5: must be above 0 and at most 1
    """
    policy, clock, memory = settings.policy, settings.clock, settings.memory
    rules = [
        (
            "audit.share",
            settings.audit.share,
            0 < settings.audit.share <= 1,
            "above 0 and at most 1",
        ),
        ("policy.rate", policy.rate, policy.rate > 0, "above 0"),
        (
            "policy.explore_floor",
            policy.explore_floor,
            0 < policy.explore_floor <= 1,
            "above 0 and at most 1",
        ),
        (
            "policy.stop_floor",
            policy.stop_floor,
            0 < policy.stop_floor <= 0.5,
            "above 0 and at most 0.5",
        ),
        (
            "policy.second_opinion",
            policy.second_opinion,
            0 <= policy.second_opinion <= 1,
            "between 0 and 1",
        ),
        ("policy.min_labels", policy.min_labels, policy.min_labels >= 1, "1 or more"),
        (
            "policy.max_labels",
            policy.max_labels,
            policy.max_labels >= policy.min_labels,
            "min_labels or more",
        ),
        (
            "policy.max_asks",
            policy.max_asks,
            policy.max_asks >= policy.max_labels,
            "max_labels or more",
        ),
        ("policy.give_up_s", policy.give_up_s, policy.give_up_s > 0, "above 0"),
        (
            "policy.lookahead_labels",
            policy.lookahead_labels,
            1 <= policy.lookahead_labels <= 5,
            "1 to 5",
        ),
        (
            "policy.labels_per_task",
            policy.labels_per_task,
            policy.labels_per_task >= 1,
            "1 or more",
        ),
        (
            "policy.pool",
            policy.pool,
            policy.name != "fixed" or bool(policy.pool),
            "set when policy.name is 'fixed'",
        ),
        ("clock.max_jump_s", clock.max_jump_s, clock.max_jump_s > 0, "above 0"),
        (
            "clock.max_skew_s",
            None if clock.max_skew_s == math.inf else clock.max_skew_s,
            clock.max_skew_s > 0,
            "above 0",
        ),
        ("clock.confirmations", clock.confirmations, clock.confirmations >= 1, "1 or more"),
        (
            "memory.remember_closed_s",
            memory.remember_closed_s,
            memory.remember_closed_s >= 0,
            "0 or more",
        ),
        ("memory.max_closed", memory.max_closed, memory.max_closed >= 0, "0 or more"),
        ("memory.labeler_days", memory.labeler_days, memory.labeler_days >= 1, "1 or more"),
        ("memory.max_labelers", memory.max_labelers, memory.max_labelers >= 1, "1 or more"),
        ("memory.gold_waits_s", memory.gold_waits_s, memory.gold_waits_s >= 0, "0 or more"),
    ]
    named = [("project", settings.project)]
    named += [(f"projects.{name}", project) for name, project in settings.projects.items()]
    for where, project in named:
        value, target = project.value_usd, project.target_accuracy
        rules += [
            (f"{where}.value_usd", value, value is None or value > 0, "above 0"),
            (
                f"{where}.target_accuracy",
                target,
                target is None or 0 < target < 1,
                "between 0 and 1",
            ),
            (
                f"{where}.delay_usd_per_hour",
                project.delay_usd_per_hour,
                project.delay_usd_per_hour >= 0,
                "0 or more",
            ),
        ]
    for name, given, holds, wanted in rules:
        endless = isinstance(given, float) and not math.isfinite(given)
        if endless or not holds:
            msg = f"{name} = {given}: must be {'a finite number, ' if endless else ''}{wanted}"
            raise ConfigError(msg)
    return settings
