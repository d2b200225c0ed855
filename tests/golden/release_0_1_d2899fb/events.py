"""How poolwise 0.1.0 reads its events; written by tests/golden/write.py."""

from __future__ import annotations

from typing import Any

import msgspec

Feature = float | str


class Pool(msgspec.Struct, kw_only=True, tag="Pool"):
    pool: str
    at: float
    usd_per_label: float
    capacity_per_hour: float | None = None
    expected_delay_s: float = 60.0
    ask_timeout_s: float = 900.0
    skills: tuple[str, ...] = ()
    open: bool = True
    gold: bool = False
    v: int = 1


class Task(msgspec.Struct, kw_only=True, tag="Task"):
    task: str
    project: str
    at: float
    classes: tuple[str, ...]
    features: dict[str, Feature] = {}
    skills: tuple[str, ...] = ()
    deadline_at: float | None = None
    value_usd: float | None = None
    target_accuracy: float | None = None
    payload: Any = None
    v: int = 1


class Label(msgspec.Struct, kw_only=True, tag="Label"):
    label: str
    task: str
    ask: int
    pool: str
    labeler: str
    answer: str
    at: float
    seconds_spent: float | None = None
    usd: float | None = None
    v: int = 1


class Decline(msgspec.Struct, kw_only=True, tag="Decline"):
    task: str
    ask: int
    pool: str
    at: float
    why: str = ""
    v: int = 1


class Gold(msgspec.Struct, kw_only=True, tag="Gold"):
    task: str
    answer: str
    at: float
    source: str = "expert"
    v: int = 1


class Tick(msgspec.Struct, kw_only=True, tag="Tick"):
    at: float
    reset: bool | msgspec.UnsetType = msgspec.UNSET
    v: int = 1


class Control(msgspec.Struct, kw_only=True, tag="Control"):
    at: float
    project: str | None = None
    paused: bool = False
    pool: str | None = None
    usd_per_day: float | None = None
    frozen: bool = False
    snapshot: int | None = None
    why: str = ""
    relearn: bool = False
    v: int = 1


class Decision(msgspec.Struct, kw_only=True, tag="Decision"):
    task: str
    project: str
    ask: int
    at: float
    choice: str
    pmf: dict[str, float]
    propensity: float
    why: str
    features_version: int
    features: dict[str, Feature]
    signals: dict[str, dict[str, float]]
    quality: dict[str, float]
    usd_per_label: dict[str, float]
    scarcity_usd: dict[str, float]
    worth_usd: float
    usd: float
    posterior: dict[str, float]
    confidence: float
    labels: int
    expires_at: float | None
    policy: str
    arm: str | None
    seed: int
    brain_position: int
    control: str | None = None
    v: int = 1


class Ask(msgspec.Struct, kw_only=True, tag="Ask"):
    task: str
    project: str
    ask: int
    at: float
    pool: str
    classes: tuple[str, ...]
    payload: Any
    expires_at: float
    exclude: tuple[str, ...]
    prefer: tuple[str, ...] = ()
    v: int = 1


class Reward(msgspec.Struct, kw_only=True, tag="Reward"):
    task: str
    project: str
    ask: int
    revision: int
    at: float
    decided_at: float
    why: str
    classes: tuple[str, ...]
    features_version: int
    features: dict[str, Feature]
    signals: dict[str, float]
    pmf: dict[str, float]
    propensity: float
    pool: str
    labeler: str | None
    answer: str | None
    labeler_signals: dict[str, float]
    target: str | dict[str, float] | None
    basis: str
    quality: float | None
    usd: float
    delay_s: float | None
    seconds_spent: float | None
    reward: float | None
    weights_id: str
    previous_basis: str | None = None
    verdict_answer: str | None = None
    verdict_confidence: float | None = None
    v: int = 1


class Verdict(msgspec.Struct, kw_only=True, tag="Verdict"):
    task: str
    project: str
    revision: int
    at: float
    answer: str | None
    confidence: float | None
    raw_confidence: float | None
    posterior: dict[str, float]
    labels: int
    usd: float
    delay_s: float
    basis: str
    why: str
    worth_usd: float
    audited: bool
    audit_propensity: float
    deadline_at: float | None = None
    v: int = 1


class DeadLetter(msgspec.Struct, kw_only=True, tag="DeadLetter"):
    rule: str
    message: str
    at: float | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    key: bytes | None = None
    original: bytes | None = None
    v: int = 1
