"""Simulated logs of our own, written as an embedded log is, with the truth known exactly.

Two pools; a task's labels are right with the pool's chance. The policy asks one, then stops with a
chance or asks on, at most three times. What any other policy would earn comes from the tree of all
histories.
"""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.draw import choose
from bandit.events import STOP, Decision, Reward, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

RIGHT = {"a": 0.9, "b": 0.65}
USD = {"a": 0.05, "b": 0.01}
MOST = 3
MEAN_UNSURE = 0.35
"""About the mean of sqrt(c(1 - c)) over the verdicts' confidences c."""


@dataclass(frozen=True)
class World:
    """How tasks are decided; `flattery` is added to every confidence that is written.

    A share `audit` of the tasks is audited: alike, or with `aimed` those of unsure verdicts more.
    """

    worth_usd: float = 1.0
    flattery: float = 0.0
    audit: float = 0.0
    aimed: bool = False
    stops: bool = True

    def audit_chance(self, confidence: float) -> float:
        """Chance that a verdict is audited; about `audit` in the mean."""
        if not self.aimed:
            return self.audit
        unsure = math.sqrt(confidence * (1.0 - confidence)) / MEAN_UNSURE
        return min(1.0, self.audit * (0.25 + 0.75 * unsure))


def belief(labels: Iterable[tuple[str, bool]]) -> float:
    """Chance that the true class is right, given labels (pool, whether right)."""
    odds = 1.0
    for pool, right in labels:
        ratio = RIGHT[pool] / (1 - RIGHT[pool])
        odds *= ratio if right else 1 / ratio
    return odds / (1 + odds)


def logged_pmf(labels: list[tuple[str, bool]]) -> dict[str, float]:
    if not labels:
        return {"a": 0.4, "b": 0.6}
    if len(labels) == MOST:
        return {STOP: 1.0}
    sure = max(belief(labels), 1 - belief(labels))
    stop = 0.7 if sure > 0.8 else 0.2
    return {"a": (1 - stop) * 0.5, "b": (1 - stop) * 0.5, STOP: stop}


def uniform_pmf(labels: list[tuple[str, bool]]) -> dict[str, float]:
    eligible = logged_pmf(labels)
    return dict.fromkeys(eligible, 1 / len(eligible))


def always_a_pmf(labels: list[tuple[str, bool]]) -> dict[str, float]:
    stop = logged_pmf(labels).get(STOP, 0.0)
    return {"a": 1 - stop, STOP: stop}


def true_value(world: World, pmf: object, labels: list[tuple[str, bool]] | None = None) -> float:
    """Exact value of a policy, from the tree of all histories."""
    so_far = labels or []
    total = 0.0
    for choice, chance in pmf(so_far).items():  # type: ignore[operator]  # a plain function
        if chance == 0:
            continue
        if choice == STOP:
            b = belief(so_far)
            total += chance * world.worth_usd * (float(b > 0.5) if b != 0.5 else 0.5)
            continue
        for right in (True, False):
            p = RIGHT[choice] if right else 1 - RIGHT[choice]
            ahead = true_value(world, pmf, [*so_far, (choice, right)])
            total += chance * p * (ahead - USD[choice])
    return total


def simulate(world: World, tasks: int, seed: int) -> list[Decision | Reward | Verdict]:
    """Decisions, rewards and verdicts of `tasks` tasks, in the order of their time."""
    rng = np.random.default_rng(seed)
    events: list[Decision | Reward | Verdict] = []
    for number in range(tasks):
        events += one_task(world, f"t{number}", 100.0 * number, rng)
    return events


def one_task(
    world: World,
    task: str,
    begin: float,
    rng: np.random.Generator,
    policy: Callable[[list[tuple[str, bool]]], dict[str, float]] = logged_pmf,
) -> list[Decision | Reward | Verdict]:
    labels: list[tuple[str, bool]] = []
    events: list[Decision | Reward | Verdict] = []
    usd, ask = 0.0, 0
    while True:
        ask += 1
        pmf = policy(labels)
        if not world.stops:
            pmf = {name: chance for name, chance in pmf.items() if name != STOP}
            if not pmf or (labels and rng.random() < 0.5):
                break
            total = sum(pmf.values())
            pmf = {name: chance / total for name, chance in pmf.items()}
        choice = choose(pmf, rng.random())
        at = begin + ask
        b = belief(labels)
        events.append(decision(task, ask, at, choice, pmf, max(b, 1 - b), len(labels)))
        if choice == STOP:
            break
        usd += USD[choice]
        right = bool(rng.random() < RIGHT[choice])
        labels.append((choice, right))
        events.append(reward(task, ask, at, choice, pmf, right=right, basis="consensus"))
    b = belief(labels)
    right = bool(b > 0.5) if b != 0.5 else bool(rng.random() < 0.5)
    confidence = min(max(b, 1 - b) + world.flattery, 1.0)
    audited = bool(rng.random() < world.audit_chance(confidence))
    answer = "yes" if right else "no"  # the truth is always yes
    given = verdict(world, task, 0, begin + ask, answer, confidence, usd, audited=audited)
    events.append(given)
    if audited:
        gold = msgspec.structs.replace(
            given, revision=1, at=begin + 50, answer="yes", confidence=1.0, basis="gold"
        )
        events.append(gold)
    return events


def decision(
    task: str, ask: int, at: float, choice: str, pmf: Mapping[str, float], sure: float, labels: int
) -> Decision:
    return Decision(
        task=task,
        project="p",
        ask=ask,
        at=at,
        choice=choice,
        pmf=dict(pmf),
        propensity=pmf[choice],
        why="first" if ask == 1 else "more",
        features_version=1,
        features={},
        signals={},
        quality={},
        usd_per_label=USD,
        scarcity_usd={},
        worth_usd=1.0,
        usd=USD.get(choice, 0.0),
        posterior={},
        confidence=sure,
        labels=labels,
        expires_at=None,
        policy="test",
        arm=None,
        seed=0,
        brain_position=0,
    )


def reward(
    task: str, ask: int, at: float, pool: str, pmf: Mapping[str, float], *, right: bool, basis: str
) -> Reward:
    return Reward(
        task=task,
        project="p",
        ask=ask,
        revision=0,
        at=at + 0.5,
        decided_at=at,
        why="first" if ask == 1 else "more",
        classes=("yes", "no"),
        features_version=1,
        features={},
        signals={},
        pmf=dict(pmf),
        propensity=pmf[pool],
        pool=pool,
        labeler="w",
        answer="yes" if right else "no",
        labeler_signals={},
        target=None,
        basis=basis,
        quality=float(right),
        usd=USD[pool],
        delay_s=0.5,
        seconds_spent=None,
        reward=float(right) - USD[pool],
        weights_id="w1",
    )


def verdict(
    world: World,
    task: str,
    revision: int,
    at: float,
    answer: str | None,
    confidence: float,
    usd: float,
    *,
    audited: bool,
) -> Verdict:
    return Verdict(
        task=task,
        project="p",
        revision=revision,
        at=at,
        answer=answer,
        confidence=confidence,
        raw_confidence=confidence,
        posterior={},
        labels=1,
        usd=usd,
        delay_s=3600.0,
        basis="consensus",
        why="value",
        worth_usd=world.worth_usd,
        audited=audited,
        audit_propensity=world.audit_chance(confidence) or 1.0,
    )


def write_log(path: Path, events: Iterable[Decision | Reward | Verdict]) -> Path:
    """Write events as an embedded log of two partitions holds them."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA application_id = 1886351212")
        db.execute("PRAGMA user_version = 1")
        db.execute("CREATE TABLE topics (topic TEXT PRIMARY KEY, partitions INT, compacted INT)")
        for topic, ways in (("decisions", 2), ("rewards", 1), ("verdicts", 2)):
            db.execute("INSERT INTO topics VALUES (?, ?, 0)", (topic, ways))
            for partition in range(ways):
                db.execute(
                    f'CREATE TABLE "{topic}/{partition}"'
                    ' ("offset" INTEGER PRIMARY KEY, key BLOB, value BLOB)'
                )
        for event in events:
            topic = {Decision: "decisions", Reward: "rewards", Verdict: "verdicts"}[type(event)]
            partition = 0 if topic == "rewards" else len(event.task) % 2
            db.execute(
                f'INSERT INTO "{topic}/{partition}" (key, value) VALUES (?, ?)',
                (event.task.encode(), msgspec.json.encode(event)),
            )
    db.close()
    return path
