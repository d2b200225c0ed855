"""How fast the embedded log and the codec are: records a second, appended, read, decoded.

    python bench/log.py

The last lines hold the log against plain SQLite, the ceiling, in the same run: the same records in
the same transactions into one table, and read back with one query.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bandit.events import Label, Task
from streams.embedded.log import EmbeddedLog
from streams.log.codec import InputDecoder, encode
from streams.log.log import NewRecord, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.config.log_settings import Synchronous

RECORDS = 200_000
BATCH = 1000
VALUE = b'{"type":"Decision","task":"t","pmf":{"vendor-a":0.4,"vendor-b":0.6}}'.ljust(300, b" ")


def each(work: Callable[[Any], object], things: list[Any]) -> None:
    """Do `work` on each of `things`."""
    for thing in things:
        work(thing)


def timed(what: str, count: int, work: Callable[[], object]) -> float:
    """Print, and return in seconds, how long one of `count` takes: the best of three runs."""
    best = min(seconds(work) for _ in range(3)) / count
    print(f"{what:58} {best * 1e6:7.2f} us {1 / best:12,.0f}/s")
    return best


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def batches(topic: str, keys: int = RECORDS) -> list[list[NewRecord]]:
    """Records of 300 bytes in batches of 1000."""
    records = [NewRecord(topic, b"task-%d" % (i % keys), VALUE) for i in range(RECORDS)]
    return [records[i : i + BATCH] for i in range(0, RECORDS, BATCH)]


def append(folder: Path, made: list[list[NewRecord]], synchronous: Synchronous, ways: int) -> None:
    """Append everything to a new log."""
    path = folder / f"{time.monotonic_ns()}.db"
    with closing(EmbeddedLog(path, ways, create=True, synchronous=synchronous)) as log:
        for batch in made:
            log.write(batch)


def plain_append(folder: Path, made: list[list[NewRecord]]) -> Path:
    """Append everything to one table of a new SQLite file; where that is."""
    path = folder / f"{time.monotonic_ns()}.plain"
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        file.execute('CREATE TABLE t ("offset" INTEGER PRIMARY KEY, key BLOB, value BLOB)')
        for batch in made:
            file.execute("BEGIN IMMEDIATE")
            file.executemany(
                "INSERT INTO t (key, value) VALUES (?, ?)", ((one.key, one.value) for one in batch)
            )
            file.execute("COMMIT")
    return path


def plain_read(path: Path) -> None:
    """Read everything of the one table."""
    with closing(sqlite3.connect(path)) as file:
        for _ in file.execute('SELECT "offset", key, value FROM t'):
            pass


def follow(path: Path) -> None:
    """Read everything by a follower."""
    with closing(EmbeddedLog(path)) as log:
        reader = log.follow("tasks")
        while reader.poll(BATCH, 0.0):
            pass


def consume(path: Path) -> None:
    """Read everything as a worker does and write two outputs and a desk record for each."""
    with closing(EmbeddedLog(path)) as log:
        shared = log.shared(str(time.monotonic_ns()), ["tasks", "labels"])
        while records := shared.poll(BATCH, 0.0):
            outputs = [
                NewRecord(topic, one.key, VALUE, one.partition)
                for topic in ("decisions", "asks", "desk")
                for one in records
            ]
            shared.commit(outputs, {Place("tasks", 0): records[-1].offset + 1})


def main() -> None:
    """Measure."""
    decoder = InputDecoder()
    task = Task(
        task="t17",
        project="p1",
        at=12.5,
        classes=("yes", "no"),
        features={"lang": "en", "length": 83.0},
        value_usd=1.0,
        payload={"url": "https://example.org/17"},
    )
    label = Label(
        label="l1", task="t17", ask=1, pool="vendor-a", labeler="w9", answer="yes", at=70.1
    )
    many = range(100_000)
    for event in (task, label):
        name, data = type(event).__name__, [encode(event)] * len(many)
        timed(f"decode and check a {name}", len(many), partial(each, decoder.decode, data))
        timed(f"encode a {name}", len(many), partial(each, encode, [event] * len(many)))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        plain, compacted = batches("tasks"), batches("desk", keys=20_000)
        ours = timed("append, FULL", RECORDS, lambda: append(place, plain, "FULL", 1))
        bare = timed("append, plain SQLite, FULL", RECORDS, lambda: plain_append(place, plain))
        timed("append, NORMAL", RECORDS, lambda: append(place, plain, "NORMAL", 1))
        timed("append, FULL, 8 partitions", RECORDS, lambda: append(place, plain, "FULL", 8))
        timed("append, FULL, compacted", RECORDS, lambda: append(place, compacted, "FULL", 1))
        path = place / "read.db"
        with closing(EmbeddedLog(path, create=True)) as log:
            for batch in plain:
                log.write(batch)
        read = timed("follow", RECORDS, lambda: follow(path))
        other = plain_append(place, plain)
        scan = timed("read, plain SQLite", RECORDS, lambda: plain_read(other))
        timed("poll, write 3 records for each, commit, FULL", RECORDS, lambda: consume(path))
    print(f"ratio append_to_plain_sqlite {bare / ours:.3f}")
    print(f"ratio follow_to_plain_sqlite {scan / read:.3f}")


if __name__ == "__main__":
    main()
