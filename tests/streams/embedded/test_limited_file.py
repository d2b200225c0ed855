"""A log whose files may grow no further: an error says so, and nothing is half there."""

from __future__ import annotations

import resource
from contextlib import closing
from typing import TYPE_CHECKING

from streams.embedded.log import EmbeddedLog
from streams.log.codec import encode
from tests.streams.scenes import task
from tests.streams.verbs import start

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 48 * 1024
"""Room for what SQLite needs beside the log, too little for the events."""


def fed(log: Path, events: Path, largest: int) -> tuple[int, str]:
    """Feed under a limit on the size of files; the exit code, and what was said."""
    limit = (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    with start(
        *("feed", log, events), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    ) as process:
        _, err = process.communicate(timeout=60)
    return process.returncode, err.decode()


def test_what_a_limit_on_files_refuses_is_not_written_at_all(tmp_path: Path) -> None:
    path, events = tmp_path / "log.db", tmp_path / "tasks.jsonl"
    events.write_bytes(b"\n".join(encode(task(f"t{number}" * 20)) for number in range(500)))
    EmbeddedLog(path, create=True).close()
    code, err = fed(path, events, LARGEST)
    assert code == 1
    assert err.startswith(f"poolwise: {path}: the commit failed: disk I/O error; the disk is full")
    assert "ulimit -f" in err
    again = f"then feed {events} again: lines that were written already are ignored\n"
    assert err.endswith(again)
    assert err.count("\n") == 1
    with closing(EmbeddedLog(path)) as log:
        assert log.follow("tasks").at_end()
    assert fed(path, events, 10_000_000) == (0, "")
    with closing(EmbeddedLog(path)) as log:
        assert log.follow("tasks").end() == 500
