"""Names: of packages that others also ship, of files, and of what stands on a file's first line."""

from __future__ import annotations

import ast
import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bandit", "streams", "replay")
FOREIGN = ("bandit", "replay-rec")
MODULES = sorted(
    [ROOT / "poolwise.py"] + [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
)
EVERYWHERE = sorted(
    path for name in (*PACKAGES, "tests", "bench") for path in (ROOT / name).rglob("*.py")
)


def place(path: Path) -> str:
    """Name a file as git does."""
    return path.relative_to(ROOT).as_posix()


def is_one_sentence(line: str) -> bool:
    """Tell whether a line ends like a sentence and no other one starts in it."""
    return line.endswith((".", "?", "!")) and not re.search(r"[.?!]\s+[A-Z]", line)


def test_no_foreign_distribution_lies_beside_ours() -> None:
    """Another `bandit` or `replay` would overwrite our files without a word."""
    installed = {found.name.lower().replace("_", "-") for found in distributions()}
    assert not installed.intersection(FOREIGN)


@pytest.mark.parametrize("name", FOREIGN)
def test_constraints_refuse_the_foreign_distributions(name: str) -> None:
    assert f"{name}<0" in (ROOT / "constraints.txt").read_text().splitlines()


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+(==[\w.]+|<0)", pin)] == []


def test_tests_have_no_init_file_at_any_depth() -> None:
    """`tests/bandit/__init__.py` alone would hide our package `bandit`."""
    assert [place(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = {"base", "common", "helper", "helpers", "misc", "util", "utils"}
    assert [place(path) for path in EVERYWHERE if path.stem in empty] == []


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {place(path): len(path.read_text("utf-8").splitlines()) for path in EVERYWHERE}
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_starts_with_a_docstring_of_one_sentence(path: Path) -> None:
    """The first line says in one sentence what the file is about."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    assert is_one_sentence(text.partition("\n")[0])


def test_two_sentences_on_one_line_are_noticed() -> None:
    assert is_one_sentence("It decides, learns (v1.2) and opens nothing.")
    assert not is_one_sentence("It decides. It learns.")
    assert not is_one_sentence("It decides")
