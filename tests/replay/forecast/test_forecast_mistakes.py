"""The likeliest mistakes with the command `forecast`: each is one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from poolwise import main
from tests.replay.forecast.simulated_work import MONDAY, arrivals, hourly_rate, work, write_work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def answer(capfd: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    code = main([str(word) for word in args])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return code, out, err


GOOD = [f"2026-01-{5 + number // 24:02d}T{number % 24:02d}:30:00+00:00" for number in range(96)]


def table(lines: Sequence[str], header: str = "at") -> str:
    return "\n".join([header, *lines]) + "\n"


MISTAKES: list[tuple[str, str | None, str, int, str]] = [
    ("a missing log", None, "forecast l.db", 1, "l.db: no such file"),
    ("a table given as a log", table(GOOD), "forecast t.csv", 1, "t.csv: not a poolwise log"),
    ("neither", None, "forecast", 2, "give either LOG or --table FILE.csv"),
    ("both", table(GOOD), "forecast l.db --table t.csv", 2, "give either LOG or --table"),
    ("a log on Kafka", None, "forecast kafka://h:1", 1, "archive that log first: poolwise archive"),
    ("an empty table", "", "forecast --table t.csv", 1, "t.csv: no rows: it is empty"),
    ("a header alone", "at\n", "forecast --table t.csv", 1, "t.csv: no rows"),
    (
        "a wrong column", table(GOOD), "forecast --table t.csv --column att", 1,
        "t.csv: no column 'att'; did you mean 'at'?",
    ),
    (
        "no column of timestamps", table(GOOD, "x"), "forecast --table t.csv", 1,
        "t.csv: no column looks like a timestamp; name it with --column COLUMN; columns: 'x'",
    ),
    (
        "not a timestamp", table([*GOOD, "yesterday"]), "forecast --table t.csv", 1,
        "t.csv: row 98, column 'at': 'yesterday' is not an ISO time such as 2026-01-31T09:30:00",
    ),
    (
        "an empty timestamp", table([*GOOD, '""']), "forecast --table t.csv", 1,
        "t.csv: row 98, column 'at': empty, but it is the timestamp",
    ),
    (
        "mixed zones", table([*GOOD, "2026-01-09T01:00:00"]), "forecast --table t.csv", 1,
        "row 98, column 'at': '2026-01-09T01:00:00' has no time zone, but row 2 has a time zone",
    ),
    (
        "a time in the future", table([*GOOD, "2999-01-01T00:00:00+00:00"]),
        "forecast --table t.csv", 1, "'2999-01-01T00:00:00+00:00' lies in the future",
    ),
    (
        "too short", table(GOOD[:9]), "forecast --table t.csv", 3,
        "events: 7 whole hours of history, at least 12 are needed",
    ),
    (
        "far too short", table(GOOD[:3]), "forecast --table t.csv", 3,
        "events: 1 whole hour of history, at least 12 are needed",
    ),
    (
        "too short in days", table(GOOD), "forecast --table t.csv --per day", 3,
        "events: 2 whole days of history, at least 12 are needed; try --per hour",
    ),
    (
        "a horizon too long", table(GOOD), "forecast --table t.csv --horizon 500", 3,
        "500 hours ahead are too many for 94 hours of history; at most a third of it: --horizon 31",
    ),
    (
        "dates by the hour", table(["2026-01-05", "2026-01-06"]),
        "forecast --table t.csv --per hour", 3, "dates without a time of day: --per day",
    ),
    (
        "a pool of a table", table(GOOD), "forecast --table t.csv --rate crowd=5", 1,
        "--rate crowd: no such pool; a table has none: --rate NUMBER",
    ),
    (
        "a rate of nothing", table(GOOD), "forecast --table t.csv --rate 0", 1,
        "--rate '0': must be POOL=LABELS, with labels above 0",
    ),
    (
        "a wait that is no time", table(GOOD), "forecast --table t.csv --within soon", 1,
        "--within 'soon': must be a time of at most 7 days, such as 90s, 10m, 2h",
    ),
    (
        "an amount that is no number", "at,usd\n2026-01-05T00:00:00Z,much\n",
        "forecast --table t.csv --amount usd", 1, "row 2, column 'usd': 'much' is not a number",
    ),
    (
        "a sum and a mean", table(GOOD), "forecast --table t.csv --amount at --average at", 2,
        "give either --amount or --average",
    ),
    (
        "a mean of next to nothing", "at,x\n2026-01-05T00:30:00Z,1\n2026-01-08T00:30:00Z,1\n",
        "forecast --table t.csv --average x", 3, "more than half of the hours have no value",
    ),
    ("a column of a log", None, "forecast l.db --column at", 2, "--column is for --table"),
    (
        "a project of a table", table(GOOD), "forecast --table t.csv --project p", 2,
        "--project is for a LOG, not for --table",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case[0])
def test_a_mistake_is_one_clear_line(
    case: tuple[str, str | None, str, int, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _, content, words, code, says = case
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "t.csv").write_text(content)
    found, out, err = answer(capfd, *words.split())
    assert found == code
    assert says in err
    assert out == ""
    if code != 2:
        assert len(err.splitlines()) == 1


def test_mistakes_about_a_log_are_one_clear_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    events = work(arrivals(hourly_rate(24 * 5, 3.0), seed=1).tolist(), 1)
    log = write_work(tmp_path / "labels.db", events)
    for words, code, says in (
        (("--project", "cat"), 1, "no task of project 'cat'; did you mean 'cats'?"),
        (("--capacity", "crowdd=5"), 1, "--capacity crowdd: no such pool; did you mean 'crowd'?"),
        (("--capacity", "5"), 1, "--capacity '5': must be POOL=LABELS"),
        (("--horizon", "400"), 3, "--horizon 39"),
    ):
        found, _, err = answer(capfd, "forecast", log, *words)
        assert (found, len(err.splitlines())) == (code, 1)
        assert says in err
    short = write_work(tmp_path / "short.db", work([MONDAY + 60.0 * n for n in range(300)], 1))
    found, _, err = answer(capfd, "forecast", short)
    assert (found, "at least 12 are needed" in err) == (3, True)
