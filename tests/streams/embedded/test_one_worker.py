"""Two workers on one log file, each of a group of its own, would buy every label twice."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogBusy
from streams.cli.work import work
from streams.embedded.lock import only_worker
from streams.embedded.log import EmbeddedLog
from tests.streams.scenes import POOLS, task, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_worker_of_another_group_is_refused_and_decides_nothing(tmp_path: Path) -> None:
    path, other = tmp_path / "log.db", tmp_path / "other.toml"
    other.write_text('[log]\ngroup = "other"\n')
    with closing(EmbeddedLog(path, create=True)) as log:
        write(log, *POOLS, task("t1"))
        with only_worker(path), pytest.raises(LogBusy, match=r"another group \(log\.group\)"):
            run(work, path, "--config", other, "--until-idle")
        assert log.end("decisions", 0) == 0
        run(work, path, "--config", other, "--until-idle")
        run(work, path, "--until-idle")
        assert log.end("decisions", 0) == 1


@pytest.mark.parametrize("group", ["every group", "workers"])
def test_no_name_of_a_group_is_taken(tmp_path: Path, group: str) -> None:
    path, named = tmp_path / "log.db", tmp_path / "named.toml"
    named.write_text(f'[log]\ngroup = "{group}"\n')
    with closing(EmbeddedLog(path, create=True)) as log:
        write(log, *POOLS, task("t1"))
        run(work, path, "--config", named, "--until-idle")
        assert log.end("decisions", 0) == 1
