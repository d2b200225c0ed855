"""A shadowed labeler on a real log: an order, labels, a restart, and the report that names them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from click.testing import CliRunner

from bandit.events import Ask, Reward, Verdict
from replay.cli.verbs import labelers
from streams.cli.control import control
from tests.streams.scenes import events, label, new_log, task, worker, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path


def test_labels_stay_out_through_a_restart_and_the_report_goes_on_judging(path: Path) -> None:
    with closing(new_log(path)) as log:
        run(control, path, "--project", "p", "--shadow", "w1", "--why", "random answers")
        write(log, *(task(f"t{number}") for number in range(20)))
        answered: set[tuple[str, int]] = set()
        for _ in range(12):  # a fresh worker each time: it takes its desk from the log
            with closing(worker(log)) as working:
                working.run(until_idle=True)
            new = [one for one in events(log, "asks", Ask) if (one.task, one.ask) not in answered]
            answered |= {(one.task, one.ask) for one in new}
            if not new:
                break
            write(log, *(label(one, 5.0, "no" if one.ask == 1 else "yes") for one in new))
        verdicts = events(log, "verdicts", Verdict)
        assert len(verdicts) == 20
        assert {verdict.answer for verdict in verdicts} == {"yes"}
        rewards = [one for one in events(log, "rewards", Reward) if one.labeler is not None]
        assert {one.labeler for one in rewards if one.shadowed} == {"w1"}
        assert not any(one.labeler == "w1" for one in rewards if not one.shadowed)
        for verdict in verdicts:
            paid = [one for one in rewards if one.task == verdict.task]
            assert verdict.labels == len(paid) - sum(one.shadowed for one in paid)
    result = CliRunner().invoke(labelers, [str(path)], catch_exceptions=False)
    (row,) = [line for line in result.output.splitlines() if "w1" in line and "shadowed" in line]
    assert row.split()[2] == "20"
