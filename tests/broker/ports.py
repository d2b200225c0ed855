"""Picks ports that nobody else is given: not this process twice, no other run, no connection.

Much of what is picked is not listened on at once, or not all the time: a broker that is down, a
proxy that refuses. So each process claims a block of ports for as long as it lives.
"""

from __future__ import annotations

import random
import socket

BLOCK = 50
# Below what Linux and macOS give to outgoing connections.
BLOCKS = range(20_000, 30_000, BLOCK)
_ours: list[int] = []


def is_free(port: int) -> bool:
    """Whether `port` of 127.0.0.1 can be listened on now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free, and that no other call returns anywhere."""
    while True:
        if not _ours:
            _ours.extend(_claim())
        if is_free(port := _ours.pop()):
            return port


def _claim() -> range:
    """Claim a block by binding its first port, until this process ends."""
    for first in random.sample(BLOCKS, len(BLOCKS)):
        claim = socket.socket()
        try:
            claim.bind(("127.0.0.1", first))
        except OSError:
            claim.close()
            continue
        claim.detach()  # stays bound, and nobody closes it
        return range(first + 1, first + BLOCK)
    raise OSError("Every port from 20000 to 29999 is taken.")
