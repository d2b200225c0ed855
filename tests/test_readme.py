"""The README's tour, run line by line: what it shows is what comes out.

A block that begins with ```console holds commands behind `$ `, their continuation behind `> `, and
what they print. A line `<!-- figures vary -->` before a block says that its output isn't compared.
After a change of the figures, `python tests/test_readme.py` writes the new ones into the README.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- figures vary -->\n)?```console\n(.*?)```", re.DOTALL)


class Step(NamedTuple):
    """A command of the tour as it is written, and what it is said to print."""

    written: str
    command: str
    printed: str


def steps(block: str) -> list[Step]:
    """Return the steps of a block, in order."""
    found = []
    for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        if not lines:
            continue
        more = 1
        while more < len(lines) and lines[more].startswith("> "):
            more += 1
        written = "".join(lines[:more])
        command = re.sub(r"^[$>] ", "", written, flags=re.MULTILINE)
        found.append(Step(written, command, "".join(lines[more:])))
    return found


def run(command: str, folder: Path) -> str:
    """Run a command as somebody at a terminal of 80 columns; what it prints."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    lines = (line.rstrip() for line in done.stdout.decode().splitlines())
    return "".join(f"{line}\n" for line in lines)


def test_the_tour_prints_what_the_readme_says(tmp_path: Path) -> None:
    blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
    assert len(blocks) >= 5
    for vary, block in blocks:
        for step in steps(block):
            printed = run(step.command, tmp_path)
            assert "Traceback" not in printed
            if not vary:
                assert printed == step.printed, f"{step.written}refresh: python {__file__}"


def refreshed(text: str, folder: Path) -> str:
    """Return the README's text with what its commands print now."""

    def block(match: re.Match[str]) -> str:
        shown = "".join(
            step.written + (step.printed if match[1] else run(step.command, folder))
            for step in steps(match[2])
        )
        return f"{match[1] or ''}```console\n{shown}```"

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        README.write_text(refreshed(README.read_text(encoding="utf-8"), Path(place)), "utf-8")
