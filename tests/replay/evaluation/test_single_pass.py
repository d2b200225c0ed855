"""One pass for estimators that only weigh says what two passes say."""

from __future__ import annotations

from dataclasses import replace
from resource import RUSAGE_CHILDREN, getrusage
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bandit.errors import BadValue, MissingInput
from replay import compare, evaluate
from replay.evaluation.single_pass import NOTE
from replay.stats.timeline import Timeline
from replay.stats.weighted_rows import Scored
from replay.tables.formats import table

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation

QUICK = ["IPS", "clipped IPS", "SNIPS", "Cressie-Read"]


def frame(n: int = 5000) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    action = rng.integers(0, 3, n)
    return pd.DataFrame(
        {
            "action": action,
            "reward": rng.random(n) * action,
            "propensity": 1 / 3,
            "wanted": np.array([0.1, 0.2, 0.7])[action],
            "other": np.array([0.5, 0.3, 0.2])[action],
        }
    )


def both(source: Any, **options: Any) -> tuple[Evaluation, Evaluation]:
    """One pass; and two, which an estimator with a model needs."""
    quick = evaluate(source, target="column:wanted", estimators=QUICK, **options)
    full = evaluate(source, target="column:wanted", estimators=[*QUICK, "baseline"], **options)
    return quick, full


@pytest.mark.parametrize("kind", ["parquet", "csv", "frame"])
def test_estimates_and_diagnostics_are_the_same(tmp_path: Path, kind: str) -> None:
    path: Any = tmp_path / f"log.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pandas(frame()), path, row_group_size=700)
    elif kind == "csv":
        frame().to_csv(path, index=False)
    else:
        path = frame()
    quick, full = both(path)
    assert NOTE in quick.notes
    for one, other in zip(quick.estimates, full.estimates, strict=False):
        assert one.estimator == other.estimator
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    assert quick.diagnostics.ess == pytest.approx(full.diagnostics.ess)
    assert quick.diagnostics.largest == full.diagnostics.largest
    assert quick.rows == full.rows
    assert quick.logging.value == pytest.approx(full.logging.value)
    if kind != "csv":  # whose length isn't known before it is read
        assert len(quick.curve) == len(full.curve)


def test_rows_that_can_not_be_used_are_counted_the_same() -> None:
    data = frame()
    data.loc[7, "propensity"] = 0.0
    data.loc[9, "wanted"] = -1.0
    data.loc[11, "reward"] = np.inf
    quick, full = both(data)
    assert quick.rows == full.rows == 4997
    assert list(quick.unusable.lines()) == list(full.unusable.lines())
    with pytest.raises(BadValue, match="row 8: propensity is 0"):
        evaluate(data, target="column:wanted", estimators=QUICK, strict=True)


def test_no_rows_are_no_log() -> None:
    with pytest.raises(MissingInput, match="no rows"):
        evaluate(frame(0), target="column:wanted", estimators=QUICK)


def test_several_targets_are_each_as_if_alone() -> None:
    pair = ["column:wanted", "column:other"]
    found = compare(frame(), targets=pair, estimators=QUICK)
    for target, one in zip(pair, found.evaluations, strict=True):
        alone = evaluate(frame(), target=target, estimators=QUICK)
        assert one.value == pytest.approx(alone.value)


def parts(folder: Path, files: int = 3) -> Path:
    for at, part in enumerate(np.array_split(np.arange(90_000), files)):
        rows = pa.Table.from_pandas(frame(90_000).iloc[part], preserve_index=False)
        pq.write_table(rows, folder / f"{at}.parquet")
    return folder


def test_any_number_of_jobs_gives_the_same_last_bit_and_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of so few rows any other question would start processes here."""
    monkeypatch.setattr(table, "WORTH_PROCESSES", 1)
    log = parts(tmp_path)
    started = getrusage(RUSAGE_CHILDREN)
    one, two = (
        evaluate(log, target="column:wanted", estimators=QUICK, jobs=jobs) for jobs in (1, 2)
    )
    assert one.estimates == two.estimates
    assert one.diagnostics == two.diagnostics
    assert one.curve == two.curve
    assert getrusage(RUSAGE_CHILDREN) == started


def test_weights_of_no_model_have_the_curve_of_rows_added_one_part_at_a_time() -> None:
    rng = np.random.default_rng(8)
    n = 2_000
    index = np.arange(n)
    weight, reward = rng.gamma(1.0, 1.0, n), rng.normal(size=n)
    whole = Scored.without_model(weight, reward, index=index)
    at_once = Timeline(n).receive(whole)
    in_parts = Timeline(n)
    for start in range(0, n, 70):  # some of them within a twentieth, some across two
        inside = (index >= start) & (index < start + 70)
        in_parts = in_parts.receive(whole.where(inside))
    assert np.allclose(at_once.sums, in_parts.sums, rtol=1e-12)
    modelled = Timeline(n).receive(replace(whole, modelled=True))
    assert np.allclose(at_once.sums, modelled.sums, rtol=1e-12)


def test_a_table_with_ids_is_searched_for_correlated_rows_whatever_is_asked() -> None:
    """40 users whose rewards are alike; in one pass nobody looked at their column."""
    rng = np.random.default_rng(4)
    user = np.arange(4_000) % 40
    log = frame(4_000).assign(user_id=user, reward=rng.normal(size=40)[user])
    quick, full = both(log)
    assert NOTE not in quick.notes
    assert "rows with the same user_id are correlated" in quick.verdict
    assert quick.estimates[0] == full.estimates[0]
    independent, _ = both(log, cluster="none")
    assert NOTE in independent.notes
