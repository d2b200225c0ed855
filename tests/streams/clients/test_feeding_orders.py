"""An invalid pool or order never takes the place of one that holds: a restart finds it again."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from bandit.errors import BadValue
from bandit.events import Ask, Control
from streams.clients.controlling import in_force, order
from streams.clients.feeding import feed
from streams.clients.resending import resend
from streams.log.log import NewRecord
from tests.streams.scenes import events, letters, new_log, task, worker, write

if TYPE_CHECKING:
    from pathlib import Path

    from streams.log.log import Log

CAP = Control(at=1.0, project="p", usd_total=0.05)
NEGATIVE_CAP = b'{"type":"Control","at":2.0,"project":"p","usd_total":-3.0}'
NEGATIVE_PRICE = b'{"type":"Pool","pool":"a","at":2.0,"usd_per_label":-1.0}'


def spent(log: Log, *names: str) -> float:
    """Let a worker that starts anew decide about more tasks; return what all asks cost so far."""
    write(log, *(task(name) for name in names))
    with closing(worker(log)) as started:
        started.run(until_idle=True)
    return sum({"a": 0.02, "b": 0.05}[ask.pool] for ask in events(log, "asks", Ask))


@pytest.mark.parametrize("invalid", [NEGATIVE_CAP, NEGATIVE_PRICE])
def test_feed_refuses_a_file_with_an_invalid_pool_or_order(tmp_path: Path, invalid: bytes) -> None:
    with closing(new_log(tmp_path / "labels.db")) as log:
        order(log, CAP)
        with pytest.raises(BadValue, match=r"gold.jsonl, line 1: bad_number: .* nothing of gold"):
            feed(log, BytesIO(invalid), "gold.jsonl")
        assert in_force(log) == [CAP]


@pytest.mark.parametrize(
    "invalid",
    [
        b'{"type":"Task","task":"t","project":"p","at":1764374400000,"classes":["a","b"]}',
        b'{"type":"Label","label":"l","task":"t","ask":1,"pool":"a","labeler":"x","answer":"a","at":1764374400000}',
        b'{"type":"Decline","task":"t","ask":1,"pool":"a","at":1764374400000}',
        b'{"type":"Gold","task":"t","answer":"a","at":1764374400000}',
        b'{"type":"Prediction","task":"t","source":"m","at":1764374400000,"chances":{"a":1}}',
        b'{"type":"Tick","at":1764374400000}',
    ],
)
def test_feed_refuses_times_in_milliseconds(tmp_path: Path, invalid: bytes) -> None:
    with closing(new_log(tmp_path / "labels.db")) as log:
        refused = (
            r"day.jsonl, line 1: bad_number: .*at 17643744000+.0: .* \(is this in milliseconds"
        )
        with pytest.raises(BadValue, match=refused):
            feed(log, BytesIO(invalid), "day.jsonl")


@pytest.mark.parametrize("invalid", [NEGATIVE_CAP, NEGATIVE_PRICE])
def test_after_an_invalid_line_a_restart_keeps_the_budget_and_the_pool(
    tmp_path: Path, invalid: bytes
) -> None:
    with closing(new_log(tmp_path / "labels.db")) as log:
        order(log, CAP)
        assert spent(log, "t1") == pytest.approx(0.02)
        assert feed(log, BytesIO(invalid), "orders.jsonl", skip_bad=True)[:2] == (0, 1)
        assert spent(log, "t2", "t3", "t4") == pytest.approx(0.04)
        assert [letter.rule for letter in letters(log)] == ["bad_number"]


def test_a_refused_order_that_is_sent_again_stays_a_letter(tmp_path: Path) -> None:
    """Doctor advises to correct the cause, then to send letters again: the new order must hold."""
    with closing(new_log(tmp_path / "labels.db")) as log:
        log.write([NewRecord("controls", b"project/p", NEGATIVE_CAP)])
        assert spent(log, "t1") == pytest.approx(0.02)
        order(log, CAP)
        ((_, _, _, records),) = resend(log, "poolwise")
        assert [new.topic for new in records] == ["deadletters"]
        assert in_force(log) == [CAP]
        assert spent(log, "t2", "t3", "t4") == pytest.approx(0.04)
