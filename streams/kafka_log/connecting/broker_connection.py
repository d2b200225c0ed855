"""One connection to one broker, made by hand, so that each step's failure has its own sentence.

kafka-python says of every failure that it came too late. So what a client does first is done here
step by step: find the name, connect, TLS, ask for versions, log in, ask for the brokers.
"""

from __future__ import annotations

import socket
import time
from threading import Thread
from typing import TYPE_CHECKING, Any

from kafka import errors as kafka_errors
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.broker_version_data import BrokerVersionData
from kafka.protocol.metadata import ApiVersionsRequest, MetadataRequest
from kafka.protocol.parser import KafkaProtocol
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from streams.kafka_log.connecting.server import Server
from streams.kafka_log.connecting.tls import explained, secured
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP_S = 2.0
"""Longest wait for each step; a broker on the other side of the earth needs half a second."""

LARGEST_ANSWER = 16 * 1024 * 1024
"""A length beyond this is no length: somebody speaks another protocol."""

OLDEST = (2, 5)
"""Before that, a commit knows no generation of a group (KIP-447)."""


class BrokerConnection:
    """A connection that is ready for requests.

    Parameters
    ----------
    server
        Where.
    connect
        Settings of kafka-python's clients.

    Attributes
    ----------
    versions
        What the broker understands.
    brokers
        Where each broker is, by its id, as this one says it.

    Raises
    ------
    Unreachable
        If a step fails; it says which, why, and what to do.
    """

    def __init__(self, server: Server, connect: Mapping[str, Any]) -> None:
        self.server = server
        self._connect = connect
        self._protocol = KafkaProtocol(
            client_id=connect["client_id"], receive_message_max_bytes=LARGEST_ANSWER
        )
        self._socket = _connected(server)
        try:
            if connect["security_protocol"].endswith("SSL"):
                self._socket = secured(self._socket, server, connect)
            self.versions = self._ask_versions()
            if connect["security_protocol"].startswith("SASL"):
                self._log_in()
            self.brokers = self._ask_brokers()
        except BaseException:
            self.close()
            raise

    def ask(self, request: Any) -> Any:
        """Return the answer to a request.

        Raises
        ------
        OSError
            If the connection breaks, or nothing comes.
        KafkaError
            If what comes is no answer.
        """
        if request.API_VERSION is None:
            request.API_VERSION = self.versions.api_version(request)
        self._protocol.send_request(request)
        until = time.monotonic() + STEP_S
        self._socket.settimeout(STEP_S)
        self._socket.sendall(self._protocol.send_bytes())
        while True:
            self._socket.settimeout(max(0.01, until - time.monotonic()))
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("closed")
            answers = self._protocol.receive_bytes(data)
            if answers:
                return answers[0][1]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _ask_versions(self) -> BrokerVersionData:
        try:
            answer = self.ask(ApiVersionsRequest(version=0))  # every broker since 0.10 knows it
        except (OSError, kafka_errors.KafkaError, ValueError) as error:
            raise explained(self.server, self._connect, error) from error
        versions = {one.api_key: (one.min_version, one.max_version) for one in answer.api_keys}
        found = BrokerVersionData(api_versions=versions)
        if found.broker_version < OLDEST:
            raise Unreachable(
                f"{self.server}: Kafka {found.broker_version_str}, too old for transactions of"
                " a group",
                "take Kafka 2.5 or later",
                final=True,
            )
        return found

    def _log_in(self) -> None:
        mechanism = self._connect["sasl_mechanism"]
        user = self._connect["sasl_plain_username"]
        try:
            offer = self.ask(SaslHandshakeRequest(mechanism=mechanism, max_version=1))
            self._check_offer(mechanism, offer)
            client = get_sasl_mechanism(mechanism)(host=self.server.host, **self._connect)
            while not client.is_done():
                answer = self.ask(SaslAuthenticateRequest(client.auth_bytes()))
                if answer.error_code:
                    raise Unreachable(
                        f"{self.server}: {user!r} may not log in by {mechanism}:"
                        " unknown there, or with another password",
                        "check log.username, and the secret that log.password_file or"
                        " log.password_env names",
                        final=True,
                    )
                client.receive(answer.auth_bytes)
        except (OSError, kafka_errors.KafkaError) as error:
            raise Unreachable(
                f"{self.server}: the connection broke during the login ({_named(error)})",
                "look into the broker's log",
            ) from error
        except ValueError as error:
            raise Unreachable(
                f"{self.server}: the broker could not prove that it knows the password of {user!r}",
                "is it the right broker? An impostor would fail like this",
                final=True,
            ) from error

    def _check_offer(self, mechanism: str, offer: Any) -> None:
        error = kafka_errors.for_code(offer.error_code)
        if error is kafka_errors.IllegalSaslStateError:
            raise Unreachable(
                f"{self.server}: asks for no login, and log.security_protocol"
                f" = {self._connect['security_protocol']} wants to log in",
                "leave SASL out of log.security_protocol, or take the port where it logs in",
                final=True,
            )
        if error is not kafka_errors.NoError:
            offered = ", ".join(offer.mechanisms) or "none"
            raise Unreachable(
                f"{self.server}: offers no login by {mechanism} (offered: {offered})",
                "set log.sasl_mechanism to one that it offers",
                final=True,
            )

    def _ask_brokers(self) -> dict[int, Server]:
        try:
            answer = self.ask(MetadataRequest(topics=[]))
        except OSError as error:
            if self._connect["security_protocol"].startswith("SASL"):
                raise Unreachable(
                    f"{self.server}: no answer behind the login ({_named(error)})",
                    "look into the broker's log",
                ) from error
            raise Unreachable(
                f"{self.server}: asks for a login (SASL), and log.security_protocol"
                f" = {self._connect['security_protocol']} has none",
                "set log.security_protocol to SASL_SSL or SASL_PLAINTEXT, with log.sasl_mechanism,"
                " log.username and log.password_file",
                final=True,
            ) from error
        return {one.node_id: Server(one.host, one.port) for one in answer.brokers}


def _connected(server: Server) -> socket.socket:
    """Return a socket that is connected.

    Raises
    ------
    Unreachable
        If the name isn't found, or nobody answers there.
    """
    _find(server)
    try:
        return socket.create_connection(server, STEP_S)
    except ConnectionRefusedError as error:
        raise Unreachable(
            f"{server}: nothing listens there (connection refused)",
            "check the port, and whether the broker runs",
        ) from error
    except TimeoutError as error:
        raise Unreachable(
            f"{server}: no answer to a connection in {STEP_S:g} s",
            "check the host, and the firewalls on the way",
        ) from error
    except OSError as error:
        raise Unreachable(
            f"{server}: can't be reached ({error.strerror or error})",
            "check the host, and this machine's network",
        ) from error


def _named(error: Exception) -> str:
    """Say an error in a few words."""
    if isinstance(error, TimeoutError):
        return f"nothing came in {STEP_S:g} s"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return type(error).__name__


def _find(server: Server) -> None:
    """Look the name up; a name server that is silent must not hold us up."""
    failed: list[OSError] = []

    def look_up() -> None:
        try:
            socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(STEP_S)
    if thread.is_alive():
        raise Unreachable(
            f"{server}: no name server told in {STEP_S:g} s where {server.host!r} is",
            "check this machine's DNS",
        )
    if failed:
        raise Unreachable(
            f"{server}: no machine is known as {server.host!r} ({failed[0].strerror or failed[0]})",
            "check the host's name in the address, and this machine's DNS",
        ) from failed[0]
