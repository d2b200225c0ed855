"""Logs with features whose worth is known: made by numpy, and written as a worker writes them."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tests.replay.task_log.own_log_writer import World, decision, reward, verdict, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.events import Decision, Feature, Reward, Verdict

CLASSES = ("ant", "bee", "cow")
LANGUAGES = ("en", "de", "fr")
UP_TO = ((0.8, 0.9, 1.0), (0.2, 0.9, 1.0), (0.1, 0.3, 1.0))
"""Chance of a language or one before it, by class."""
USEFUL = {"a", "b", "hard", "lang"}
USELESS = {"noise", "junk"}
CHANGE_AT = 0.6
"""Share of the log after which `length` is longer, where that is planted."""
MINUTE_S = 60.0


def features_of(
    rng: np.random.Generator, truth: int, hard: float, *, late: bool, useless: bool
) -> dict[str, Feature]:
    """`a`, `b` and `lang` tell the class, `hard` and `length` how often labels are right."""
    found: dict[str, Feature] = {
        "a": round(float(rng.normal() + 1.5 * (truth == 0)), 4),
        "b": round(float(rng.normal() + 1.2 * (truth == 1)), 4),
        "hard": round(float(hard + 0.2 * rng.normal()), 4),
        "lang": LANGUAGES[bisect(UP_TO[truth], float(rng.random()))],
    }
    if useless:
        found["noise"] = round(float(rng.normal()), 4)
        found["junk"] = "pqrs"[int(rng.integers(4))]
        found["length"] = round(float(np.exp(rng.normal() + 2.0 * hard + 0.8 * late)), 4)
    return found


def made_events(
    seed: int, tasks: int = 2500, *, planted: bool = False
) -> list[Decision | Reward | Verdict]:
    """Two labels a task, of pools that are right in 80 to 95 % of easy tasks.

    If `planted`, there are two useless features, and `length` changes after `CHANGE_AT`.
    """
    rng = np.random.default_rng(seed)
    events: list[Decision | Reward | Verdict] = []
    for number in range(tasks):
        truth, hard, at = int(rng.integers(3)), float(rng.random()), MINUTE_S * number
        late = planted and number >= CHANGE_AT * tasks
        features = features_of(rng, truth, hard, late=late, useless=planted)
        for ask in (1, 2):
            pool = "ab"[int(rng.integers(2))]
            right = rng.random() < {"a": 0.95, "b": 0.8}[pool] - 0.4 * hard
            answer = truth if right else (truth + 1 + int(rng.integers(2))) % 3
            pmf = {"a": 0.5, "b": 0.5}
            seen = {**features, "poolwise.labels": float(ask - 1)}
            written = decision(f"t{number}", ask, at + ask, pool, pmf, 0.5, ask - 1)
            events.append(msgspec.structs.replace(written, features=seen))
            judged = reward(f"t{number}", ask, at + ask, pool, pmf, right=right, basis="consensus")
            events.append(
                msgspec.structs.replace(
                    judged,
                    classes=CLASSES,
                    answer=CLASSES[answer],
                    features=seen,
                    signals={"agreement": round(float(rng.normal()), 4)},
                    labeler_signals={"rate": round(float(rng.normal()), 4)},
                )
            )
        events.append(
            verdict(World(), f"t{number}", 0, at + 3, CLASSES[truth], 0.9, 0.1, audited=False)
        )
    return events


def made_log(path: Path, seed: int, tasks: int = 2500, *, planted: bool = False) -> Path:
    """Write such a log."""
    return write_log(path, made_events(seed, tasks, planted=planted))
