"""Bad input: one clear line each, that says what and where."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bandit.errors import BadValue, InputError, MissingInput, PoolwiseError, UnknownColumn
from replay import evaluate
from tests.replay.evaluation.mistaken_logs import GOOD, MISTAKES, ROWS, Mistake

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "action,reward,propensity\n"


def csv(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "log.csv"
    path.write_text(header + "".join(line + "\n" for line in lines))
    return path


def line(error: pytest.ExceptionInfo[PoolwiseError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case.name)
def test_a_mistake_is_one_clear_line(tmp_path: Path, case: Mistake, strict: bool) -> None:
    """Rows that can't be used are counted by reason, with the same words; strictly, an error."""
    for name, content in case.files.items():
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
    source = tmp_path / (case.source or next(iter(case.files)))
    if case.rows and not strict:
        answer = evaluate(source, strict=False, **case.options)
        (said,) = answer.unusable.lines()
        assert case.says in said
        assert (answer.rows, answer.unusable.rows) == (ROWS, case.rows)
        return
    with pytest.raises(InputError) as error:
        evaluate(source, strict=strict, **case.options)
    assert case.says in line(error)
    assert str(tmp_path) in line(error) or "reward '" in line(error)


def test_reasons_are_counted_apart_and_shown(tmp_path: Path) -> None:
    bad = ["a,1,0", "a,1,7", "a,nan,0.5", "a,1,0"]
    answer = evaluate(csv(tmp_path, *GOOD.split(), *bad))
    assert [(reason, rows) for reason, rows, _ in answer.unusable.ordered()] == [
        ("propensity must be in (0, 1]", 3),
        ("reward must be finite", 1),
    ]
    clean = evaluate(csv(tmp_path, *GOOD.split()))
    assert (answer.rows, answer.value) == (clean.rows, clean.value)


def test_a_log_of_unusable_rows_alone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="none of 2 rows can be used; in 2 reward is not a number"):
        evaluate(csv(tmp_path, "a,yes,0.5", "a,no,0.5"))


def test_strictly_the_first_row_of_the_file_is_blamed(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="row 2: reward is missing"):
        evaluate(csv(tmp_path, "a,1,0.5", "a,,0.5", "a,1,7"), strict=True)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"nowhere\.csv: no such file"):
        evaluate(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["log.parquet", "log.jsonl"])
def test_no_rows_are_no_log_in_any_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        schema = pa.schema([("action", "string"), ("reward", "double"), ("propensity", "double")])
        pq.write_table(schema.empty_table(), path)
    else:
        path.write_text("\n\n")
    with pytest.raises(MissingInput, match="no rows"):
        evaluate(path)


def test_a_file_of_an_unknown_kind_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "log.xlsx").write_bytes(b"PK something")
    with pytest.raises(InputError, match=r"\.csv.*\.parquet.*\.jsonl"):
        evaluate(tmp_path / "log.xlsx")


def test_a_wrong_column_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match=r"no column 'rewrad'; did you mean 'reward'\?"):
        evaluate(csv(tmp_path, "a,1,0.5"), reward="rewrad")


def test_a_column_like_no_other_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match="known: action, propensity, reward"):
        evaluate(csv(tmp_path, "a,1,0.5"), reward="zzz")


@pytest.mark.parametrize("bad", ["0", "1.5", "-0.1", "nan", "inf"])
def test_a_propensity_out_of_range_is_shown_with_its_row(tmp_path: Path, bad: str) -> None:
    with pytest.raises(BadValue) as error:
        evaluate(csv(tmp_path, "a,1,0.5", f"b,0,{bad}"), strict=True)
    assert f"row 2: propensity is {bad}, must be in (0, 1]" in line(error)


@pytest.mark.parametrize("bad", ["nan", "inf"])
def test_a_reward_that_is_not_finite_is_shown_with_its_row(tmp_path: Path, bad: str) -> None:
    with pytest.raises(BadValue, match=f"row 3: reward is {bad}, must be finite"):
        evaluate(csv(tmp_path, "a,1,0.5", "b,0,0.5", f"b,{bad},0.5"), strict=True)


@pytest.mark.parametrize(("column", "row"), [("action", ",1,0.5"), ("reward", "a,,0.5")])
def test_a_missing_value_is_shown_with_its_row(tmp_path: Path, column: str, row: str) -> None:
    with pytest.raises(BadValue, match=f"row 2: {column} is missing"):
        evaluate(csv(tmp_path, "a,1,0.5", row), strict=True)


def test_the_row_is_counted_over_all_batches(tmp_path: Path) -> None:
    propensity = [0.5] * 200_000
    propensity[150_000] = 2.0
    ones = [1.0] * 200_000
    data = pa.table({"action": ones, "reward": ones, "propensity": propensity})
    pq.write_table(data, tmp_path / "log.parquet")
    with pytest.raises(BadValue, match="row 150001: propensity is 2"):
        evaluate(tmp_path / "log.parquet", strict=True)


def test_an_unknown_target_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="did you mean 'uniform'"):
        evaluate(csv(tmp_path, "a,1,0.5"), target="unifrom")


def test_an_unknown_action_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="no such action; known: a, b"):
        evaluate(csv(tmp_path, "a,1,0.5", "b,1,0.5"), target="always:zzz")


def test_a_target_column_out_of_range_is_shown_with_its_row(tmp_path: Path) -> None:
    path = csv(tmp_path, "a,1,0.5,0.2", "a,1,0.5,1.2", header="action,reward,propensity,pi\n")
    with pytest.raises(BadValue, match=r"row 2: pi is 1\.2, must be in \[0, 1\]"):
        evaluate(path, target="column:pi", strict=True)


def test_an_unknown_target_column_is_an_unknown_column(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match="no column 'pi'"):
        evaluate(csv(tmp_path, "a,1,0.5"), target="column:pi")


@pytest.mark.parametrize("name", ["log.csv.gz", "log.jsonl.gz"])
def test_a_truncated_gzip_says_so(tmp_path: Path, name: str) -> None:
    if "csv" in name:
        text = HEADER + "".join(f"a{i},1,0.{i % 9 + 1}\n" for i in range(50_000))
    else:
        text = '{"action":"a","reward":1,"propensity":0.5}\n' * 5000
    whole = gzip.compress(text.encode())
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError) as error:
        evaluate(tmp_path / name)
    assert "can't be read" in line(error)


def test_a_corrupt_parquet_says_so(tmp_path: Path) -> None:
    (tmp_path / "log.parquet").write_bytes(b"PAR1" + b"\0" * 100 + b"PAR1")
    with pytest.raises(InputError, match="can't be read") as error:
        evaluate(tmp_path / "log.parquet")
    line(error)


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"action":"a","reward":1,"propensity":0.5}\n{"action":')
    with pytest.raises(BadValue, match="line 2: not a JSON object") as error:
        evaluate(path)
    line(error)


def test_a_user_id_as_action_is_suspected() -> None:
    n = 10_001
    log = pa.table({"action": range(n), "reward": [1.0] * n, "propensity": [0.5] * n})
    with pytest.raises(BadValue, match="is that column the action"):
        evaluate(log)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_out_of_range_is_refused(tmp_path: Path, level: float) -> None:
    with pytest.raises(BadValue, match="level"):
        evaluate(csv(tmp_path, "a,1,0.5"), level=level)


def test_something_that_is_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="can't read a table from int"):
        evaluate(17)


@pytest.mark.parametrize("column", ["action", "ctx"])
@pytest.mark.parametrize("value", [["a"], {"x": 1}, b"\xff\x00"])
def test_a_column_that_is_neither_text_nor_number_is_named(column: str, value: object) -> None:
    data = {"action": ["a"], "reward": [1.0], "propensity": [0.5], "ctx": ["c"]}
    log = pa.table(data | {column: [value]})
    with pytest.raises(BadValue, match=f"table: {column} holds .*, where texts or numbers") as bad:
        evaluate(log, context=["ctx"])
    line(bad)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_that_is_there_twice_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"log.{kind}"
    names = ["action", "action", "reward", "propensity"]
    if kind == "csv":
        path.write_text(",".join(names) + "\na,b,1,0.5\n")
    else:
        pq.write_table(pa.table([["a"], ["b"], [1.0], [0.5]], names=names), path)
    with pytest.raises(UnknownColumn, match="2 columns are called 'action': rename all but one"):
        evaluate(path)


@pytest.mark.parametrize("name", ["log.csv.gz", "log.jsonl.gz"])
def test_a_gzip_with_a_damaged_middle_says_so(tmp_path: Path, name: str) -> None:
    lines = (f'{{"action":"{i * i % 9973}","reward":1,"propensity":0.5}}' for i in range(5000))
    data = bytearray(gzip.compress("\n".join(lines).encode()))
    data[2000:2040] = bytes(byte ^ 255 for byte in data[2000:2040])
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match="can't be read") as error:
        evaluate(tmp_path / name)
    line(error)


def test_a_log_that_is_none_is_not_taken_for_a_table(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_text("no log")
    with pytest.raises(PoolwiseError, match=r"log\.db: not a poolwise log"):
        evaluate(tmp_path / "log.db")
