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

DUE = """
[arrivals]
deadline_s = 1500.0
"""


def test_what_ends_at_its_deadline_is_on_time_in_a_log_and_its_report_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log's ticks are half a minute apart, so such a verdict comes that much later."""
    market, log = tmp_path / "market.toml", str(tmp_path / "run.db")
    slow = MARKET.replace("silent = 0.3", "silent = 0.1\ndelay_s = 600.0")
    market.write_text(slow.replace("300.0", "3000.0") + DUE)
    simulated = ["simulate", "--market", str(market), "--json"]
    shares = []
    for more in ([], ["--log", log]):
        assert main([*simulated, *more]) == 0
        shares.append(json.loads(capsys.readouterr().out)["on_time"])
    assert main(["report", log, "--json"]) == 0
    shares.append(json.loads(capsys.readouterr().out)["totals"]["on_time"])
    assert main(["tail", log, "verdicts"]) == 0
    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    late = [one for one in verdicts if not one["revision"] and one["at"] > one["deadline_at"] + 1.0]
    assert len(late) > 10
    assert {one["why"] for one in late} == {"deadline"}
    answered = sum(one["answer"] is not None for one in verdicts if not one["revision"])
    assert shares[1:] == [answered / 60, answered / 60]
    assert abs(shares[0] - shares[1]) < 0.1


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
