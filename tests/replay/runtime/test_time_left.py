"""The estimate of the time left comes once, and only where it is worth reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.runtime.time_left import told_once

if TYPE_CHECKING:
    import pytest


def test_it_is_said_once_after_a_piece_of_each_process(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([100.0, 130.0])
    tell = told_once(102, 2, "Up to 102 runs", "Ctrl-C ends it.", lambda: next(times))
    tell(1)
    assert capsys.readouterr().err == ""
    for _ in range(5):  # another look at the clock would fail
        tell(1)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "Up to 102 runs: about 25 min left. Ctrl-C ends it.\n"


def test_what_is_over_at_once_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 0.01])
    tell = told_once(20, 1, "20 runs", "", lambda: next(times))
    tell(1)
    assert capsys.readouterr().err == ""
