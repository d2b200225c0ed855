"""The properties of a broker that is alone, starts quickly and notices quickly.

All else is as Kafka has it by default, as it is where poolwise runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.broker.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

ALONE = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAIN",
    "listener.security.protocol.map": (
        "PLAIN:PLAINTEXT,PROXIED:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT"
    ),
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
}
QUICK = {
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.num.partitions": 4,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    # A broker that was killed may register again only when its old session has ended.
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 500,
    # Nobody waits for the empty records that a controller writes twice a second otherwise; without
    # them an idle broker takes 2.5 % of a core instead of 3.6 %.
    "metadata.max.idle.interval.ms": 0,
}
CAREFUL = {
    # What a test has deleted, or spelled wrong, must not become a topic by being asked for.
    "auto.create.topics.enable": "false",
}


def properties_of(
    *, listeners: dict[str, int], advertised: dict[str, int], data: Path
) -> dict[str, object]:
    """All that such a broker needs; `listeners` and `advertised` are ports by listener."""
    controller = free_port()
    return {
        **ALONE,
        **QUICK,
        **CAREFUL,
        "log.dirs": data,
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "listeners": _joined(listeners | {"CONTROLLER": controller}),
        "advertised.listeners": _joined(advertised),
    }


def _joined(ports: dict[str, int]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items())
