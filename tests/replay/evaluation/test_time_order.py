"""Times of a log: rows out of order are noticed, and the curve says when it was."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay import evaluate
from replay.report.page.page import write_page
from replay.tables.time_order import TimeOrder

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
TIMES = st.lists(st.integers(0, 5), max_size=12).map(lambda one: np.array(one, dtype=float))


@given(parts=st.lists(TIMES, max_size=5))
def test_parts_merge_to_the_order_of_the_whole(parts: list[Any]) -> None:
    whole = np.concatenate([*parts, np.zeros(0)])
    found = sum((TimeOrder.of(part) for part in parts), TimeOrder())
    assert found.earlier == int((np.diff(whole) < 0).sum())
    if len(whole):
        assert (found.first, found.last) == (whole[0], whole[-1])
    else:
        assert math.isnan(found.first)


def log(times: list[Any], n: int = 400) -> pa.Table:
    return pa.table(
        {
            "action": ["a", "b"] * (n // 2),
            "reward": np.random.default_rng(1).random(n),
            "propensity": [0.5] * n,
            "at": times,
        }
    )


def days(n: int = 400) -> list[datetime]:
    return [BEGIN + timedelta(hours=3 * i) for i in range(n)]


def of_time(answer: Evaluation) -> list[str]:
    return [note for note in answer.notes if "earlier (at)" in note]


def test_rows_in_order_are_not_spoken_of() -> None:
    assert not of_time(evaluate(log(days()), time="at"))
    assert not of_time(evaluate(log([BEGIN] * 400), time="at"))


def test_rows_out_of_order_are_counted_with_what_to_do(tmp_path: Path) -> None:
    times = days()
    times[10], times[11] = times[11], times[10]
    (note,) = of_time(evaluate(log(times), time="at"))
    assert note.startswith("1 row is earlier (at) than the row before it")
    assert note.endswith("sort it first (by at)")
    times[200] = times[0]
    path = tmp_path / "log.parquet"
    pq.write_table(log(times), path)
    (note,) = of_time(evaluate(path, time="at"))
    assert note.startswith("2 rows are earlier")
    query = f'select * from "{path}" order by "at"'
    assert f"--sql '{query}'" in note
    pytest.importorskip("duckdb")
    assert not of_time(evaluate(sql=query, time="at"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_files_out_of_order_are_noticed_by_any_number_of_jobs(tmp_path: Path, jobs: int) -> None:
    times = days()
    for name, part in (("1", times[200:]), ("2", times[:200])):
        pacsv.write_csv(log(part, 200), tmp_path / f"{name}.csv")
    answer = evaluate(tmp_path, time="at", jobs=jobs)
    (note,) = of_time(answer)
    assert note.startswith("1 row is earlier")
    assert {point.time for point in answer.curve[9:]} == {"2026-04-19T21:00:00+00:00"}


def test_the_curve_says_until_when_it_goes() -> None:
    found = evaluate(log(days()), time="at", target="always:a")
    plain = evaluate(log(days()), target="always:a")
    assert [p.value for p in found.curve] == [p.value for p in plain.curve]
    assert {p.time for p in plain.curve} == {None}
    each = [p.rows for p in found.curve]
    assert [p.time for p in found.curve] == [
        (BEGIN + timedelta(hours=3 * (rows - 1))).isoformat() for rows in each
    ]


def test_numbers_stay_numbers_and_times_keep_their_zone() -> None:
    found = evaluate(log([float(i) for i in range(400)]), time="at")
    assert [p.time for p in found.curve][-1] == 399.0
    texts = [f"2026-01-01T10:{i // 60:02d}:{i % 60:02d}+02:00" for i in range(400)]
    assert [p.time for p in evaluate(log(texts), time="at").curve][-1] == texts[-1]
    bare = [text[:-6] for text in texts]
    assert [p.time for p in evaluate(log(bare), time="at").curve][-1] == bare[-1]


def test_one_pass_reads_times_too() -> None:
    """What only weighs reads a log once and looks at no column more than it must."""
    rows = log(list(reversed(days()))).append_column("t", pa.array([0.5] * 400))
    found = evaluate(rows, target="column:t", estimators=["ips"], time="at")
    assert of_time(found)[0].startswith("399 rows")
    assert found.curve[-1].time == days()[-1].isoformat()


def test_the_page_shows_them(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_page(page, evaluate(log(days()), time="at"), "poolwise evaluate", "a log")
    text = page.read_text()
    assert ">2026-03-03<" in text  # the axis, by days
    assert ">2026-04-19<" in text
    assert "2026-04-19 21:00:00+00:00" in text  # the table
    minutes = [BEGIN + timedelta(minutes=i) for i in range(400)]
    write_page(page, evaluate(log(minutes), time="at"), "poolwise evaluate", "a log")
    assert ">2026-03-01 06:39<" in page.read_text()
