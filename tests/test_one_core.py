"""Small matrices are worked on by one core: more of them only wait for each other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TASKS = Path("/proc/self/task")
CORES = len(os.sched_getaffinity(0)) if TASKS.exists() else 1
THREADS = (
    f"import numpy; from pathlib import Path; print(len(list(Path({str(TASKS)!r}).iterdir())))"
)

pytestmark = pytest.mark.skipif(CORES < 2, reason="one core, or no /proc that counts threads")


@pytest.fixture
def bare() -> dict[str, str]:
    """Return the environment without numbers of threads."""
    return {name: value for name, value in os.environ.items() if not name.endswith("NUM_THREADS")}


def threads(code: str, environment: dict[str, str]) -> int:
    """Return how many threads a process has when it has run `code` and imported NumPy."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {THREADS}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1])


def test_the_command_starts_no_threads_for_linear_algebra_unless_told(
    bare: dict[str, str],
) -> None:
    code = "from poolwise import main; main(['--version'])"
    assert threads("pass", bare) > 1
    assert threads(code, bare) == 1
    assert threads(code, bare | {"OPENBLAS_NUM_THREADS": "2"}) == 2


def test_the_tests_start_none_either(bare: dict[str, str]) -> None:
    """What `tests/conftest.py` imports doesn't load NumPy before it says so."""
    assert threads("import tests.conftest", bare) == 1
