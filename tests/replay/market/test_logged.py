"""`poolwise simulate --log FILE`: its figures are those of a run without a log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from poolwise import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MARKET = """
[tasks]
count = 60
features = "none"

[[pools]]
name = "crowd"
usd_per_label = 0.02
skill = 0.8
labelers = 40
silent = 0.3
declines = 0.2
ask_timeout_s = 300.0
"""


def test_asks_that_expired_are_counted_in_a_log_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    market = tmp_path / "market.toml"
    market.write_text(MARKET)
    simulated = ["simulate", "--market", str(market), "--json"]
    figures = []
    for more in ([], ["--log", str(tmp_path / "run.db")]):
        assert main([*simulated, *more]) == 0
        figures.append(json.loads(capsys.readouterr().out))
    without, logged = figures
    assert 0.7 * without["expired"] < logged["expired"] < 1.4 * without["expired"]
    assert logged["expired"] > 30
