"""Tasks wait while the time on their desk is behind: no ask is born expired."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.events import Ask, Decline, Tick
from streams.cli.control import control
from tests.streams.scenes import events, label, new_log, task, worker, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

NOW = 3000.0
BACKLOG = 300


def a_log_that_waited(path: Path) -> EmbeddedLog:
    """A desk of time 0, with so many labels before the next tick that several batches read them."""
    log = new_log(path)
    write(log, Tick(at=0.0), task("t0"))
    with closing(worker(log)) as one:
        one.run(until_idle=True)
    (ask,) = events(log, "asks", Ask)
    write(log, *(Decline(task="?", ask=1, pool="a", at=1.0) for _ in range(BACKLOG)))
    write(log, label(ask, 50.0), *(task(f"t{number}") for number in range(1, 21)))
    return log


@pytest.mark.parametrize(("max_behind_s", "born_at"), [(30.0, NOW), (1e6, 0.0)])
def test_tasks_wait_behind_labels_for_the_time_and_labels_do_not(
    path: Path, max_behind_s: float, born_at: float
) -> None:
    """With the second setting, as it was: asks of time 0, that expired 49 minutes ago."""
    with (
        closing(a_log_that_waited(path)) as log,
        closing(worker(log, clock=lambda: NOW, batch_records=50, max_behind_s=max_behind_s)) as one,
    ):
        one.step()
        assert one.paused() == ("max_behind_s" if born_at else None)
        handled = one.handled
        one.step()
        assert one.handled > handled, "labels go on"
        one.run(until_idle=True)
        assert one.paused() is None
        asks = {ask.task: ask for ask in events(log, "asks", Ask) if ask.ask == 1}
        assert len(asks) == 21
        assert {ask.at for name, ask in asks.items() if name != "t0"} == {born_at}


def test_tasks_that_were_read_with_their_desk_behind_are_handled_once(path: Path) -> None:
    """The first poll brings them before their partition can be paused."""
    with closing(new_log(path, partitions=3)) as log:
        write(log, *(task(f"t{number}") for number in range(60)))
        with closing(worker(log, clock=lambda: NOW, batch_records=20)) as one:
            one.step()
            one.run(until_idle=True)
            assert one.figures()["asks"] == one.figures()["open_asks"] == 60
            assert {ask.at for ask in events(log, "asks", Ask)} == {NOW}
        with closing(worker(log, clock=lambda: NOW)) as again:
            again.run(until_idle=True)
            assert again.figures()["asks"] == 0


def test_who_is_told_the_time_by_the_log_waits_for_nothing(path: Path) -> None:
    with closing(a_log_that_waited(path)) as log, closing(worker(log)) as one:
        one.run(until_idle=True)
        assert one.figures()["asks"] == 21


def test_the_clock_of_a_log_is_reset_by_a_command(path: Path) -> None:
    """A file's clocks are not compared: five ticks a year ahead are believed."""
    with closing(new_log(path)) as log:
        write(log, Tick(at=1.0), *(Tick(at=4e9) for _ in range(5)), task("t1"))
        with closing(worker(log)) as one:
            one.run(until_idle=True)
            assert one.core.now(0) == 4e9
            assert run(control, path, "--reset-clock").output.endswith(" UTC for 1 partition\n")
            one.run(until_idle=True)
            assert 1.7e9 < (one.core.now(0) or 0.0) < 3e9
            assert one.figures()["dead_letters"] == 4  # of the ticks that were not believed


@pytest.mark.parametrize("also", [("--project", "p"), ("--learning",), ("--freeze", "--learning")])
def test_a_reset_goes_with_no_other_order(path: Path, also: tuple[str, ...]) -> None:
    new_log(path).close()
    result = run(control, path, "--reset-clock", *also)
    assert result.exit_code == 2
    assert "--reset-clock applies to all partitions" in " ".join(result.output.split())
