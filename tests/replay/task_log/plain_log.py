"""A log by hand whose gains are known to the last digit: two pools in turn, each always the same.

A task is asked of one pool and stopped. Pool a is sure to .9, costs $.05 and takes 100 s; pool b is
sure to .6, costs $.01 and takes 40 s. A right answer is worth $2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.events import STOP, Verdict
from replay.targets.target import parse_target
from replay.task_log.log_summary import sum_task_log
from tests.replay.task_log.own_log_writer import World, decision, reward, verdict, write_log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bandit.events import Decision, Feature, Reward
    from replay.results.money import Component, Money, Statement

SURE = {"a": 0.9, "b": 0.6}
DELAY_S = {"a": 100.0, "b": 40.0}
PRICE = {"a": 0.05, "b": 0.01}
EVEN = {"a": 0.5, "b": 0.5}

Events = list["Decision | Reward | Verdict"]


def plain_task(
    number: int,
    features: Mapping[str, Feature] | None = None,
    project: str = "p",
) -> Events:
    """A task of pool a if its number is odd, of b if it is even."""
    task, pool, at = f"t{number}", "ab"[number % 2 == 0], 100.0 * number
    given = verdict(World(2.0), task, 0, at + 2, "yes", SURE[pool], PRICE[pool], audited=False)
    events: Events = [
        decision(task, 1, at, pool, EVEN, 0.5, 0),
        decision(task, 2, at + 1, STOP, {STOP: 1.0}, SURE[pool], 1),
        msgspec.structs.replace(given, delay_s=DELAY_S[pool], project=project),
    ]
    for i in (0, 1):
        events[i] = msgspec.structs.replace(events[i], features=features or {}, project=project)
    return events


def audited(
    task: Events, truth: str, chance: float = 1.0, usd: float | None = None, *, drawn: bool = True
) -> Events:
    """A task that may be audited; if it is drawn, with gold, paid if the log has a price."""
    *decided, given = task
    assert isinstance(given, Verdict)
    given = msgspec.structs.replace(given, audited=drawn, audit_propensity=chance)
    if not drawn:
        return [*decided, given]
    gold = msgspec.structs.replace(
        given, revision=1, at=given.at + 5, answer=truth, confidence=1.0, basis="gold"
    )
    events: Events = [*decided, given, gold]
    if usd is not None:
        paid = reward(given.task, 3, given.at, "a", {"a": 1.0}, right=True, basis="none")
        events.append(msgspec.structs.replace(paid, why="audit", pool="experts", usd=usd))
    return events


def money(
    path: Path,
    events: Events,
    target: str = "always:a",
    *,
    delay: float = 0.0,
    by: Sequence[str] = (),
    audit_usd: float | None = None,
    level: float = 0.95,
) -> Money:
    """What `target` earns more, by a log of `events`."""
    path.unlink(missing_ok=True)
    summary = sum_task_log(
        write_log(path, events),
        [parse_target(target)],
        delay,
        by=by,
        audit_usd=audit_usd,
        level=level,
    ).summaries[0]
    assert summary.money is not None
    return summary.money


def parts(found: Statement) -> dict[str, Component]:
    """Components by their names."""
    return {one.name: one for one in found.components}
