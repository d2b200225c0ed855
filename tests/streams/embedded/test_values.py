"""Values in the file are smaller and come back as they were, whoever wrote and whatever failed."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bandit.errors import LogCorrupt
from replay.log_files.log_file import LogFile
from streams.clients.address import open_log
from streams.config.log_settings import LogSettings
from streams.embedded import values as embedded_values
from streams.embedded.log import EmbeddedLog
from streams.embedded.values import FIRST
from streams.log.log import NewRecord
from streams.log.topics import DECISIONS, DESK
from tests.streams.following_contract import read_all

if TYPE_CHECKING:
    from pathlib import Path

FRAME = zstandard.ZstdCompressor().compress(b"not to be decompressed" * 20)
value = st.none() | st.binary(max_size=300) | st.integers(0, 400).map(lambda n: b"pool" * n)
batch = st.lists(value | st.just(FRAME), max_size=30)


def decision(number: int) -> bytes:
    """Return something of the size and shape of a decision with 18 features."""
    features = {f"feature-{i}": (number * 7919 + i * 104_729) % 10_007 for i in range(18)}
    pmf = dict.fromkeys(("crowd", "trained", "specialist", "stop"), 0.25)
    return msgspec.json.encode(
        {"type": "Decision", "task": f"t{number}", "features": features, "pmf": pmf, "v": 1}
    )


def decisions(count: int, first: int = 0, topic: str = DECISIONS) -> list[NewRecord]:
    return [NewRecord(topic, b"t%d" % i, decision(i), 0) for i in range(first, first + count)]


def values(log: EmbeddedLog, topic: str = DECISIONS) -> list[bytes | None]:
    return [record.value for record in read_all(log.follow(topic))]


def stored(path: Path, topic: str = DECISIONS) -> int:
    """Return the bytes of all values in the file's table."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f'SELECT sum(length(value)) FROM "{topic}/0"').fetchone()[0])


def dictionaries(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM dictionaries").fetchone()[0])


@pytest.fixture
def full(path: Path) -> Path:
    """Return a log that has a dictionary of decisions."""
    with closing(EmbeddedLog(path, create=True)) as log:
        log.write(decisions(FIRST))
    return path


def test_values_of_a_log_take_less_than_half(path: Path) -> None:
    new = decisions(3000)
    with closing(EmbeddedLog(path, create=True)) as log:
        for start in range(0, len(new), 100):
            log.write(new[start : start + 100])
        assert values(log) == [record.value for record in new]
    assert stored(path) < sum(len(record.value or b"") for record in new) / 2
    with closing(LogFile(path)) as file:
        assert list(file.values(DECISIONS)) == [record.value for record in new]


@given(batches=st.lists(batch, min_size=1, max_size=8))
@example(batches=[[b"x" * 300] * 30, [FRAME, None, b""], [b"x" * 300]])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    batches: list[list[bytes | None]],
) -> None:
    monkeypatch.setattr(embedded_values, "FIRST", 20)
    monkeypatch.setattr(embedded_values, "RENEW", 25)
    path = tmp_path_factory.mktemp("any") / "log.db"
    with (
        closing(EmbeddedLog(path, create=True, synchronous="NORMAL")) as log,
        closing(EmbeddedLog(path, synchronous="NORMAL")) as other,
    ):
        for number, some in enumerate(batches):
            writer = other if number % 3 == 1 else log
            writer.write([NewRecord(DECISIONS, b"k", one, 0) for one in some])
        written = [one for some in batches for one in some]
        assert values(log) == values(other) == written
    with closing(LogFile(path)) as file:
        assert list(file.values(DECISIONS)) == [one for one in written if one is not None]


def test_a_dictionary_of_a_transaction_that_failed_is_not_used(path: Path) -> None:
    with (
        closing(EmbeddedLog(path, create=True)) as log,
        closing(EmbeddedLog(path)) as other,
    ):
        with suppress(ZeroDivisionError), log.transaction():
            log.append(decisions(FIRST))
            raise ZeroDivisionError
        other.write([NewRecord(DECISIONS, b"k", b"%0300d" % i, 0) for i in range(FIRST)])
        log.write(decisions(10))
        assert values(other)[FIRST:] == values(log)[FIRST:] == [decision(i) for i in range(10)]


def test_a_dictionary_serves_all_who_write_and_is_renewed(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(EmbeddedLog(full)) as log:
        log.write(decisions(100, FIRST))
        assert dictionaries(full) == 1
        monkeypatch.setattr(embedded_values, "RENEW", 200)
        log.write(decisions(100, FIRST + 100))
        assert dictionaries(full) == 2
        assert values(log) == [decision(i) for i in range(FIRST + 200)]


def test_a_value_that_is_damaged_is_said_to_be(full: Path) -> None:
    with closing(sqlite3.connect(full)) as db:
        db.execute(
            'UPDATE "decisions/0" SET value = ? WHERE "offset" = ?', (b"\x28\xb5", FIRST - 1)
        )
        db.commit()
    with closing(EmbeddedLog(full)) as log, pytest.raises(LogCorrupt, match="damaged"):
        values(log)
    with closing(LogFile(full)) as file, pytest.raises(LogCorrupt, match="damaged"):
        list(file.values(DECISIONS))
    with closing(sqlite3.connect(full)) as db:
        db.execute("DELETE FROM dictionaries")
        db.commit()
    with (
        closing(EmbeddedLog(full)) as log,
        pytest.raises(LogCorrupt, match="dictionary 1 is missing"),
    ):
        values(log)


def test_a_file_of_the_release_before_stays_as_it_is(path: Path) -> None:
    """That release inserts three columns, and reads values as they stand."""
    with closing(open_log(str(path), LogSettings(compression="none"), create=True)) as log:
        log.write(decisions(2 * FIRST))
    with closing(EmbeddedLog(path)) as log:
        log.write(decisions(FIRST, 2 * FIRST))
        assert values(log) == [decision(i) for i in range(3 * FIRST)]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        rows = db.execute('SELECT value FROM "decisions/0" ORDER BY "offset"').fetchall()
        assert rows == [(decision(i),) for i in range(3 * FIRST)]
        db.execute('INSERT INTO "decisions/0" VALUES (?, ?, ?)', (3 * FIRST, b"k", b"{}"))


def test_what_is_deleted_soon_is_kept_as_it_came(path: Path) -> None:
    with closing(EmbeddedLog(path, create=True)) as log:
        log.write(decisions(2 * FIRST, topic=DESK))
        log.write(decisions(2 * FIRST, topic=DESK))
    assert stored(path, DESK) == sum(len(decision(i)) for i in range(2 * FIRST))
