"""Settings out of their range are refused by name, before anything is decided with them."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from bandit.engine.engine import Engine
from bandit.errors import ConfigError
from bandit.learn.brain import Brain
from bandit.sections import read_core
from bandit.settings import (
    AuditSettings,
    ClockSettings,
    MemorySettings,
    PolicySettings,
    ProjectSettings,
    Settings,
    check,
)

POLICY: list[tuple[str, Any]] = [
    ("rate", 0.0),
    ("rate", math.nan),
    ("rate", math.inf),
    ("explore_floor", 0.0),
    ("explore_floor", 1.1),
    ("explore_floor", math.nan),
    ("stop_floor", 0.0),
    ("stop_floor", 0.6),
    ("second_opinion", -0.1),
    ("second_opinion", 1.1),
    ("second_opinion", math.nan),
    ("min_labels", 0),
    ("max_labels", 0),
    ("max_asks", 8),
    ("lookahead_labels", 0),
    ("lookahead_labels", 6),
    ("labels_per_task", 0),
]
PROJECT = [
    ("value_usd", 0.0),
    ("value_usd", math.inf),
    ("value_usd", math.nan),
    ("target_accuracy", 1.0),
    ("target_accuracy", math.nan),
    ("delay_usd_per_hour", -1.0),
    ("delay_usd_per_hour", math.inf),
]
BAD = [
    *((f"policy.{key}", Settings(policy=PolicySettings(**{key: value}))) for key, value in POLICY),
    *((f"project.{key}", Settings(project=ProjectSettings(**{key: v}))) for key, v in PROJECT),
    *(
        (f"projects.p1.{key}", Settings(projects={"p1": ProjectSettings(**{key: value})}))
        for key, value in PROJECT
    ),
    ("policy.pool", Settings(policy=PolicySettings(name="fixed"))),
    ("audit.share", Settings(audit=AuditSettings(share=0.0))),
    ("audit.least", Settings(audit=AuditSettings(least=0.0))),
    ("audit.usd_per_day", Settings(audit=AuditSettings(usd_per_day=0.0))),
    ("audit.usd_per_day", Settings(audit=AuditSettings(usd_per_day=math.inf))),
    ("audit.share", Settings(audit=AuditSettings(share=math.nan))),
    ("clock.max_jump_s", Settings(clock=ClockSettings(max_jump_s=0.0))),
    ("clock.confirmations", Settings(clock=ClockSettings(confirmations=0))),
    ("memory.remember_closed_s", Settings(memory=MemorySettings(remember_closed_s=-1.0))),
    ("memory.remember_closed_s", Settings(memory=MemorySettings(remember_closed_s=math.nan))),
    ("memory.remember_closed_s", Settings(memory=MemorySettings(remember_closed_s=math.inf))),
    ("memory.gold_waits_s", Settings(memory=MemorySettings(gold_waits_s=math.nan))),
    ("memory.max_closed", Settings(memory=MemorySettings(max_closed=-1))),
]


@pytest.mark.parametrize(("key", "chosen"), BAD)
def test_a_setting_out_of_its_range_is_refused_by_name(key: str, chosen: Settings) -> None:
    with pytest.raises(ConfigError, match=key) as caught:
        Engine(chosen, Brain(Settings()))
    assert "\n" not in str(caught.value)


def test_the_defaults_are_in_their_ranges() -> None:
    assert check(Settings()) == Settings()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"pools": {"crowd": {}}}, "pools is unknown: pools are events; feed a Pool"),
        ({"budget": {}}, "budget is unknown: budgets are orders; give one with poolwise control"),
        ({"projects": {"cats": {"usd_per_day": 5.0}}}, "projects.cats.usd_per_day is unknown: bud"),
        ({"projects": {"cats": {"value_us": 5.0}}}, "is unknown; did you mean 'value_usd'?"),
    ],
)
def test_what_is_said_elsewhere_is_no_unknown_key_alone(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        read_core(given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"projects": {"dogs": {"value_usd": 1.0}, "cats": {"value_usd": "2"}}},
            "projects.cats.value_usd: expected a number, got text",
        ),
        ({"projects": {"cats": 3}}, "projects.cats: expected a table, got a whole number"),
        (
            {"experiment": {"name": "e", "arms": {"a": {"share": 1.0}, "b": {"share": "half"}}}},
            "experiment.arms.b.share: expected a number, got text",
        ),
    ],
)
def test_a_wrong_type_is_named_with_its_project_or_arm(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(says)}$"):
        read_core(given)
