"""Write what a release leaves behind, so that later ones are tested to read it.

    python tests/golden/write.py TREE tests/golden/release_0_1

TREE is that release's source. Do this once a release, with the script of its day:

    log.db.zst     an embedded log of two partitions: open, halted, closed and refused tasks, gold
                   that waits, ticks, pools, controls, snapshots of the learning
    archive        its decisions, rewards and verdicts as Parquet
    expected.json  what that release itself says of it
    events.py      how that release reads events, for tests of a downgrade
    states.py      how it reads desks and the manifests of snapshots

Only the release before today's is read by those tests: remove both files of the one before it, and
run `make format`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import zstandard

CONFIG = """seed = 7
[policy]
explore_floor = 0.1
max_labels = 3
[audit]
share = 0.2
[worker]
snapshot_every = 10
[memory]
remember_closed_s = 100000.0
"""
POOLS: list[dict[str, Any]] = [
    {"pool": "a", "usd_per_label": 0.02, "ask_timeout_s": 300.0},
    {"pool": "b|c", "usd_per_label": 0.05, "capacity_per_hour": 40.0, "skills": ["cats"]},
    {"pool": "expert", "usd_per_label": 1.0, "gold": True},
]
CONTROLS: list[dict[str, Any]] = [
    {"project": "paused", "paused": True, "why": "bad data"},
    {"project": "capped", "usd_per_day": 0.05},
    {"project": "pinned", "pool": "b|c"},
    {"why": "as usual"},
]
PROJECTS = ("cats", "capped", "pinned", "paused")
ROUNDS = 16
STEP_S = 60.0
BEGAN = 1_790_000_000.0


class Release:
    """The command of a release, with a log of its own."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self._tree = tree.absolute()
        self.folder = folder.absolute()
        self.log = self.folder / "log.db"
        self.config = self.folder / "poolwise.toml"
        self.config.write_text(CONFIG, encoding="utf-8")

    def run(self, verb: str, *args: object, stdin: str = "") -> str:
        """Run a verb; return what it prints."""
        command = [sys.executable, "-m", "poolwise", verb, *map(str, args)]
        done = subprocess.run(
            command, cwd=self._tree, input=stdin, text=True, check=True, stdout=subprocess.PIPE
        )
        return done.stdout

    def feed(self, events: list[dict[str, Any]]) -> None:
        """Put events into the log."""
        lines = "\n".join(map(json.dumps, events))
        self.run("feed", self.log, "-", "--partitions", 2, stdin=lines)

    def work(self) -> None:
        """Let a worker do all there is to do, by the ticks of the log."""
        self.run("work", self.log, "--config", self.config, "--until-idle", "--clock", "log")

    def tail(self, topic: str) -> list[dict[str, Any]]:
        """Return what stands in a topic."""
        return [json.loads(line) for line in self.run("tail", self.log, topic).splitlines()]


def live(release: Release) -> None:
    """Let tasks come, be asked about, answered, declined, forgotten, corrected and left open."""
    now = BEGAN
    release.feed([{"type": "Pool", "at": now, **pool} for pool in POOLS])
    release.feed([{"type": "Control", "at": now, **control} for control in CONTROLS])
    seen: set[tuple[str, int]] = set()
    for number in range(ROUNDS):
        now += STEP_S
        events: list[dict[str, Any]] = [task(number, project, now) for project in PROJECTS]
        new = [ask for ask in release.tail("asks") if (ask["task"], ask["ask"]) not in seen]
        seen |= {(ask["task"], ask["ask"]) for ask in new}
        events += [one for i, ask in enumerate(new) for one in answer(ask, i + number, now)]
        if number % 4 == 3:
            events.append(gold(f"t{number - 3} of cats", now))
        events.append({"type": "Tick", "at": now})
        release.feed(events)
        release.work()
    release.feed([gold("t99 of cats", now), {"type": "Tick", "at": now + 1.0}])
    release.work()


def task(number: int, project: str, at: float) -> dict[str, Any]:
    """Return a task; some have a deadline, all features and a payload."""
    made: dict[str, Any] = {
        "type": "Task",
        "task": f"t{number} of {project}",
        "project": project,
        "at": at,
        "classes": ["yes", "no", "maybe"],
        "features": {"lang": "de" if number % 3 else "en", "length": 10.0 * number},
        "value_usd": 0.5,
        "payload": {"image": f"{number}.png"},
    }
    return made | ({"deadline_at": at + 4 * STEP_S} if number % 5 == 2 else {})


def answer(ask: dict[str, Any], number: int, at: float) -> list[dict[str, Any]]:
    """Return what a pool does with an ask: mostly a label, sometimes nothing."""
    about = {"task": ask["task"], "ask": ask["ask"], "pool": ask["pool"], "at": at}
    if number % 7 == 3:
        return []
    if number % 7 == 5:
        return [{"type": "Decline", **about, "reason": "too busy"}]
    said = "no" if number % 4 == 1 else "yes"
    name = f"{ask['task']}/{ask['ask']}"
    who = f"{ask['pool']} {ask['ask'] % 3}/{number % 3}"
    return [{"type": "Label", **about, "label": name, "labeler": who, "answer": said}]


def gold(name: str, at: float) -> dict[str, Any]:
    """Return the truth about a task."""
    return {"type": "Gold", "task": name, "answer": "yes", "at": at, "source": "expert"}


def shrink(log: Path) -> None:
    """Leave one small file."""
    connection = sqlite3.connect(log)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("VACUUM")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    for beside in log.parent.rglob("*.lock"):
        beside.unlink()
    packed = zstandard.ZstdCompressor(level=19).compress(log.read_bytes())
    log.with_name("log.db.zst").write_bytes(packed)
    log.unlink()


def of_release(script: str, tree: Path, path: Path) -> bytes:
    """Run a script about `path` with the release's code; return what it prints."""
    here = Path(__file__).parent.absolute() / "of_release"
    command: list[str | Path] = [sys.executable, here / script, tree.absolute(), path]
    return subprocess.run(command, cwd=tree, check=True, stdout=subprocess.PIPE).stdout


def main(tree: Path, folder: Path) -> None:
    """Write all of it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    release = Release(tree, folder)
    live(release)
    release.run("archive", release.log, release.folder / "archive", "--until-idle")
    found = of_release("expected.py", tree, release.log)
    (folder / "expected.json").write_bytes(found)
    of_release("structs.py", tree, release.folder)
    shrink(release.log)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
