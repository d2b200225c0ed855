"""What `streams.kafka_log.producer` calls of kafka-python's private API is there."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest
from kafka.producer.sender import Sender
from kafka.producer.transaction_manager import TransactionalRequestResult, TransactionManager

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        (TransactionManager.begin_commit, []),
        (TransactionManager.send_offsets_to_transaction, ["offsets", "group_metadata"]),
        (TransactionManager._supports_epoch_bump, []),
        (TransactionalRequestResult.wait, ["timeout_ms"]),
        (Sender.wakeup, []),
        (Sender.force_close, []),
    ],
)
def test_kafka_python_has_the_private_methods(
    method: Callable[..., object], arguments: list[str]
) -> None:
    assert list(inspect.signature(method).parameters) == ["self", *arguments]
