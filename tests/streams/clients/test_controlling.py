"""Orders that are shown as in force are those that workers obey."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.events import Control
from streams.clients.controlling import in_force, order
from streams.log.log import NewRecord
from tests.streams.scenes import new_log

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "refused",
    [
        b'{"type":"Control","v":2,"at":2.0,"project":"cats"}',
        b'{"type":"Control","at":2.0,"project":""}',
        b'{"type":"Control","at":2.0,"project":"cats","usd_per_day":-1.0}',
        b'{"type":"Control","at":2.0,"project":"cats","frozen":true}',
        b'{"type":"Control","at":2.0,"project":"cats","machine":"sometimes"}',
        b'{"type":"Control","at":2.0,"machine":"off"}',
        b'{"type":"Tick","at":2.0}',
        b"nothing",
    ],
)
def test_orders_that_workers_refuse_are_not_in_force(tmp_path: Path, refused: bytes) -> None:
    pause = Control(at=1.0, project="cats", paused=True)
    with closing(new_log(tmp_path / "labels.db")) as log:
        order(log, pause)
        log.write([NewRecord("controls", b"another", refused)])
        assert in_force(log) == [pause]
