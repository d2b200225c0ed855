"""Why no client can be made: every broker of an address is tried, all at once, by hand."""

from __future__ import annotations

import time
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.kafka_log.connecting.broker_connection import STEP_S, BrokerConnection
from streams.kafka_log.connecting.server import Server
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PROBE_S = 6.0
"""For all steps together: the name, the connection, the first answer, and guesses what it is."""


class Reached(NamedTuple):
    """What a broker that can be talked to says of itself."""

    version: str
    brokers: dict[int, Server]


def probe(
    servers: Iterable[Server], connect: Mapping[str, Any]
) -> dict[Server, Reached | Unreachable]:
    """Try each server; what came of it."""
    found: dict[Server, Reached | Unreachable] = {}

    def one(server: Server) -> None:
        try:
            with closing(BrokerConnection(server, connect)) as wire:
                found[server] = Reached(wire.versions.broker_version_str, wire.brokers)
        except Unreachable as error:
            found[server] = error

    asked = list(servers)
    threads = [Thread(target=one, args=(server,), daemon=True) for server in asked]
    for thread in threads:
        thread.start()
    until = time.monotonic() + PROBE_S
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return {server: found.get(server, _silent(server)) for server in asked}


def refusals(connect: Mapping[str, Any]) -> list[Unreachable]:
    """Why none of the brokers of `connect` can be talked to; nothing if one can."""
    found = probe(map(Server.of, connect["bootstrap_servers"]), connect)
    refused = [one for one in found.values() if isinstance(one, Unreachable)]
    return refused if len(refused) == len(found) else []


def lasting(refused: Sequence[Unreachable]) -> Unreachable | None:
    """Return the first of them, if waiting changes none."""
    return refused[0] if refused and all(one.final for one in refused) else None


def _silent(server: Server) -> Unreachable:
    return Unreachable(
        f"{server}: no end of a first talk in {PROBE_S:g} s (each step has {STEP_S:g} s)",
        "look at the network between, and into the broker's log",
    )
