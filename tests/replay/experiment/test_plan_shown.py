"""How a plan is shown."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

import replay
from replay.experiment.planning.show import print_plan
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path


def test_a_share_cannot_differ_by_more_than_all_of_it(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log.db", simulate(World(audit=0.3), 60, 1))
    plan = replay.plan_experiment(log, detect={"usd": 0.01})
    rows = [
        msgspec.structs.replace(row, effect={1.0: 1.161}.get(row.days, 0.338))
        for row in plan.detectable
    ]
    out = StringIO()
    print_plan(msgspec.structs.replace(plan, detectable=tuple(rows)), Console(file=out, width=90))
    (line,) = (line for line in out.getvalue().splitlines() if line.startswith(" accuracy "))
    assert "none" in line
    assert "33.8 points" in line
    assert "116.1 points" not in out.getvalue()
    assert "$1.16" in out.getvalue()
