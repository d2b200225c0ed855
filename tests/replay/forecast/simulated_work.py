"""Logs and tables of simulated work: arrivals with a known day and week, pools, prices, audits."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.events import STOP, Control, Decision, Pool, Reward, Verdict
from tests.replay.task_log.own_log_writer import World, decision, reward, verdict, write_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MONDAY = 1_767_571_200.0  # 2026-01-05 00:00 UTC
HOUR_S = 3600.0
PRICE_USD = 0.05


def hourly_rate(hours: int, tasks_per_hour: float, *, day: float = 0.7) -> NDArray[np.float64]:
    """Rates with a peak at 14:00 and a quiet weekend, from a Monday on."""
    hour = np.arange(hours)
    weekend = np.where(hour // 24 % 7 >= 5, 0.4, 1.0)
    by_day = 1.0 + day * np.cos(2.0 * np.pi * (hour - 14) / 24.0)
    rate: NDArray[np.float64] = tasks_per_hour * by_day * weekend
    return rate


def arrivals(rate: NDArray[np.float64], seed: int, start: float = MONDAY) -> NDArray[np.float64]:
    """Moments of a Poisson process whose rate changes by the hour."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rate)
    hours = np.repeat(np.arange(len(rate)), counts)
    times = start + HOUR_S * (hours + rng.random(len(hours)))
    return np.sort(times)


def write_table(
    path: Path, times: Iterable[float], column: str = "created_at", *, zone: str = "+00:00"
) -> Path:
    """Write a CSV of ISO times."""
    lines = [
        f"{number},{datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat()}{zone}"
        for number, at in enumerate(times)
    ]
    path.write_text("\n".join([f"id,{column}", *lines]) + "\n")
    return path


def work(
    times: Sequence[float],
    seed: int,
    project: str = "cats",
    pools: Sequence[tuple[str, float]] = (("crowd", 1.0),),
) -> list[Decision | Reward | Verdict]:
    """Events of tasks that get one label each, of a pool drawn by its share; 10 % are audited."""
    rng = np.random.default_rng(seed)
    names, shares = [name for name, _ in pools], [share for _, share in pools]
    events: list[Decision | Reward | Verdict] = []
    for number, at in enumerate(times):
        task, pool = f"{project}-{number}", str(rng.choice(names, p=shares))
        delay_s = float(rng.exponential(120.0))
        asked = msgspec.structs.replace(
            decision(task, 1, at, "a", {"a": 1.0}, 0.5, 0),
            project=project,
            choice=pool,
            pmf={pool: 1.0},
        )
        stopped = msgspec.structs.replace(
            decision(task, 2, at + delay_s, STOP, {STOP: 1.0}, 0.9, 1), project=project
        )
        given = msgspec.structs.replace(
            reward(task, 1, at, "a", {"a": 1.0}, right=True, basis="consensus"),
            project=project,
            pool=pool,
            labeler=f"{pool}-{int(rng.integers(5))}",
            at=at + delay_s,
            delay_s=delay_s,
            usd=PRICE_USD,
            seconds_spent=60.0,
        )
        audited = bool(rng.random() < 0.1)
        closed = msgspec.structs.replace(
            verdict(
                World(audit=0.1), task, 0, at + delay_s, "yes", 0.9, PRICE_USD, audited=audited
            ),
            project=project,
            delay_s=delay_s,
        )
        events += [asked, given, stopped, closed]
        if audited:
            truth = "yes" if rng.random() < 0.8 else "no"
            events.append(
                msgspec.structs.replace(
                    closed, revision=1, at=at + 900.0, answer=truth, basis="gold", confidence=1.0
                )
            )
    return events


def write_work(
    path: Path,
    events: Iterable[Decision | Reward | Verdict],
    pools: Sequence[Pool] = (),
    controls: Sequence[Control] = (),
) -> Path:
    """Write a log, with pools and controls as operations describe them."""
    write_log(path, events)
    with sqlite3.connect(path) as db:
        for topic, records in (("pools", pools), ("controls", controls)):
            db.execute("INSERT INTO topics VALUES (?, 1, 1)", (topic,))
            db.execute(
                f'CREATE TABLE "{topic}/0" ("offset" INTEGER PRIMARY KEY, key BLOB, value BLOB)'
            )
            for record in records:
                value = json.dumps(msgspec.to_builtins(record)).encode()
                db.execute(f'INSERT INTO "{topic}/0" (key, value) VALUES (?, ?)', (b"", value))
    return path
