"""How poolwise 0.1.0 reads its records; written by tests/golden/write.py."""

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


class AskState(msgspec.Struct, kw_only=True):
    ask: int
    pool: str
    at: float
    expires_at: float
    why: str
    usd: float
    pmf: dict[str, float]
    propensity: float
    system: dict[str, Feature]
    signals: dict[str, float]
    quality: float
    status: str = "waiting"
    ended_at: float | None = None
    label: Label | None = None
    labeler_signals: dict[str, float] = {}
    revision: int = -1
    basis: str | None = None


class TaskState(msgspec.Struct, kw_only=True):
    task: Task
    asks: list[AskState] = []
    decided: int = 0
    retry_at: float | None = None
    waits_for: tuple[str, ...] = ()
    worth_usd: float | None = None
    halted: str = ""
    halted_at: float | None = None
    stranded_at: float | None = None
    gold: Gold | None = None
    verdict: Verdict | None = None
    closed_at: float | None = None
    raw_answer: str | None = None
    raw_confidence: float | None = None
    calibrated: bool = False
    resets: int = 0
    v: int = 1


class HeldGold(msgspec.Struct, kw_only=True):
    gold: Gold
    at: float
    resets: int = 0
    v: int = 1


class DeskState(msgspec.Struct, kw_only=True):
    now: float | None = None
    ahead_at: float | None = None
    ahead_ticks: int = 0
    filled_at: float | None = None
    room: dict[str, float] = {}
    used_usd: dict[str, tuple[int, float]] = {}
    in_flight: dict[str, int] = {}
    waiting: dict[str, int] = {}
    project_turns: list[str] = []
    shared_asks: dict[str, int] = {}
    log_worth: dict[str, float] = {}
    open_tasks: int = 0
    waiting_gold: int = 0
    resets: list[tuple[float, float]] = []
    positions: dict[str, int] = {}
    split: int = 0
    v: int = 1


class TrackRecord(msgspec.Struct, kw_only=True):
    right: float = 0.0
    total: float = 0.0
    golds: int = 0
    asks: float = 0.0
    expired: float = 0.0
    seconds: float = 0.0
    timed: float = 0.0
    last_at: float | None = None
    session: int = 0
    seen_day: int | None = None


class Calibration(msgspec.Struct, kw_only=True):
    shift: float = 0.0
    slope: float = 0.65
    curve_shift: float = 4.0
    curve_cross: float = 0.0
    curve_slope: float = 16.0
    golds: int = 0


class Trust(msgspec.Struct, kw_only=True):
    shared: float = 0.0
    own: float = 0.0


class Saved(msgspec.Struct, kw_only=True):
    version: int
    vw_arguments: str
    position: int
    quality: bytes
    weights: dict[str, float]
    bias: float
    judged: dict[str, int]
    pools: dict[str, TrackRecord]
    labelers: dict[str, TrackRecord]
    calibration: dict[str, Calibration]
    day: int | None = None
    day_began: int = 0
    trust: dict[str, Trust] = {}


class Manifest(msgspec.Struct, kw_only=True):
    v: int = 1
    id: int
    sha256: str
    count: int
    learned: int
    position: int
    at: float | None = None
    control: int = -1
    skipped: tuple[tuple[int, int], ...] = ()
    brain: int = 1
