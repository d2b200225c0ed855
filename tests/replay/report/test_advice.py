"""Advice has a sentence for every check that a report can print."""

from __future__ import annotations

import ast
from pathlib import Path

import replay
from replay.report.wording.advice import ADVICE, LABELS


def checks_made() -> set[str]:
    """Names of all checks in the code: the first argument of each `CheckResult`."""
    (folder,) = replay.__path__
    calls = [
        call
        for path in Path(folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "CheckResult"
    ]
    return {ast.literal_eval(call.args[0]) for call in calls}


def test_every_check_has_advice_and_every_advice_a_check() -> None:
    assert checks_made() == set(ADVICE)
    assert set(LABELS) < set(ADVICE)
