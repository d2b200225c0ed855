"""Reading recorded labels: what is in the files, how pools are told, and clear errors."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from bandit.errors import BadValue, InputError, MissingInput, UnknownColumn
from replay.recorded.crowd import ACTIVITY, OTHER, Crowd, CrowdLabel, with_pools
from replay.recorded.files import read_crowd
from replay.recorded.times import parse_time

if TYPE_CHECKING:
    from pathlib import Path

SETS = {  # tasks, tasks with truth, labelers, labels: from the description of the data
    "weather_pools": (300, 300, 571, 7745),
    "trec2011": (3387, 395, 955, 57269),
    "mre_cause": (3231, 929, 468, 50226),
    "rte_text": (800, 800, 164, 8000),
    "bluebird": (108, 108, 39, 4212),
}


@pytest.mark.parametrize("name", SETS)
def test_the_sets_are_read_whole(name: str, shared_data: Path) -> None:
    crowd = read_crowd(shared_data / "crowd" / name)
    tasks, labelers = ({row[i] for row in crowd.labels} for i in (0, 1))
    assert (len(tasks), len(crowd.truth), len(labelers), len(crowd.labels)) == SETS[name]
    assert all(row.pool for row in crowd.labels)


def test_times_put_the_labels_in_order(shared_data: Path) -> None:
    times = [row.at for row in read_crowd(shared_data / "crowd" / "mre_cause").labels]
    assert None not in times
    assert times == sorted(times, key=lambda at: at or 0.0)


def test_small_pools_are_lumped_and_it_is_said(shared_data: Path) -> None:
    crowd = read_crowd(shared_data / "crowd" / "mre_cause")
    assert OTHER in crowd.pools
    assert len(crowd.pools) < 10
    assert "31 of 36 pools" in crowd.notes[-1]


def test_without_pools_labelers_are_pooled_by_activity_and_it_is_said() -> None:
    rows = [
        CrowdLabel(f"t{i}", who, "x") for who, n in (("a", 9), ("b", 9), ("c", 9)) for i in range(n)
    ]
    crowd = with_pools(Crowd("made", tuple(rows)))
    assert {row.labeler: row.pool for row in crowd.labels} == dict(
        zip("abc", ACTIVITY, strict=True)
    )
    assert "no pools in the data" in crowd.notes[0]


def test_numbers_and_categories_become_features(shared_data: Path) -> None:
    features = read_crowd(shared_data / "crowd" / "rte_text").features["0"]
    assert features["category"] == "IR"
    assert features["text_words"] == 19.0


def folder(path: Path, labels: str, truth: str | None = None) -> Path:
    """Write a data set as the format says."""
    with gzip.open(path / "labels.csv.gz", "wt") as file:
        file.write(labels)
    if truth is not None:
        (path / "truth.csv").write_text(truth)
    return path


def test_a_repeated_label_is_left_out_and_counted(tmp_path: Path) -> None:
    crowd = read_crowd(folder(tmp_path, "task,labeler,label\nt,a,x\nt,a,y\nt,b,x\n"))
    assert [row.label for row in crowd.labels] == ["x", "x"]
    assert "1 repeated" in crowd.notes[0]
    assert crowd.truth == {}


@pytest.mark.parametrize(
    ("labels", "truth", "kind", "says"),
    [
        ("", None, MissingInput, "empty"),
        ("task,labeler,label\n", None, MissingInput, "has only a header"),
        ("task,labler,label\nt,a,x\n", None, UnknownColumn, "'labler'"),
        ("task,labeler,label\nt,a\n", None, BadValue, "row 2"),
        ("task,labeler,label,at\nt,a,x,noon\n", None, BadValue, "row 2, column 'at': 'noon'"),
        ("task,labeler,label,seconds\nt,a,x,-3\n", None, BadValue, "'-3'"),
        ("task,labeler,label\nt,a,x\n", "task,truht\nt,x\n", UnknownColumn, "'truht'"),
    ],
)
def test_bad_files_are_said_clearly(
    tmp_path: Path, labels: str, truth: str | None, kind: type[InputError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        read_crowd(folder(tmp_path, labels, truth))


@pytest.mark.parametrize("column", ["price", "usd"])
def test_labels_have_their_own_prices(tmp_path: Path, column: str) -> None:
    crowd = read_crowd(folder(tmp_path, f"task,labeler,label,{column}\nt,a,x,$0.40\nt,b,x,\n"))
    assert [row.usd for row in crowd.labels] == [0.4, None]


def test_two_columns_of_prices_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match="both 'price' and 'usd': leave one out"):
        read_crowd(folder(tmp_path, "task,labeler,label,price,usd\nt,a,x,1,2\n"))


@pytest.mark.parametrize("per_second", [1, 1_000, 1_000_000, 1_000_000_000])
def test_times_may_count_parts_of_a_second(per_second: int) -> None:
    assert parse_time(str(1_767_225_600 * per_second), "at") == 1_767_225_600.0


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no such folder"):
        read_crowd(tmp_path / "nowhere")
