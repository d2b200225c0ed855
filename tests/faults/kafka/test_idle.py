"""Fault: ids that the broker forgets while a worker stands by for days, or writes rarely."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.faults.crew import busy_until
from tests.faults.hired import Hired
from tests.faults.story import Story, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

FORGOTTEN_S = 2.0
"""After which this broker forgets transactional ids (a week by default) and producers (a day)."""


def test_a_worker_that_stood_by_for_a_week_takes_over(
    start_broker: Callable[..., Broker],
) -> None:
    broker = start_broker(
        transactional_id_expiration_ms=int(1000 * FORGOTTEN_S),
        transaction_remove_expired_transaction_cleanup_interval_ms=500,
        producer_id_expiration_ms=int(1000 * FORGOTTEN_S),
        producer_id_expiration_check_interval_ms=500,
    )
    with closing(Story(broker.address, 60, partitions=1)) as story:
        with Hired(story.config("busy"), follow=True) as busy:
            wait_until(lambda: busy.begun() and bool(busy.worker.held()), what="the partition")
            with Hired(story.config("idle")) as idle:
                until = time.monotonic() + 4 * FORGOTTEN_S
                busy_until(story, lambda: time.monotonic() > until, what="a week")
                assert idle.well()
                assert not idle.worker.held()
                busy.stop()
                story.run_out(idle.well)
                assert idle.worker.held()
        story.audit()
