"""How poolwise 0.1.0 reads its states; written by tests/golden/write.py."""

from __future__ import annotations

import msgspec

from tests.golden.release_0_1_d2899fb.events import Feature, Gold, Label, Task, Verdict


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
