"""Pages whose blocks of commands are run: what each block holds, runs and prints.

A block of `sh` or `python` runs as it stands, in the folder that the blocks before it left; the
block of `text` below it is what it prints. Two comments say more:

- `<!-- figures vary -->` above a block: it is run, but its output is not compared. Thousands of
  decisions lie behind it, and another processor may draw one of them otherwise.
- `<!-- continues PAGE -->` anywhere in a page: it runs in a copy of the folder that PAGE leaves.

What a page printed is kept for all processes of a test run, so that the demo runs once.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[2]
KAFKA = "localhost:9092"  # where the pages have their broker; tests start one elsewhere
BLOCK = re.compile(
    r"(?P<vary><!-- figures vary -->\n)?```(?P<language>sh|python)\n(?P<code>.*?)```"
    r"(?:\n\n```text\n(?P<shown>.*?)```)?",
    re.DOTALL,
)
CONTINUES = re.compile(r"<!-- continues (\S+) -->")
LONG = re.compile(r"\d+\.\d{7,}")  # beyond six digits, processors may differ


@dataclass(frozen=True)
class Block:
    """Commands, and the text that the page shows as their output."""

    language: str
    code: str
    shown: str
    varies: bool


def pages() -> list[Path]:
    """Every document of the project for readers, as paths from its root."""
    found = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    found += sorted((ROOT / "docs").rglob("*.md"))
    return [path.relative_to(ROOT) for path in found]


def text_of(page: Path) -> str:
    """Text of a page, which is named from the project's root."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks_of(text: str) -> list[Block]:
    """Blocks of a page's text that are run, in their order."""
    return [
        Block(match["language"], match["code"], match["shown"] or "", bool(match["vary"]))
        for match in BLOCK.finditer(text)
    ]


def needs_broker(page: Path) -> bool:
    """Tell whether a page's blocks, or those of the page that it continues, use Kafka."""
    text = text_of(page)
    before = CONTINUES.search(text)
    return any(KAFKA in block.code for block in blocks_of(text)) or (
        before is not None and needs_broker(Path(before[1]))
    )


def run(block: Block, folder: Path, broker: str | None = None) -> str:
    """Return what a block prints on a terminal of 80 columns, without spaces at line ends."""
    shell = ["bash", "-c"] if block.language == "sh" else [sys.executable, "-c"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [*shell, block.code.replace(KAFKA, broker or KAFKA)],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    text = done.stdout.decode().replace(broker or KAFKA, KAFKA)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def outputs(page: Path, place: Path, broker: Callable[[], str]) -> list[str]:
    """Return what each block of a page prints; processes that share `place` run it once.

    `broker` starts Kafka, or returns the address of one that runs.
    """
    own = place / str(page.with_suffix("")).replace("/", "-")
    own.mkdir(parents=True, exist_ok=True)
    with (own / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = own / "outputs.json"
        if not kept.exists():
            printed = _run_all(page, place, own / "folder", broker)
            kept.write_text(json.dumps(printed), encoding="utf-8")
        return list(json.loads(kept.read_text(encoding="utf-8")))


def _run_all(page: Path, place: Path, folder: Path, broker: Callable[[], str]) -> list[str]:
    text = text_of(page)
    before = CONTINUES.search(text)
    if before is None:
        folder.mkdir()
        (folder / "docs").symlink_to(ROOT / "docs")  # readers run them in the project's folder
    else:
        former = Path(before[1])
        outputs(former, place, broker)
        shutil.copytree(
            place / str(former.with_suffix("")).replace("/", "-") / "folder", folder, symlinks=True
        )
    address = broker() if needs_broker(page) else None
    return [run(block, folder, address) for block in blocks_of(text)]


def rounded(text: str) -> str:
    """Return `text` with its long numbers cut to six digits."""
    return LONG.sub(lambda number: f"{float(number[0]):.6g}", text)


def with_outputs(text: str, printed: Sequence[str]) -> str:
    """Return a page's text with what its blocks print now."""
    fresh = iter(printed)

    def block(match: re.Match[str]) -> str:
        head = f"{match['vary'] or ''}```{match['language']}\n{match['code']}```"
        output = next(fresh)
        return f"{head}\n\n```text\n{output}```" if output else head

    return BLOCK.sub(block, text)
