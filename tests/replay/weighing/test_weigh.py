"""Labels that were given already, weighed: by file, folder and table alike, and right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import replay
from bandit.errors import BadValue, MissingInput, UnknownColumn

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = ("cat", "dog", "other")
RATES = {"good": 0.9, "poor": 0.55}


def made(seed: int, tasks: int = 300) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return labels of three good and three poor labelers, and the truth."""
    chance = np.random.default_rng(seed)
    truth = {f"t{i}": CLASSES[chance.integers(3)] for i in range(tasks)}
    rows: list[tuple[str, ...]] = []
    for task, answer in truth.items():
        for pool, rate in RATES.items():
            for who in range(3):
                others = [name for name in CLASSES if name != answer]
                said = answer if chance.random() < rate else others[chance.integers(2)]
                rows.append((task, f"{pool}-{who}", said, pool, f"2026-03-{1 + len(rows) % 28:02}"))
    return pd.DataFrame(rows, columns=["task", "labeler", "label", "pool", "at"]), truth


def test_answers_labelers_and_confusion_are_near_the_truth() -> None:
    """Over three seeds; each margin is above three standard errors."""
    for seed in range(3):
        table, truth = made(seed)
        found = replay.weigh(table)
        assert np.mean(found.tasks.answer == found.tasks.index.map(truth)) > 0.93
        assert found.tasks.labels.eq(6).all()
        for pool, rate in RATES.items():
            of_pool = found.labelers[found.labelers.pool == pool]
            assert of_pool.right.between(rate - 0.1, rate + 0.1).all()
            np.testing.assert_allclose(np.diag(found.confusion[pool]), rate, atol=0.1)
        assert (found.labelers.low < found.labelers.right).all()
        assert (found.labelers.right < found.labelers.high).all()


def test_a_file_a_folder_and_a_table_say_the_same(tmp_path: Path) -> None:
    table, truth = made(1, 60)
    table.to_csv(tmp_path / "labels.csv", index=False)
    pd.DataFrame(truth.items(), columns=["task", "truth"]).to_csv(
        tmp_path / "truth.csv", index=False
    )
    of_folder = replay.weigh(tmp_path)
    of_file = replay.weigh(tmp_path / "labels.csv", truth=str(tmp_path / "truth.csv"))
    named = table.rename(columns={"label": "what they said"})
    named["at"] = pd.to_datetime(named["at"])
    named["truth"] = named.task.map(truth)
    of_table = replay.weigh(named, label="what they said", truth="truth")
    for other in (of_file, of_table):
        pd.testing.assert_frame_equal(other.tasks, of_folder.tasks)
        pd.testing.assert_frame_equal(other.labels, of_folder.labels)
    assert of_folder.tasks.truth.to_dict() == truth


def test_a_label_without_others_is_not_judged() -> None:
    table = pd.DataFrame(
        [("t1", "ann", "yes"), ("t2", "ann", "no"), ("t2", "bob", "no")],
        columns=["task", "labeler", "label"],
    )
    found = replay.weigh(table)
    assert found.labels.others.isna().to_list() == [True, False, False]
    assert found.labelers.judged.to_dict() == {"ann": 1, "bob": 1}
    alone = replay.weigh(table.head(2))
    assert alone.labelers[["right", "low", "high"]].isna().all(axis=None)


def test_missing_values_and_wrong_columns_are_one_clear_line() -> None:
    table, _ = made(1, 5)
    with pytest.raises(UnknownColumn, match="looks like the labeler; name it with"):
        replay.weigh(table.drop(columns="labeler"))
    with pytest.raises(UnknownColumn, match="no column 'lable'"):
        replay.weigh(table, label="lable")
    with pytest.raises(BadValue, match="the table: row 3, column 'label'"):
        replay.weigh(table.assign(label=table.label.where(table.index != 3)))
    with pytest.raises(BadValue, match="1 different label;"):
        replay.weigh(table.assign(label="cat"))
    with pytest.raises(MissingInput, match="no labels"):
        replay.weigh(table.head(0))


def test_whole_numbers_that_pandas_made_floats_are_the_classes_that_they_were() -> None:
    """A column with missing truth is of floats: 1.0 is the class 1, not another one."""
    table, _ = made(1, 5)
    numbered = table.assign(label=(table.label == table.label.iloc[0]).astype(int))
    known = numbered.assign(truth=numbered.label.where(numbered.task == numbered.task.iloc[0]))
    known["truth"] = known.groupby("task").truth.transform("first")
    assert known.truth.dtype == float
    truth = replay.weigh(known, truth="truth").tasks.truth.dropna()
    assert truth.to_list() in (["0"], ["1"])
    ids = numbered.assign(labeler=numbered.labeler.factorize()[0].astype(float))
    assert "0" in replay.weigh(ids).labelers.index


def test_a_column_that_is_there_twice_is_named() -> None:
    table, _ = made(1, 5)
    with pytest.raises(UnknownColumn, match="the table: 2 columns are called 'label': rename"):
        replay.weigh(pd.concat([table, table[["label"]]], axis=1))


@pytest.mark.parametrize(("source", "what"), [(None, "None"), ({"task": [1]}, "a dict")])
def test_a_source_of_another_type_is_one_line(source: Any, what: str) -> None:
    with pytest.raises(BadValue, match=f"^source is {what}, must be a path or a pandas table$"):
        replay.weigh(source)


def test_a_column_called_gold_is_no_truth_unless_it_is_named(tmp_path: Path) -> None:
    table, truth = made(1, 60)
    table["gold"] = table.task.map(truth)
    table.to_csv(tmp_path / "labels.csv", index=False)
    for source in (table, tmp_path / "labels.csv"):
        assert replay.weigh(source).tasks.truth.isna().all()
        assert replay.weigh(source, truth="gold").tasks.truth.notna().all()
