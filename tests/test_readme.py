"""The README's tour, run block by block: what it shows is what comes out.

A block of `sh` is run as it stands, in the folder of those before it; the block of `text` below it
is what it prints. A line `<!-- figures vary -->` above says that the output isn't compared:
thousands of decisions lie behind it, and another processor may draw one of them otherwise.
After a change of the figures, `python tests/test_readme.py` writes the new ones into the README.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # when it is run as a script

from tests.broker.broker import Broker  # noqa: E402

README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- figures vary -->\n)?```sh\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
LONG = re.compile(r"\d+\.\d{7,}")  # beyond six digits, processors may differ
KAFKA = "localhost:9092"  # where the tour has its broker; the test starts one elsewhere
REFRESH = "prints something else now; if it should: python tests/test_readme.py"


def run(commands: str, folder: Path, broker: str | None = None) -> str:
    """Run commands as somebody at a terminal of 80 columns; what they print."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    commands = commands.replace(KAFKA, broker or KAFKA)
    done = subprocess.run(
        ["bash", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    text = done.stdout.decode().replace(broker or KAFKA, KAFKA)
    lines = (line.rstrip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines)


def rounded(text: str) -> str:
    """Return `text` with its long numbers cut to six digits."""
    return LONG.sub(lambda found: f"{float(found[0]):.6g}", text)


@pytest.mark.slow  # it runs the whole demo
def test_the_tour_prints_what_the_readme_says(tmp_path: Path, broker: Broker) -> None:
    """Where figures vary, too, something is shown, and nothing fails with a traceback."""
    blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
    assert len(blocks) >= 5
    for vary, commands, shown in blocks:
        printed = run(commands, tmp_path, broker.address)
        assert "Traceback" not in printed
        if vary:
            assert shown.strip(), f"{commands}{REFRESH}"
            assert printed.strip()
        else:
            assert rounded(printed) == rounded(shown), f"{commands}{REFRESH}"


def test_every_block_of_commands_is_followed_by_what_it_prints() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == text.count("```sh\n") == text.count("```text\n")


def refreshed(text: str, folder: Path, broker: str) -> str:
    """Return the README's text with what its commands print now."""

    def block(match: re.Match[str]) -> str:
        printed = run(match[2], folder, broker)
        return f"{match[1] or ''}```sh\n{match[2]}```\n\n```text\n{printed}```"

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, Broker() as started:
        text = README.read_text(encoding="utf-8")
        README.write_text(refreshed(text, Path(place), started.address), "utf-8")
