"""CSV as it is written elsewhere: other delimiters, decimal commas and encodings."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from bandit.errors import InputError, UnknownColumn
from replay import evaluate
from replay.tables.formats.dialect import dialect_of
from replay.tables.formats.table import open_table

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [["action", "reward", "propensity"], *[["é", "0.75", "0.5"], ["b", "1", "0.5"]] * 100]


def written(folder: Path, delimiter: str, name: str = "log.csv", codec: str = "utf-8") -> Path:
    """The same log with another delimiter, and decimal commas where it isn't a comma."""
    text = "".join(delimiter.join(row) + "\n" for row in ROWS)
    data = (text if delimiter == "," else text.replace(".", ",")).encode(codec)
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.tsv"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_delimiter_is_known_by_the_header_whatever_the_file_is_called(
    tmp_path: Path, delimiter: str, name: str
) -> None:
    answer = evaluate(written(tmp_path, delimiter, name))
    plain = evaluate(written(tmp_path, ",", "plain.csv"))
    assert (answer.rows, answer.unusable.rows) == (200, 0)
    assert answer.estimates == plain.estimates


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "log.jsonl.gz"])
def test_unicode_is_read_however_it_is_encoded(tmp_path: Path, codec: str, name: str) -> None:
    if "csv" in name:
        path = written(tmp_path, ";", name, codec)
    else:
        path = tmp_path / name
        lines = [f'{{"action":"{a}","reward":{r},"propensity":{p}}}\n' for a, r, p in ROWS[1:]]
        data = "".join(lines).encode(codec)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    (batch,) = open_table(path).batches(["action"])
    assert batch["action"].to_pylist() == ["é", "b"] * 100
    assert evaluate(path).rows == 200


@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_what_is_not_unicode_is_one_line_that_says_so(tmp_path: Path, codec: str) -> None:
    with pytest.raises(InputError, match=r"log\.csv: can't be read: it isn't UTF-8: save it as"):
        evaluate(written(tmp_path, ",", codec=codec))


def test_a_header_that_is_not_unicode_is_one_line_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes("action,reward,größe\na,1,2\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"log\.csv: can't be read: it isn't UTF-8: save it as"):
        evaluate(tmp_path / "log.csv")


def test_decimal_commas_and_points_in_one_column_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("action;reward;propensity\na;0,75;0,5\nb;0.75;0,5\n")
    with pytest.raises(InputError, match=r"reward has decimal commas \(0,75\) and decimal points"):
        evaluate(path)


def test_numbers_with_points_are_read_where_semicolons_separate(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("action;reward;propensity\n" + "a;0.75;0.5\nb;1;0.5\n" * 100)
    assert evaluate(path).logging.value == pytest.approx(0.875)


def test_texts_with_commas_stay_as_they_are_unless_they_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text('action;x\n"a,b";1,5\n1,2,3;-2,5e3\n;,5\n')
    (batch,) = open_table(path).batches(["action", "x"])
    assert batch.to_pydict() == {"action": ["a,b", "1,2,3", None], "x": ["1.5", "-2.5e3", ".5"]}


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1;2\n", ";"),
        ("a;b;c,d\n1,2\n", ","),  # names with semicolons: rows have one comma
        ("price,eur;x;y\n0,7;1;2\n", ";"),
        ('"a;b","c;d"\n1,2\n', ","),
        ("a,b;c\n", ","),  # no row decides: as the name promises
        ("a\n1\n", ","),
        ("", ","),
    ],
)
def test_a_delimiter_splits_all_rows_as_it_does_the_header(text: str, delimiter: str) -> None:
    assert dialect_of(text.encode(), whole=True).delimiter == delimiter


def test_a_row_that_is_cut_where_the_head_ends_decides_nothing() -> None:
    head = b"a;b;c\n" + b"1;2;3\n" * 5 + b"1;2"
    assert dialect_of(head).delimiter == ";"


def test_columns_that_nobody_separated_are_named(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("action:reward:propensity\na:1:0.5\n")
    with pytest.raises(UnknownColumn, match="columns: 'action:reward:propensity'"):
        evaluate(tmp_path / "log.csv")


@pytest.mark.parametrize("delimiter", ["\t", "|"])
def test_commas_that_may_be_of_thousands_are_refused(tmp_path: Path, delimiter: str) -> None:
    """Read as decimal commas they made a mean reward of 1.867 out of 1,867."""
    row = delimiter.join
    path = tmp_path / "log.tsv"
    rows = [row(("a", "1,234", "0.5")), row(("b", "2,500", "0.5"))] * 50
    path.write_text("\n".join([row(("action", "reward", "propensity")), *rows]) + "\n")
    with pytest.raises(InputError, match=r"reward: 1,234 may have a decimal comma or one of thou"):
        evaluate(path)


def test_one_comma_that_is_decimal_for_sure_tells_of_the_others(tmp_path: Path) -> None:
    """So does `;` between fields; a chance of 0,500 is none of thousands."""
    rows = ["a\t0,5\t0,500"] + ["b\t1,234\t0,500"] * 99
    (tmp_path / "log.tsv").write_text("\n".join(["action\treward\tpropensity", *rows]) + "\n")
    assert evaluate(tmp_path / "log.tsv").logging.value == pytest.approx((0.5 + 99 * 1.234) / 100)
    rows = ["a;1,234;0,500", "b;2,500;0,500"] * 50
    (tmp_path / "log.csv").write_text("\n".join(["action;reward;propensity", *rows]) + "\n")
    assert evaluate(tmp_path / "log.csv").logging.value == pytest.approx(1.867)
