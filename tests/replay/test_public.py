"""What `import replay` offers, and what it doesn't load."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import replay

if TYPE_CHECKING:
    from pathlib import Path

LOG = {
    "action": ["a", "b", None, "b", "a"] * 200,
    "reward": [1.0, 0.0, 1.0, 0.5, 1.0] * 200,
    "propensity": [0.5] * 1000,
    "kind": ["x", None, "y", "y", "x"] * 200,
    "size": [1.0, None, 2.0, 3.0, 4.0] * 200,
}


def test_evaluate_and_compare_are_public() -> None:
    table = pa.table(LOG)
    alone = replay.evaluate(table, target="always:a")
    both = replay.compare(table, targets=["always:a", "uniform"])
    assert alone.value == both.evaluations[0].value == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("name", replay.__all__)
def test_all_that_is_promised_is_there(name: str) -> None:
    assert callable(getattr(replay, name))


def test_what_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        _ = replay.evalute


def loaded(code: str) -> set[str]:
    """Modules that a process has loaded after running `code`."""
    command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_alone_loads_nothing_large() -> None:
    assert not {"pyarrow", "numpy", "scipy"} & loaded("import replay")


def test_evaluation_loads_no_templates_before_a_page_is_written() -> None:
    assert "jinja2" not in loaded("import replay.evaluation.api")


def test_a_table_is_evaluated_without_pandas_and_the_large_parts_of_scipy(tmp_path: Path) -> None:
    """Nulls, unusable rows, slices and contexts included: each has its own way past pandas."""
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table(LOG), path)
    code = f"import replay\nreplay.evaluate({str(path)!r}, context=['kind', 'size'], by=['kind'])"
    assert not {"pandas", "scipy.optimize", "scipy.stats"} & loaded(code)
