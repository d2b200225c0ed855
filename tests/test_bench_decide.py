"""The bench of decisions: its rows fit together, whatever the number of processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from bench.decide import main
from bench.decisions.made_markets import made_market
from bench.decisions.table import label_ratio
from replay.market_file.read import read_market

ROOT = Path(__file__).parents[1]


def decided(*options: str, tasks: int = 60) -> dict[str, Any]:
    command = [sys.executable, "bench/decide.py", "--seeds", "1-2", "--json"]
    command += ["--tasks", str(tasks)]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def means(found: dict[str, Any], column: str) -> dict[str, float]:
    return {name: fmean(seed[column] for seed in seeds) for name, seeds in found["rows"].items()}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return decided("--market", "hostile", tasks=30)


def test_net_is_the_value_of_right_answers_less_what_was_paid(found: dict[str, Any]) -> None:
    net, accuracy, usd = (means(found, column) for column in ("net", "accuracy", "usd"))
    for name in net:
        assert net[name] == pytest.approx(5.0 * accuracy[name] - usd[name], abs=1e-9)


def test_the_gap_is_between_the_best_fixed_setting_and_the_clairvoyant(
    found: dict[str, Any],
) -> None:
    net = means(found, "net")
    (fixed,) = [name for name in net if name.startswith("best fixed")]
    share = (net["engine"] - net[fixed]) / (net["clairvoyant"] - net[fixed])
    assert found["gap_share"] == pytest.approx(share)


def test_the_rival_is_as_accurate_as_the_engine_or_said_to_be_less(found: dict[str, Any]) -> None:
    accuracy = means(found, "accuracy")
    (rival,) = [name for name in accuracy if "accurate: " in name]
    assert rival.startswith("as accurate") == (accuracy[rival] >= accuracy["engine"])


def test_one_process_gives_what_two_give(found: dict[str, Any]) -> None:
    alone = decided("--market", "hostile", "--jobs", "1", tasks=30)
    for rows in (found["rows"], alone["rows"]):
        for seed in rows["engine"]:
            seed.pop("seconds", None)
    assert alone == found


def test_an_unknown_row_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["decide.py", "--rows", "engin"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "'engin': known are engine, fixed" in capsys.readouterr().err


def test_labels_are_compared_at_equal_accuracy() -> None:
    """Half way between .8 by three labels and .9 by five, four labels are needed."""

    def seeds(labels: float, accuracy: float) -> list[dict[str, float]]:
        return [{"labels": labels, "accuracy": accuracy + off} for off in (-0.01, 0.01)]

    fixed = [seeds(5.0, 0.9), seeds(3.0, 0.8)]
    assert label_ratio(seeds(2.0, 0.85), fixed) == pytest.approx(0.5)
    assert label_ratio(seeds(2.0, 0.95), fixed) is None


def test_the_engines_own_model_takes_fixed_numbers_of_labels() -> None:
    rows = decided("--market", "calm", "--rows", "engine", "--own", "crowd:3,trained:1")["rows"]
    assert list(rows) == ["engine", "3 × crowd, own model", "1 × trained, own model"]
    labels = [fmean(seed["labels"] for seed in seeds) for seeds in rows.values()]
    assert labels[1:] == pytest.approx([3.0, 1.0], abs=0.2)


def test_made_markets_are_markets_and_differ(tmp_path: Path) -> None:
    path = tmp_path / "made.toml"
    pools = []
    for number in range(1, 25):
        path.write_text(made_market(number))
        pools.append(read_market(str(path)).pools)
    assert all(one not in pools[:i] for i, one in enumerate(pools))
