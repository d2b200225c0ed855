"""The core opens nothing: neither import-linter nor ruff sees builtins, so this test does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "bandit").rglob("*.py"))
BANNED = {
    "open",
    "print",
    "input",
    "hash",  # salted per process: another run would draw otherwise
    "eval",
    "exec",
    "__import__",
    "breakpoint",
}
# Vowpal Wabbit can save only to a file, so this one module reads and writes a temporary one.
ALLOWED = {"learn/vw_bytes.py": {"open"}}


def banned_names(source: str) -> dict[int, str]:
    """Find the banned builtins that a source uses, by line; called or only handed on."""
    return {
        node.lineno: node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in BANNED
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_core_uses_no_banned_builtin(path: Path) -> None:
    allowed = ALLOWED.get(path.relative_to(ROOT / "bandit").as_posix(), set())
    found = banned_names(path.read_text("utf-8"))
    assert {line: name for line, name in found.items() if name not in allowed} == {}


def test_a_banned_builtin_is_noticed_wherever_it_stands() -> None:
    """A call, a default and a body are found; an attribute or a field of that name is fine."""
    source = """
def f(say=print):
    log.open()
    return open("x")
key = lambda x: hash(x)
class Pool:
    open: bool = True
"""
    assert banned_names(source) == {2: "print", 4: "open", 5: "hash"}
