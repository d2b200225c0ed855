"""The pools that a configuration names, checked against those that the log describes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from bandit.events import Pool
from bandit.experiment.described import check_pools
from streams.log.log import read_to_end
from streams.log.topics import POOLS

if TYPE_CHECKING:
    from bandit.settings import Settings
    from streams.log.log import Log

BATCH = 1000
_decode = msgspec.json.Decoder(Pool).decode


def check_arms(log: Log, settings: Settings) -> None:
    """Check that the arms of a live test name pools of the log, if that describes any yet.

    Raises
    ------
    ConfigError
        Naming the first pool that the log doesn't describe, or that is of experts.
    """
    if settings.experiment is None:
        return
    is_gold: dict[str, bool] = {}
    with closing(log.follow(POOLS)) as reader:
        for records in read_to_end(reader, BATCH):
            for record in records:
                try:
                    pool = _decode(record.value or b"")
                except (ValueError, RecursionError):  # a dead letter, once a worker reads it
                    continue
                is_gold[pool.pool] = pool.gold
    if is_gold:
        check_pools(settings.experiment, [name for name, gold in is_gold.items() if not gold])
