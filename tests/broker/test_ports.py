"""Ports are picked once, whoever picks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.broker.ports import BLOCK, free_port

ROOT = Path(__file__).resolve().parents[2]
OTHER = """
from tests.broker.ports import free_port
print(*(free_port() for _ in range(500)), flush=True)
input()
"""


def test_no_two_processes_pick_one_port() -> None:
    others = [
        subprocess.Popen(
            [sys.executable, "-c", OTHER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    picked = [free_port() for _ in range(2 * BLOCK)]
    for other in others:
        assert other.stdout is not None
        picked += [int(port) for port in other.stdout.readline().split()]
    for other in others:
        other.communicate("\n")
    assert len(picked) == 2 * BLOCK + 3 * 500
    assert len(set(picked)) == len(picked)
