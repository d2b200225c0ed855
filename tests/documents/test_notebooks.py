"""Notebooks use what is public, so that a reader can do the same."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest

import bandit
import replay
from tests.documents.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PUBLIC = {"replay": set(replay.__all__), "bandit": set(bandit.__all__)}
WHOLE = {"bandit.events", "bandit.errors"}
"""Modules of which every name is public."""


def inner_imports(code: str) -> list[str]:
    """Return what code imports of our packages that isn't public."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module not in WHOLE:
            public = PUBLIC.get(node.module or "", set())
            found += [
                f"{node.module}.{each.name}" for each in node.names if each.name not in public
            ]
    ours = ("replay.", "bandit.", "streams", "poolwise")
    return [name for name in found if name.startswith(ours) and name not in WHOLE]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_imports_what_is_public(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert inner_imports(code) == []
    public = {f"replay.{name}" for name in replay.__all__}
    used = {
        f"replay.{node.attr}"
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == "replay"
    }
    assert used <= public


def test_inner_imports_are_noticed() -> None:
    inner = ["from replay.demo.demo import run_demo", "import streams.core", "import replay.tune"]
    public = ["import replay", "from bandit import Engine", "from bandit.events import Ask"]
    assert [bool(inner_imports(line)) for line in inner + public] == [True] * 3 + [False] * 3
