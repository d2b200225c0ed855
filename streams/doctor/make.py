"""What doctor is to make of topics that aren't there."""

from __future__ import annotations

from typing import NamedTuple


class Make(NamedTuple):
    """The topics that are to be made."""

    partitions: int
    replication: int | None
