"""Labels that come more than a day after their task has ended are paid, and end no run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.settings import Settings
from poolwise import main
from replay.market.live import live_outcome
from replay.market_file.build import build_market
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SLOW = """
[tasks]
count = 100
classes = 3
features = "none"
[arrivals]
deadline_s = 7200.0
[[pools]]
name = "bulk"
usd_per_label = 0.04
skill = 0.8
labelers = 40
delay_s = 43200.0
ask_timeout_s = 259200.0
"""


def test_labels_of_forgotten_tasks_are_paid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "slow.toml"
    file.write_text(SLOW)
    simulate = ["simulate", "--market", str(file), "--seed", "1"]
    for more in ([], ["--log", str(tmp_path / "run.db")]):
        assert main([*simulate, *more]) == 0
        assert "answers to 100 tasks" in capsys.readouterr().out
    outcome = live_outcome(build_market(read_market(str(file)), 1), Settings(seed=1))
    last = max(label.at - outcome.tasks[label.task].at for label in outcome.labels)
    assert last > 7200.0 + Settings().memory.remember_closed_s
    assert outcome.dead == []
