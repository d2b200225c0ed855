"""The same events give the same bytes: in this process, in another, and in the next one."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import msgspec

from bandit.engine.engine import Engine
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.market import History, wild_market

ROOT = Path(__file__).resolve().parents[3]
TASKS = 120
PROGRAM = f"""
from tests.bandit.engine.test_determinism import digest, run
print(digest(*run({TASKS})))
"""


def run(tasks: int, seed: int = 7) -> tuple[History, Engine]:
    chosen = Settings(
        seed=seed, policy=PolicySettings(lookahead_labels=2), audit=AuditSettings(share=0.2)
    )
    engine = Engine(chosen, Brain(chosen))
    return wild_market(tasks).run(engine), engine


def digest(history: History, engine: Engine) -> str:
    """Of everything that came out, and of all that was learned and is remembered."""
    whole = [
        msgspec.json.encode(history.outputs),
        engine.brain.to_bytes(),
        *(value or b"" for _, _, value in sorted(engine.changes(), key=lambda one: one[1])),
    ]
    return sha256(b"".join(whole)).hexdigest()


def test_the_same_events_give_the_same_bytes_in_processes_with_other_hash_seeds() -> None:
    expected = digest(*run(TASKS))
    for hash_seed in ("0", "424242"):
        found = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.strip() == expected


def test_a_second_engine_fed_the_same_events_says_the_same() -> None:
    history, engine = run(TASKS)
    other = Engine(engine.settings, Brain(engine.settings))
    outputs = [other.receive(event) for event in history.received]
    assert msgspec.json.encode(outputs) == msgspec.json.encode(history.outputs)
    assert other.brain.to_bytes() == engine.brain.to_bytes()


def test_another_seed_chooses_otherwise() -> None:
    first, second = (
        [decision.choice for decision in run(TASKS, seed)[0].choices()] for seed in (7, 8)
    )
    assert first != second
