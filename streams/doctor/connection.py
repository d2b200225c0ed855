"""Checks of the connections to Kafka: to each broker of the address, and to each advertised one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.kafka_log.connecting.probe import Reached, probe
from streams.kafka_log.connecting.server import Server
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECTION, BROKERS = "connection", "brokers"


def connection(connect: Mapping[str, Any]) -> tuple[list[DoctorFinding], dict[int, Server]]:
    """Try the address; return the findings, and the advertised brokers (none: unreachable)."""
    tried = probe(map(Server.of, connect["bootstrap_servers"]), connect)
    reached = [result for result in tried.values() if isinstance(result, Reached)]
    findings = [
        _of(server, result, connect, others=bool(reached)) for server, result in tried.items()
    ]
    advertised = {node: server for result in reached for node, server in result.brokers.items()}
    return findings, advertised


def brokers(
    advertised: Mapping[int, Server], connect: Mapping[str, Any]
) -> Iterator[DoctorFinding]:
    """Check that this machine can reach every broker at the address that the broker advertises.

    A client begins with the address in the configuration, and is then sent on to these.
    """
    tried = set(map(Server.of, connect["bootstrap_servers"]))
    results = probe([server for server in advertised.values() if server not in tried], connect)
    for node, server in sorted(advertised.items()):
        result = results.get(server)
        if isinstance(result, Unreachable):
            yield broken(
                BROKERS,
                f"broker {node} advertises the address {server}; from this machine: {result.what}",
                "set advertised.listeners on that broker to a name that clients can resolve and"
                f" reach; or: {result.todo}",
            )
        else:
            yield ok(BROKERS, f"broker {node} is reachable at its advertised address {server}")


def _of(
    server: Server, result: Reached | Unreachable, connect: Mapping[str, Any], *, others: bool
) -> DoctorFinding:
    if isinstance(result, Unreachable):
        report = warning if others else broken
        return report(CONNECTION, result.what, result.todo)
    protocol = connect["security_protocol"]
    user = f" as user {connect['sasl_plain_username']!r}" if protocol.startswith("SASL") else ""
    return ok(CONNECTION, f"{server}: Kafka {result.version} answers over {protocol}{user}")
