"""Writes the index of the decisions from their titles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.documents.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """# Decisions

<!-- Generated: add a decision, then run `python tests/test_documents.py`. -->

Each page has one question, what was chosen, what the choice costs, and what would change our mind.
They are for people who work on poolwise; nobody has to read them to use it.
"""


def decision_files() -> list[Path]:
    """Files of the decisions, in the order of their numbers."""
    return sorted((ROOT / "docs" / "decisions").glob("0*.md"))


def decisions_page() -> str:
    """Return the page, with a line for each decision."""
    lines = []
    for path in decision_files():
        title = path.read_text(encoding="utf-8").partition("\n")[0]
        number, name = re.fullmatch(r"# (\d+)\.? (.+)", title).groups()  # type: ignore[union-attr]
        lines.append(f"{number}. [{name}]({path.name})")
    return f"{HEAD}\n" + "\n".join(lines) + "\n"
