"""Full distributions: three forms that say the same, in every format that can hold them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bandit.errors import BadValue
from replay import evaluate
from replay.tables import checked
from replay.tables.checked import read_rows
from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.roles import ColumnOptions
from replay.tables.formats.table import open_table
from replay.tables.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from replay.tables.rows import Rows

ACTIONS = ("a", "b", "c")


def chances(n: int) -> Any:
    """Logging chances, shape (n, 3); every third row can't choose c."""
    rng = np.random.default_rng(4)
    pmf = rng.dirichlet([2, 2, 2], n)
    pmf[::3, 2] = 0.0
    return pmf / pmf.sum(axis=1, keepdims=True)


def log(n: int = 900) -> dict[str, list[Any]]:
    """A log with its distribution in all forms, and a target's as well."""
    pmf = chances(n)
    rng = np.random.default_rng(5)
    action = (pmf.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    sets = [[ACTIONS[i] for i in np.flatnonzero(row)] for row in pmf]
    kept = [[float(chance) for chance in row[row > 0]] for row in pmf]
    new = [{name: 1.0 / len(names) for name in names} for names in sets]
    return {
        "action": [ACTIONS[i] for i in action],
        "reward": (rng.random(n) < 0.2 + 0.3 * action).astype(int).tolist(),
        "propensity": pmf[np.arange(n), action].tolist(),
        **{f"p_{name}": pmf[:, i].tolist() for i, name in enumerate(ACTIONS)},
        "set": sets,
        "chances": kept,
        "map": [dict(zip(a, b, strict=True)) for a, b in zip(sets, kept, strict=True)],
        "new": new,
        "listed": [list(one.values()) for one in new],
        **{f"new_{name}": [one.get(name) for one in new] for name in ACTIONS},
    }


def saved(folder: Path, kind: str) -> Any:
    data = log()
    path = folder / f"log.{kind}"
    maps = pa.map_(pa.string(), pa.float64())
    table = pa.table({k: pa.array(v, maps) if k in ("map", "new") else v for k, v in data.items()})
    if kind == "arrow":
        return table
    if kind == "struct":
        return pa.table(data)
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=200)
    elif kind == "jsonl":
        rows = [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        nested = {k: [json.dumps(one) for one in data[k]] for k in NESTED}
        pd.DataFrame(data | nested).to_csv(path, index=False)
    return path


NESTED = ("set", "chances", "map", "new", "listed")
KINDS = ["arrow", "struct", "parquet", "jsonl", "csv"]
FORMS: list[Mapping[str, Any]] = [
    {"logged": "columns:p_"},
    {"logged": "map"},
    {"logged": "chances", "actions": "set"},
    {"logged": "columns:p_", "actions": "set"},
]


def rows_of(source: Any, **wanted: Any) -> tuple[list[Rows], tuple[str, ...]]:
    table = open_table(source)
    columns, _ = find_columns(table, ColumnOptions(**wanted))
    found = survey(table, columns)
    pieces = table.numbered(found.pieces).pieces
    batches = [rows for one in pieces for rows in read_rows(one, columns, found.actions)]
    return batches, found.actions


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_form_in_every_format_is_the_same_distribution(
    tmp_path: Path, kind: str, form: Mapping[str, Any]
) -> None:
    batches, actions = rows_of(saved(tmp_path, kind), **form)
    assert actions == ACTIONS
    pmf = np.concatenate([np.asarray(rows.logged_pmf) for rows in batches])
    assert pmf == pytest.approx(chances(900), abs=1e-12)
    propensity = np.concatenate([rows.propensity for rows in batches])
    assert propensity == pytest.approx(log()["propensity"])
    if "actions" in form:
        eligible = np.concatenate([np.asarray(rows.eligible) for rows in batches])
        assert (eligible == (pmf > 0)).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", ["columns:new_", "column:new", "column:listed"])
def test_every_form_of_a_target_is_the_same_question(
    tmp_path: Path, kind: str, target: str
) -> None:
    """The target is uniform over the row's own actions, so it is `uniform` with sets known."""
    sets = "set" if target == "column:listed" else None
    source = saved(tmp_path, kind)
    expected = evaluate(log_table(), logged="map")
    answer = evaluate(source, logged="map", target=target, actions=sets)
    assert answer.estimates[-1].estimator == "DR"
    for a, b in zip(answer.estimates, expected.estimates, strict=True):
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high), rel=1e-9)
    assert answer.diagnostics.no_support_rows == 0


def log_table() -> Any:
    return pa.table(log())


def test_the_propensity_is_not_needed_where_the_distribution_is_known() -> None:
    data = log()
    del data["propensity"]
    answer = evaluate(pa.table(data), logged="columns:p_")
    assert answer.value == evaluate(log_table(), logged="columns:p_").value


def test_sets_alone_say_what_uniform_is() -> None:
    """Without sets, uniform would give c a third everywhere."""
    known = evaluate(log_table(), actions="set")
    assert known.value == pytest.approx(evaluate(log_table(), logged="map").value, abs=0.02)
    assert not any("eligible" in note for note in known.notes)
    assert any("eligible" in note for note in evaluate(log_table()).notes)


def test_an_action_that_was_not_in_the_set_has_no_support() -> None:
    answer = evaluate(log_table(), actions="set", target="always:c")
    assert answer.diagnostics.no_support_rows == 300
    assert answer.refused


def test_greedy_does_what_the_log_held_likeliest() -> None:
    data = log()
    likeliest = [max(one, key=one.__getitem__) for one in data["map"]]
    data["pi"] = [float(a == b) for a, b in zip(data["action"], likeliest, strict=True)]
    answer = evaluate(pa.table(data), logged="map", target="greedy")
    same = evaluate(pa.table(data), target="column:pi")
    assert answer.estimates[0].value == pytest.approx(same.estimates[0].value)


def test_greedy_is_refused_where_nobody_knows_what_was_likeliest() -> None:
    with pytest.raises(BadValue, match="target greedy: needs the logging policy's probabilities"):
        evaluate(log_table(), target="greedy")


def test_many_actions_come_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = rows_of(log_table(), logged="map", actions="set")
    monkeypatch.setattr(checked, "MAX_CELLS", 300)
    cut, _ = rows_of(log_table(), logged="map", actions="set")
    assert {len(rows) for rows in cut} == {100}
    for name in ("logged_pmf", "eligible", "index", "action", "reward"):
        parts = np.concatenate([getattr(rows, name) for rows in cut])
        assert np.array_equal(parts, getattr(whole[0], name))


def test_lists_of_chances_need_their_actions() -> None:
    with pytest.raises(BadValue, match="name the column that lists their"):
        evaluate(log_table(), logged="chances")


def test_a_column_of_plain_numbers_is_no_distribution() -> None:
    with pytest.raises(BadValue, match="propensity must hold lists or maps of chances"):
        evaluate(log_table(), logged="propensity")


def test_numbers_as_actions_are_the_same_in_lists() -> None:
    data = {
        "action": [1, 2] * 200,
        "reward": [1, 0] * 200,
        "propensity": [0.5] * 400,
        "set": [[1, 2]] * 400,
    }
    batches, actions = rows_of(pa.table(data), actions="set")
    assert actions == ("1", "2")
    assert np.asarray(batches[0].eligible).all()
