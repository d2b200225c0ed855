"""Which protocol a port speaks that does not answer a Kafka client: TLS, plain Kafka or HTTP.

Each protocol is tried on a connection of its own: send its first request, look at the reply.
"""

from __future__ import annotations

import socket
import ssl
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

from streams.kafka_log.connecting.security import PLAIN_OF, WITH_TLS
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.kafka_log.connecting.server import Server

STEP_S = 1.2
"""Longest wait for each step of a trial."""

API_VERSIONS_V0 = struct.pack(">ihhih8s", 18, 18, 0, 1, 8, b"poolwise")
"""Kafka's ApiVersions request: length, API key 18, version 0, correlation id 1, client id."""


def first_answer_error(server: Server, connect: Mapping[str, Any], error: Exception) -> Unreachable:
    """Return why a broker's first answer was missing or not Kafka's; `error` is how it failed."""
    protocol = connect["security_protocol"]
    if protocol in WITH_TLS:
        if _speaks_kafka(server):
            return Unreachable(
                f"{server}: answers without TLS, but log.security_protocol = {protocol} uses TLS",
                f"set log.security_protocol = {PLAIN_OF[protocol]}, or use the broker's TLS port",
                final=True,
            )
    elif _speaks_tls(server):
        return Unreachable(
            f"{server}: expects TLS, but log.security_protocol = {protocol} does not use TLS",
            "set log.security_protocol = SASL_SSL (SSL if clients do not log in) and log.ca_file,"
            " or use the broker's port without TLS",
            final=True,
        )
    if _speaks_http(server, tls=protocol in WITH_TLS):
        return Unreachable(
            f"{server}: a web server answers on this port, not Kafka",
            "use the port on which the broker listens, often 9092 or 9093",
            final=True,
        )
    if isinstance(error, TimeoutError):
        return Unreachable(
            f"{server}: accepts connections but does not answer",
            "check whether the broker is stopped, starting or overloaded (see its log), and"
            " whether this is a Kafka port",
        )
    return Unreachable(
        f"{server}: something listens on this port, but it does not answer as Kafka does",
        "check that the port is a broker's and not a controller's, then look at the broker's log",
    )


def _first_bytes(server: Server, request: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """Return the first bytes of the reply to `request`; empty if there is none."""
    try:
        with closing(_connect(server, context)) as connection:
            connection.sendall(request)
            return connection.recv(64)
    except OSError:
        return b""


def _connect(server: Server, context: ssl.SSLContext | None) -> socket.socket:
    """Return a connection, with TLS if there is a `context`."""
    plain = socket.create_connection(server, STEP_S)
    if context is None:
        return plain
    try:
        return context.wrap_socket(plain)
    except BaseException:
        plain.close()
        raise


def _unverified() -> ssl.SSLContext:
    """TLS that accepts any certificate, to see whether it is TLS; no secret is sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _speaks_tls(server: Server) -> bool:
    try:
        _connect(server, _unverified()).close()
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")  # only a TLS server sends alerts
    except OSError:
        return False
    return True


def _speaks_kafka(server: Server) -> bool:
    """Whether a reply with correlation id 1 comes."""
    return _first_bytes(server, API_VERSIONS_V0)[4:8] == struct.pack(">i", 1)


def _speaks_http(server: Server, *, tls: bool) -> bool:
    request = b"GET / HTTP/1.0\r\n\r\n"
    contexts = (_unverified(), None) if tls else (None,)
    return any(_first_bytes(server, request, each).startswith(b"HTTP/") for each in contexts)
