"""Settings of the core; each default has its reason beside it."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from bandit.errors import ConfigError

PolicyName = Literal["value", "uniform", "fixed", "cheapest", "best_known"]
ExplorerName = Literal["inverse_gap", "epsilon_greedy", "softmax"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of the configuration: frozen, and unknown keys are errors."""


class PolicySettings(Section, frozen=True):
    """Which pool is asked, and when a task has enough labels."""

    name: PolicyName = "value"
    pool: str | None = None  # for the policy `fixed`
    labels_per_task: int = 3  # for all policies but `value`; three is what most teams buy
    explorer: ExplorerName = "inverse_gap"
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
        (
            "policy.check_share",
            policy.check_share,
            0 < policy.check_share <= 1,
            "above 0 and at most 1",
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
    for name, setting, holds, wanted in rules:
        is_infinite = isinstance(setting, float) and not math.isfinite(setting)
        if is_infinite or not holds:
            msg = (
                f"{name} = {setting}: must be {'a finite number, ' if is_infinite else ''}{wanted}"
            )
            raise ConfigError(msg)
    return settings
