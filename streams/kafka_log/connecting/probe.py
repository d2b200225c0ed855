"""Probe of the brokers of an address, all at once: the reason why no client can be made."""

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
"""Limit of all steps together: name, connection, first answer, and trials of other protocols."""


class Reached(NamedTuple):
    """The Kafka version of a broker that answered, and the brokers that it names, by id."""

    version: str
    brokers: dict[int, Server]


def probe(
    servers: Iterable[Server], connect: Mapping[str, Any]
) -> dict[Server, Reached | Unreachable]:
    """Try each server; return the outcome of each."""
    outcomes: dict[Server, Reached | Unreachable] = {}

    def try_server(server: Server) -> None:
        try:
            with closing(BrokerConnection(server, connect)) as connection:
                version = connection.versions.broker_version_str
                outcomes[server] = Reached(version, connection.brokers)
        except Unreachable as error:
            outcomes[server] = error

    tried = list(servers)
    threads = [Thread(target=try_server, args=(server,), daemon=True) for server in tried]
    for thread in threads:
        thread.start()
    until = time.monotonic() + PROBE_S
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return {server: outcomes.get(server, _timed_out(server)) for server in tried}


def connection_errors(connect: Mapping[str, Any]) -> list[Unreachable]:
    """Why each broker of `connect` is unreachable; empty if any of them answers."""
    outcomes = probe(map(Server.of, connect["bootstrap_servers"]), connect)
    errors = [outcome for outcome in outcomes.values() if isinstance(outcome, Unreachable)]
    return errors if len(errors) == len(outcomes) else []


def final_error(errors: Sequence[Unreachable]) -> Unreachable | None:
    """Return the first of `errors` if waiting would help with none of them."""
    return errors[0] if errors and all(error.final for error in errors) else None


def _timed_out(server: Server) -> Unreachable:
    return Unreachable(
        f"{server}: the first requests took more than {PROBE_S:g} s (each may take {STEP_S:g} s)",
        "check the network to the broker, then look at the broker's log",
    )
