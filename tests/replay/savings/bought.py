"""Labels that somebody bought, and the command run on them."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from bandit.draw import draw
from replay.cli.savings import savings

if TYPE_CHECKING:
    from pathlib import Path

DAY_S = 86400.0


def run(*args: str) -> str:
    """Run the verb; an error of ours comes through as it is, to be shown by the face."""
    result = CliRunner().invoke(savings, list(args), standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.output


def figures(*args: str) -> dict[str, Any]:
    answer = json.loads(run(*args, "--json"))
    assert isinstance(answer, dict)
    return answer


def rows(tasks: int = 40) -> list[dict[str, str]]:
    """Five labels a task over ten days by ten people of two vendors, right nine times in ten."""
    found = []
    for number in range(tasks):
        for i in range(5):
            who = (number + i) % 10
            right = draw(5, f"t{number}", who, "right") < 0.9
            found.append(
                {
                    "item": f"t{number}",
                    "worker": f"w{who}",
                    "answer": "yes" if right == (number % 2 == 0) else "no",
                    "vendor": "a" if who < 5 else "b",
                    "when": f"2026-03-{1 + 10 * number // tasks:02d}T{8 + i:02d}:00:00",
                    "paid": "0.05" if who < 5 else "0.10",
                    "right": "yes" if number % 2 == 0 else "no",
                }
            )
    return found


def write(path: Path, table: list[dict[str, str]], drop: tuple[str, ...] = ()) -> Path:
    names = [name for name in table[0] if name not in drop]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(table)
    return path
