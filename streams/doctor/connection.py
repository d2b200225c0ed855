"""What doctor finds on the way to Kafka: each broker of the address, and each that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.doctor.findings import Finding, broken, ok, warning
from streams.kafka_log.connecting.probe import Reached, probe
from streams.kafka_log.connecting.server import Server
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECTION, BROKERS = "connection", "brokers"


def connection(connect: Mapping[str, Any]) -> tuple[list[Finding], dict[int, Server]]:
    """Try the address; what is found, and the brokers that are named there (none: no way in)."""
    tried = probe(map(Server.of, connect["bootstrap_servers"]), connect)
    reached = [one for one in tried.values() if isinstance(one, Reached)]
    findings = [
        _of(server, found, connect, others=bool(reached)) for server, found in tried.items()
    ]
    named = {node: server for one in reached for node, server in one.brokers.items()}
    return findings, named


def brokers(named: Mapping[int, Server], connect: Mapping[str, Any]) -> Iterator[Finding]:
    """Say whether this machine can talk to every broker, where the cluster says that it is.

    A client comes in by the address, and is then sent on to these.
    """
    tried = set(map(Server.of, connect["bootstrap_servers"]))
    found = probe([one for one in named.values() if one not in tried], connect)
    for node, server in sorted(named.items()):
        one = found.get(server)
        if isinstance(one, Unreachable):
            yield broken(
                BROKERS,
                f"broker {node} tells its clients to come to {server}; from here: {one.what}",
                "set advertised.listeners on that broker to a name that its clients can find"
                f" and reach; or: {one.todo}",
            )
        else:
            yield ok(BROKERS, f"broker {node} is at {server}, as it says")


def _of(
    server: Server, found: Reached | Unreachable, connect: Mapping[str, Any], *, others: bool
) -> Finding:
    if isinstance(found, Unreachable):
        say = warning if others else broken
        return say(CONNECTION, found.what, found.todo)
    protocol = connect["security_protocol"]
    user = f", as {connect['sasl_plain_username']!r}" if protocol.startswith("SASL") else ""
    return ok(CONNECTION, f"{server}: Kafka {found.version} answers, by {protocol}{user}")
