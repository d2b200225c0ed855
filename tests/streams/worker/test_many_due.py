"""A backlog of what is due is worked off by ticks in quick succession, in small transactions."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.engine.ticks import MOST_STEPS
from bandit.events import Ask, Reward, Tick
from streams.worker import batches
from tests.streams.scenes import events, new_log, read, task, worker, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from streams.log.log import NewRecord, Place
    from streams.worker.worker import Worker

COUNT = 3 * MOST_STEPS + 10


class Sizes:
    """Notes the bytes of each transaction of a worker."""

    def __init__(self, one: Worker) -> None:
        self.bytes: list[int] = []
        self._commit = one._member.commit
        one._member.commit = self  # type: ignore[method-assign]

    def __call__(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        self.bytes.append(sum(len(new.value or b"") for new in outputs))
        self._commit(outputs, positions)


def test_asks_that_expire_at_once_are_worked_off_at_once_in_small_transactions(
    tmp_path: Path,
) -> None:
    now = [0.0]
    with (
        closing(new_log(tmp_path / "log.db")) as log,
        closing(worker(log, clock=lambda: now[0], tick_s=1.0)) as one,
    ):
        write(log, *(task(f"t{i}") for i in range(COUNT)))
        one.run(until_idle=True)
        assert one.figures()["open_asks"] == COUNT
        sizes = Sizes(one)
        now[0] = 70.0  # and it stands still: only ticks beside the regular ones move on
        one.run(until_idle=True)
        expired = [one for one in events(log, "rewards", Reward) if one.basis == "expired"]
        assert len({reward.task for reward in expired}) == len(expired) == COUNT
        assert [tick.at for tick in events(log, "labels", Tick)] == [0.0] + [70.0] * 4
        assert max(sizes.bytes) < batches.MAX_BATCH_BYTES
        assert len({(ask.task, ask.ask) for ask in events(log, "asks", Ask)}) == 2 * COUNT


@pytest.mark.parametrize("most", [1, 20_000])
def test_a_batch_ends_when_its_outputs_are_large_and_loses_nothing(
    tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_BYTES", most)
    with closing(new_log(tmp_path / "log.db")) as log, closing(worker(log)) as one:
        sizes = Sizes(one)
        write(log, *(task(f"t{i}", payload="x" * 1000) for i in range(60)))
        one.run(until_idle=True)
        assert len(read(log, "asks")) == 60
        assert one.handled == 2 + 60
        assert max(sizes.bytes) < most + 30_000
        assert len(sizes.bytes) >= (60 if most == 1 else 5)
