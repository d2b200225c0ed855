"""Settings of the core; each default has its reason beside it."""

from __future__ import annotations

import math

import msgspec

from bandit.experiment_settings import ExperimentSettings, experiment_rules
from bandit.policy_settings import (
    ExplorerName,
    PolicyName,
    PolicySettings,
    Rule,
    Section,
    policy_rules,
    require_all,
)

__all__ = [
    "AuditSettings",
    "ClockSettings",
    "ExperimentSettings",
    "ExplorerName",
    "MemorySettings",
    "PolicyName",
    "PolicySettings",
    "ProjectSettings",
    "RewardSettings",
    "Section",
    "Settings",
    "check",
]


class ProjectSettings(Section, frozen=True):
    """Value of a right answer to a project, and its cost of waiting."""

    value_usd: float | None = None
    target_accuracy: float | None = None
    delay_usd_per_hour: float = 0.0
    verdict_within_s: float | None = None  # 95 % of verdicts; moves the price of waiting


class RewardSettings(Section, frozen=True):
    """Weights of quality, price and delay in the scalar reward; change `weights_id` with them."""

    weights_id: str = "quality-usd-1"
    quality_usd: float = 1.0
    usd: float = 1.0
    delay_usd_per_hour: float = 0.0


class AuditSettings(Section, frozen=True):
    """Share of verdicts whose truth an expert is asked for."""

    share: float = 0.02  # 2 %: 7,500 tasks per policy show a difference of one point
    least: float = 0.005  # chance of the surest verdict; a quarter of the share, if that is more
    usd_per_day: float | None = None  # of each project; short of it, the share shrinks to `least`


class ClockSettings(Section, frozen=True):
    """Limits within which a tick is believed."""

    max_jump_s: float = 3600.0  # a tick further ahead needs others that agree
    confirmations: int = 5  # so many ticks in a row confirm a jump
    max_skew_s: float = 30.0  # from the broker's clock, if known; inf: not compared


class MemorySettings(Section, frozen=True):
    """How much is remembered, and how long."""

    remember_closed_s: float = 86400.0  # a day: late labels and gold still revise the verdict
    max_closed: int = 50_000  # over all partitions, some 3 KB each; the oldest go first
    labeler_days: int = 90  # a labeler idle for longer counts as a new one
    max_labelers: int = 50_000  # over all projects, some 75 to 220 bytes each in a snapshot
    max_project_bytes: int = (
        15_000_000  # in a snapshot, labelers apart; some 5 to 10 times in memory
    )
    gold_waits_s: float = 3600.0  # gold, predictions of a task that hasn't come; then a dead letter
    max_waiting_gold: int = 10_000  # tasks per partition; as many again with predictions


class Settings(Section, frozen=True):
    """All settings of the core."""

    seed: int = 0
    policy: PolicySettings = PolicySettings()
    project: ProjectSettings = ProjectSettings()  # for projects that aren't listed
    projects: dict[str, ProjectSettings] = msgspec.field(default_factory=dict)
    reward: RewardSettings = RewardSettings()
    audit: AuditSettings = AuditSettings()
    clock: ClockSettings = ClockSettings()
    memory: MemorySettings = MemorySettings()
    experiment: ExperimentSettings | None = None  # no test: every task is decided by [policy]

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
    rules: list[Rule] = [
        (
            "audit.share",
            settings.audit.share,
            0 < settings.audit.share <= 1,
            "above 0 and at most 1",
        ),
        (
            "audit.least",
            settings.audit.least,
            0 < settings.audit.least <= 1,
            "above 0 and at most 1",
        ),
        (
            "audit.usd_per_day",
            settings.audit.usd_per_day,
            settings.audit.usd_per_day is None or settings.audit.usd_per_day > 0,
            "above 0",
        ),
        *policy_rules("policy", policy),
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
        (
            "memory.max_project_bytes",
            memory.max_project_bytes,
            memory.max_project_bytes >= 1_000_000,
            "1,000,000 or more",
        ),
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
            (
                f"{where}.verdict_within_s",
                project.verdict_within_s,
                project.verdict_within_s is None or project.verdict_within_s > 0,
                "above 0",
            ),
        ]
    if settings.experiment is not None:
        rules += experiment_rules(settings.experiment, policy)
    require_all(rules)
    return settings
