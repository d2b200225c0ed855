"""What listens at a port that doesn't answer as it should: TLS, plain Kafka, a web server, else.

Each guess is tried: a connection of its own, the first words of that protocol, what comes back.
"""

from __future__ import annotations

import socket
import ssl
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.kafka_log.connecting.server import Server

GUESS_S = 1.2
"""Longest wait for each step of a guess."""

VERSIONS_V0 = struct.pack(">ihhih8s", 18, 18, 0, 1, 8, b"poolwise")
"""Kafka's request for versions: length, key 18, version 0, number 1, who asks."""


def explained(server: Server, connect: Mapping[str, Any], error: Exception) -> Unreachable:
    """Say why a broker's first answer didn't come, or wasn't one."""
    protocol = connect["security_protocol"]
    if protocol.endswith("SSL"):
        if _speaks_kafka(server):
            return Unreachable(
                f"{server}: speaks without TLS, and log.security_protocol = {protocol} has TLS",
                f"set log.security_protocol = {protocol.replace('SSL', 'PLAINTEXT')}, or take the"
                " port that has TLS",
                final=True,
            )
    elif _speaks_tls(server):
        return Unreachable(
            f"{server}: speaks TLS, and log.security_protocol = {protocol} has none",
            "set log.security_protocol = SASL_SSL (SSL where nobody logs in) and log.ca_file, or"
            " take the port without TLS",
            final=True,
        )
    if _speaks_http(server, tls=protocol.endswith("SSL")):
        return Unreachable(
            f"{server}: a web server, not Kafka",
            "take the port where the broker listens, often 9092 or 9093",
            final=True,
        )
    if isinstance(error, TimeoutError):
        return Unreachable(
            f"{server}: takes connections and answers nothing",
            "is the broker stopped, just starting or overloaded? Look into its log;"
            " or is it no Kafka?",
        )
    return Unreachable(
        f"{server}: listens, but doesn't answer as Kafka does",
        "check the port: is it a broker's (not a controller's)? Then look into the broker's log",
    )


def _heard(server: Server, words: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """Return the first bytes that come back for `words`; nothing if nothing does."""
    try:
        with closing(_plain_or_tls(server, context)) as line:
            line.sendall(words)
            return line.recv(64)
    except OSError:
        return b""


def _plain_or_tls(server: Server, context: ssl.SSLContext | None) -> socket.socket:
    line = socket.create_connection(server, GUESS_S)
    if context is None:
        return line
    try:
        return context.wrap_socket(line)
    except BaseException:
        line.close()
        raise


def _unchecked() -> ssl.SSLContext:
    """TLS with anybody: only to see whether it is TLS; nothing of ours is said over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _speaks_tls(server: Server) -> bool:
    try:
        _plain_or_tls(server, _unchecked()).close()
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")  # only TLS refuses like that
    except OSError:
        return False
    return True


def _speaks_kafka(server: Server) -> bool:
    """Whether an answer to request 1 comes."""
    return _heard(server, VERSIONS_V0)[4:8] == struct.pack(">i", 1)


def _speaks_http(server: Server, *, tls: bool) -> bool:
    words = b"GET / HTTP/1.0\r\n\r\n"
    lines = (_unchecked(), None) if tls else (None,)
    return any(_heard(server, words, line).startswith(b"HTTP/") for line in lines)
