"""What the benchmarks say about memory is of the process that they measure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

LARGE_PARENT = """
import subprocess, sys
held = bytes(range(256)) * (300 << 12)  # 300 MiB
child = "from bench.peers.peak_memory import peak_mb; print(peak_mb())"
print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout)
"""


def test_a_process_reports_its_own_peak_and_not_that_of_the_one_that_started_it() -> None:
    """A process that holds 300 MiB starts one that holds next to nothing."""
    run = subprocess.run(
        [sys.executable, "-c", LARGE_PARENT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert 5 < float(run.stdout) < 100
