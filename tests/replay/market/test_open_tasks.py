"""In a market whose features tell the class, labels of open tasks teach where nothing is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from poolwise import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_labels_of_tasks_with_a_prior_wait_until_these_close(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = str(tmp_path / "run.db")
    assert main(["simulate", "--market", "demo", "--tasks", "300", "--log", log]) == 0
    capsys.readouterr()
    assert main(["tail", log, "rewards"]) == 0
    rewards = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    at_once = [one for one in rewards if one["basis"] == "open"]
    assert len(at_once) > 20
    assert not any(one["prior"] for one in at_once)
    later = [one for one in rewards if one["prior"] and one["machine_labels"] > 1]
    assert later
    assert not any(one["previous_basis"] == "open" for one in later)
    judged = {(one["task"], one["ask"]) for one in rewards if one["previous_basis"] == "open"}
    assert judged == {(one["task"], one["ask"]) for one in at_once}
