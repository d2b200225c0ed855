"""The archive: every record of the log once, typed, by day, and nothing of another log."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import StateError
from bandit.events import Decision, Feature, Reward, Verdict
from poolwise import main
from replay.log_files.archive_rows import TAGS, _rows
from streams.archive.archive import Archive
from streams.archive.columns import NO_DAY, PendingRow, batch_of, schema_of
from streams.archive.names import header_of
from streams.embedded.log import EmbeddedLog
from streams.log.log import NewRecord
from tests.replay.task_log.own_log_writer import World, simulate
from tests.streams.archive.archive_audit import archive_all, audit, files, records, rows, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


EVENTS = simulate(World(audit=0.3), 120, seed=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = EmbeddedLog(tmp_path / "log.db", partitions=2, create=True, synchronous="NORMAL")
    with closing(opened):
        write(opened, EVENTS)
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def test_every_record_of_the_log_is_one_row(log: EmbeddedLog, folder: Path) -> None:
    archive = archive_all(log, folder)
    audit(log, folder)
    figures = archive.figures()
    assert figures.pop("files") == sum(map(len, files(folder).values()))
    assert sum(figures.values()) == len(EVENTS)


def test_what_a_real_worker_wrote_comes_back_as_it_was(tmp_path: Path, folder: Path) -> None:
    """Features, signals of pools and labelers, targets by gold and by consensus."""
    assert main(["demo", "--tasks", "60", "--dir", str(tmp_path), "--json"]) == 0
    with closing(EmbeddedLog(tmp_path / "demo.db")) as log:
        archive_all(log, folder)
        audit(log, folder)
        rewards = [row for path in files(folder)["rewards", 0] for row in rows(path)]
    assert any(row["signals"] and row["labeler_signals"] for row in rewards)
    assert {type(msgspec.json.decode(row["target"] or "null")) for row in rewards} >= {dict}


FINITE = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.dictionaries(st.text(max_size=5), FINITE, max_size=3)
WHOLE = st.integers(-(2**63), 2**63 - 1)
OF_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=5),
    int: WHOLE,
    float: FINITE,
    bool: st.booleans(),
    tuple[str, ...]: st.lists(st.text(max_size=5), max_size=3).map(tuple),
    dict[str, float]: NUMBERS,
    dict[str, tuple[float, ...]]: st.dictionaries(
        st.text(max_size=5), st.lists(FINITE, max_size=3).map(tuple), max_size=3
    ),
    dict[str, dict[str, float]]: st.dictionaries(st.text(max_size=5), NUMBERS, max_size=3),
    dict[str, Feature]: st.dictionaries(
        st.text(max_size=5),
        FINITE | st.text(max_size=5) | st.lists(FINITE, max_size=3).map(tuple),
        max_size=3,
    ),
    str | dict[str, float] | None: st.none() | st.text(max_size=5) | NUMBERS,
    str | None: st.none() | st.text(max_size=5),
    float | None: st.none() | FINITE,
    dict[str, float] | None: st.none() | NUMBERS,
    int | None: st.none() | WHOLE,
    tuple[tuple[str, str, str, float], ...]: st.lists(
        st.tuples(*3 * [st.text(max_size=5)], FINITE), max_size=3
    ).map(tuple),
}


def made(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any event of a kind, of the version there is."""
    fields = {field.name: OF_TYPE[field.type] for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields | {"v": st.just(1)})


@pytest.mark.parametrize(
    ("topic", "kind"), [("rewards", Reward), ("decisions", Decision), ("verdicts", Verdict)]
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_event_comes_back_from_its_columns_as_it_was(
    topic: str, kind: type[Any], data: st.DataObject
) -> None:
    events = data.draw(st.lists(made(kind), max_size=4))
    values = [msgspec.json.encode(event) for event in events]
    batch = batch_of(topic, [PendingRow(offset, value) for offset, value in enumerate(values)])
    batch.validate(full=True)
    back = list(_rows(batch.slice(1), TAGS[topic]))
    assert back == list(enumerate(values))[1:]
    whole = [msgspec.json.decode(value or b"", type=kind) for _, value in _rows(batch, TAGS[topic])]
    assert whole == events


def test_numbers_are_numbers_and_chances_a_map() -> None:
    schema = schema_of("rewards")
    assert schema.field("decided_at").type == pa.float64()
    assert schema.field("pmf").type == pa.map_(pa.string(), pa.float64())
    assert schema.field("classes").type == pa.list_(pa.string())
    assert schema.field("features").metadata == {b"poolwise": b"json"}
    assert schema_of("decisions").field("seed").type == pa.int64()


@pytest.mark.parametrize(
    "value",
    [
        b"{oops",
        b"",
        b'{"type":"Reward","v":2,"decided_at":5.0}',
        msgspec.json.encode(EVENTS[1]).replace(b'"v":1', b'"v":7'),
        msgspec.json.encode(EVENTS[1]).replace(b'"revision":0', b'"revision":%d' % 2**64),
        msgspec.json.encode(msgspec.structs.replace(EVENTS[1], machine_labels=2**63)),
        None,
    ],
)
def test_a_record_that_is_no_reward_is_kept_as_it_came(
    log: EmbeddedLog, folder: Path, value: bytes | None
) -> None:
    assert isinstance(EVENTS[1], Reward)
    log.write([NewRecord("rewards", b"k", value)])
    archive_all(log, folder, every=10_000)
    last = max(
        (row for path in files(folder)["rewards", 0] for row in rows(path)),
        key=lambda row: row["offset"],
    )
    assert last.pop("offset") == len(records(log, "rewards", 0)) - 1
    assert last.pop("original") == value
    assert set(last.values()) == {None}


def test_a_time_that_no_calendar_has_gets_a_folder_all_the_same(
    log: EmbeddedLog, folder: Path
) -> None:
    first = next(event for event in EVENTS if isinstance(event, Reward))
    for at in (1e300, -1e300, -62_135_596_801.0, 253_402_300_800.0):
        write(log, [msgspec.structs.replace(first, decided_at=at)])
    write(log, [msgspec.structs.replace(first, decided_at=253_402_300_799.0)])
    archive_all(log, folder)
    audit(log, folder)
    assert list(folder.glob(f"rewards/day={NO_DAY}/*.parquet"))
    assert list(folder.glob("rewards/day=9999-12-31/*.parquet"))


def test_a_range_is_cut_at_the_count_and_its_days_share_its_name(
    log: EmbeddedLog, folder: Path
) -> None:
    first = next(event for event in EVENTS if isinstance(event, Reward))
    for day in range(3):
        write(log, [msgspec.structs.replace(first, decided_at=86_400.0 * day, at=1e6)])
    count = len(records(log, "rewards", 0))
    archive_all(log, folder, every=count)
    name = f"rewards-0-000000000000-{count - 1:012}"
    assert sorted(path.name for path in folder.glob("rewards/*/*")) == [
        f"{name}-{part}of3.parquet" for part in (1, 2, 3)
    ]
    assert header_of(next(folder.glob("rewards/*/*"))).rows == count
    archive_all(log, folder)
    assert len(list(folder.glob("rewards/*/*"))) == 3


def test_a_restart_goes_on_behind_what_is_archived(log: EmbeddedLog, folder: Path) -> None:
    archive_all(log, folder, every=37)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*/*/*")}
    write(log, simulate(World(), 30, seed=2))
    archive_all(log, folder, every=37)
    audit(log, folder)
    assert before.items() <= {p: p.stat().st_mtime_ns for p in folder.glob("*/*/*")}.items()


def test_rows_that_are_few_are_written_when_they_have_waited_long(
    log: EmbeddedLog, folder: Path
) -> None:
    now = [100.0]
    archive = Archive(log, folder, every=10**6, max_age_s=60.0, clock=lambda: now[0])
    with closing(archive):
        while archive.step():
            now[0] += 1.0
        now[0] = 159.9
        archive.step()
        assert not files(folder)
        now[0] = 160.0
        archive.step()
        audit(log, folder)
        write(log, EVENTS[:1])
        archive.step()
        now[0] = 219.0
        archive.step()
        assert archive.rows.total() == len(EVENTS)
        now[0] = 220.0
        archive.step()
        audit(log, folder)


def test_what_waits_is_bounded_in_bytes(
    log: EmbeddedLog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.archive.archive.MAX_BYTES", 10_000)
    monkeypatch.setattr("streams.archive.archive.BATCH", 5)
    archive_all(log, folder, every=10**6)
    audit(log, folder)
    assert max(header_of(path).rows for path in folder.glob("*/*/*")) < len(EVENTS) / 4


def test_positions_may_have_gaps_where_no_record_was(tmp_path: Path, folder: Path) -> None:
    """As Kafka's have, for the marks of its transactions."""
    with closing(EmbeddedLog(tmp_path / "gaps.db", create=True)) as log:
        write(log, EVENTS)
        for topic in ("decisions", "rewards", "verdicts"):
            log.connection.execute(f'DELETE FROM "{topic}/0" WHERE "offset" % 7 = 0')
        archive_all(log, folder, every=6)
        audit(log, folder)
        write(log, EVENTS[:40])
        archive_all(log, folder, every=6)
        audit(log, folder)
        assert files(folder)["rewards", 0][0].name.startswith("rewards-0-000000000001-00000000000")
        files(folder)["rewards", 0][2].unlink()
        with pytest.raises(StateError, match="the file before it, ending at"):
            archive_all(log, folder)
