"""A connection to one broker, made step by step, so that each step that fails has its own error.

kafka-python reports every failure as a time-out. The steps are those of any client: look up the
name, connect, TLS, ask for versions, log in, ask for the brokers.
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

from streams.kafka_log.connecting.security import WITH_SASL, WITH_TLS
from streams.kafka_log.connecting.server import Server
from streams.kafka_log.connecting.tls import first_answer_error, start_tls
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP_S = 2.0
"""Longest wait for each step; a broker on the other side of the earth needs half a second."""

LARGEST_ANSWER = 16 * 1024 * 1024
"""A larger length means that the answer is of another protocol."""

OLDEST = (2, 5)
"""Earlier versions do not check a group's generation in a commit (KIP-447)."""


class BrokerConnection:
    """A connection that is ready for requests.

    Parameters
    ----------
    server
        Host and port.
    connect
        Settings of kafka-python's clients.

    Attributes
    ----------
    versions
        API versions that the broker supports.
    brokers
        Host and port of each broker by its id, as this one reports them.

    Raises
    ------
    Unreachable
        If a step fails; the message names the step, the cause and what to do.
    """

    def __init__(self, server: Server, connect: Mapping[str, Any]) -> None:
        self.server = server
        self._connect = connect
        self._protocol = KafkaProtocol(
            client_id=connect["client_id"], receive_message_max_bytes=LARGEST_ANSWER
        )
        self._socket: socket.socket = _connected(server)
        try:
            if connect["security_protocol"] in WITH_TLS:
                self._socket = start_tls(self._socket, server, connect)
            self.versions = self._ask_versions()
            if connect["security_protocol"] in WITH_SASL:
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
            If the connection breaks, or no answer comes.
        KafkaError
            If the answer can't be read.
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
        """Close the connection."""
        self._socket.close()

    def _ask_versions(self) -> BrokerVersionData:
        try:
            answer = self.ask(ApiVersionsRequest(version=0))  # every broker since 0.10 knows it
        except (OSError, kafka_errors.KafkaError, ValueError) as error:
            raise first_answer_error(self.server, self._connect, error) from error
        versions = {api.api_key: (api.min_version, api.max_version) for api in answer.api_keys}
        supported = BrokerVersionData(api_versions=versions)
        if supported.broker_version < OLDEST:
            raise Unreachable(
                f"{self.server}: the broker runs Kafka {supported.broker_version_str}, but poolwise"
                " needs 2.5 or later",
                "upgrade the broker",
                final=True,
            )
        return supported

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
                        f"{self.server}: the broker refuses the login of {user!r} by {mechanism}:"
                        " unknown user or wrong password",
                        "check log.username, and the password in log.password_file or"
                        " log.password_env",
                        final=True,
                    )
                client.receive(answer.auth_bytes)
        except (OSError, kafka_errors.KafkaError) as error:
            raise Unreachable(
                f"{self.server}: the connection broke during the login ({_reason(error)})",
                "look at the broker's log",
            ) from error
        except ValueError as error:
            raise Unreachable(
                f"{self.server}: the broker failed to prove that it knows the password of {user!r}",
                "check that the address is the right broker: another server posing as it would"
                " fail like this",
                final=True,
            ) from error

    def _check_offer(self, mechanism: str, offer: Any) -> None:
        error = kafka_errors.for_code(offer.error_code)
        if error is kafka_errors.IllegalSaslStateError:
            raise Unreachable(
                f"{self.server}: this port has no login (SASL), but log.security_protocol"
                f" = {self._connect['security_protocol']} logs in",
                "remove SASL_ from log.security_protocol, or use the broker's SASL port",
                final=True,
            )
        if error is not kafka_errors.NoError:
            offered = ", ".join(offer.mechanisms) or "none"
            raise Unreachable(
                f"{self.server}: the broker offers no login by {mechanism} (offered: {offered})",
                "set log.sasl_mechanism to one of those offered",
                final=True,
            )

    def _ask_brokers(self) -> dict[int, Server]:
        try:
            answer = self.ask(MetadataRequest(topics=[]))
        except OSError as error:
            if self._connect["security_protocol"] in WITH_SASL:
                raise Unreachable(
                    f"{self.server}: no answer after the login ({_reason(error)})",
                    "look at the broker's log",
                ) from error
            raise Unreachable(
                f"{self.server}: the broker requires a login (SASL), but log.security_protocol"
                f" = {self._connect['security_protocol']} has none",
                "set log.security_protocol to SASL_SSL or SASL_PLAINTEXT, with log.sasl_mechanism,"
                " log.username and log.password_file",
                final=True,
            ) from error
        return {broker.node_id: Server(broker.host, broker.port) for broker in answer.brokers}


def _connected(server: Server) -> socket.socket:
    """Return a socket that is connected.

    Raises
    ------
    Unreachable
        If the name is unknown, or no connection is accepted.
    """
    _look_up(server)
    try:
        return socket.create_connection(server, STEP_S)
    except ConnectionRefusedError as error:
        raise Unreachable(
            f"{server}: nothing listens on this port (connection refused)",
            "check the port, and whether the broker is running",
        ) from error
    except TimeoutError as error:
        raise Unreachable(
            f"{server}: no connection within {STEP_S:g} s",
            "check the host name, and any firewall between this machine and the broker",
        ) from error
    except OSError as error:
        raise Unreachable(
            f"{server}: can't connect ({error.strerror or error})",
            "check the host name, and this machine's network",
        ) from error


def _reason(error: Exception) -> str:
    """Return an error in a few words."""
    if isinstance(error, TimeoutError):
        return f"no answer within {STEP_S:g} s"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return type(error).__name__


def _look_up(server: Server) -> None:
    """Look up the host name, with a limit: the system's own may be a minute."""
    failed: list[OSError] = []

    def resolve() -> None:
        try:
            socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(STEP_S)
    if thread.is_alive():
        raise Unreachable(
            f"{server}: looking up the host name {server.host!r} took more than {STEP_S:g} s",
            "check this machine's DNS",
        )
    if failed:
        raise Unreachable(
            f"{server}: unknown host name {server.host!r} ({failed[0].strerror or failed[0]})",
            "check the host name in the address, and this machine's DNS",
        ) from failed[0]
