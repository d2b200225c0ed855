"""How tests ask about a worker's TOML: the file, the command, and one target or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from replay import compare, evaluate
from replay.cli.verbs import evaluate as command
from tests.replay.learning.table import as_table

if TYPE_CHECKING:
    from pathlib import Path

    from replay.report.displayed import DisplayedComparison, DisplayedEvaluation

ROWS = 1500


def toml(folder: Path, name: str, text: str) -> str:
    """Write a worker's TOML with this section [policy]."""
    path = folder / f"{name}.toml"
    path.write_text(f"[policy]\n{text}\n[worker]\nmax_open = 5\n")
    return str(path)


def run(*arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(command, list(arguments), env={"COLUMNS": "80"})


def ask(target: str, source: Any = None, **options: Any) -> DisplayedEvaluation:
    """Ask about one target on a log of `ROWS` rows, unless it is another."""
    table = as_table(ROWS) if source is None else source
    return evaluate(table, target=target, context=["type"], **options)


def both(*targets: str, **options: Any) -> DisplayedComparison:
    """Ask about several at once."""
    return compare(as_table(ROWS), targets=targets, context=["type"], **options)
