"""The TLS handshake with a broker, and the cause of one that fails."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from streams.kafka_log.connecting import other_protocols
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from streams.kafka_log.connecting.server import Server

EXPIRED, NOT_YET_VALID = 10, 9
OTHER_NAME, OTHER_ADDRESS = 62, 64
"""OpenSSL's verify codes (x509_vfy.h)."""

CERTIFICATE_ALERTS = ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "HANDSHAKE_FAILURE")
"""Alerts of a broker, by its Java's version, to a client that showed no certificate."""


def start_tls(plain: socket.socket, server: Server, connect: Mapping[str, Any]) -> ssl.SSLSocket:
    """Return the socket with TLS on it.

    Raises
    ------
    Unreachable
        If the server does not speak TLS, or one side does not trust the other.
    """
    context = _context(server, connect)
    try:
        return context.wrap_socket(plain, server_hostname=server.host)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise _untrusted(server, connect, error) from error
    except OSError as error:
        plain.close()
        raise first_answer_error(server, connect, error) from error


def first_answer_error(server: Server, connect: Mapping[str, Any], error: Exception) -> Unreachable:
    """Return why a handshake or the first answer failed.

    With TLS 1.3, a broker's alert about our certificate comes only with the first answer.
    """
    refused = _client_certificate_error(server, connect, error)
    return refused or other_protocols.first_answer_error(server, connect, error)


def _client_certificate_error(
    server: Server, connect: Mapping[str, Any], error: Exception
) -> Unreachable | None:
    """Return what is wrong with our certificate, if `error` is a broker's alert about it."""
    reason = getattr(error, "reason", None) or ""
    if "ALERT" not in reason:
        return None
    if connect["ssl_certfile"]:
        return Unreachable(
            f"{server}: the broker refuses the client certificate in log.cert_file ({reason})",
            "use a certificate signed by an authority that the broker trusts",
            final=True,
        )
    if not any(alert in reason for alert in CERTIFICATE_ALERTS):
        return None
    return Unreachable(
        f"{server}: the broker requires a client certificate, but log.cert_file is not set",
        "set log.cert_file and log.key_file",
        final=True,
    )


def _context(server: Server, connect: Mapping[str, Any]) -> ssl.SSLContext:
    """Trust and show what the settings name, as kafka-python does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority, certificate = connect["ssl_cafile"], connect["ssl_certfile"]
    try:
        if authority:
            context.load_verify_locations(authority)
        else:
            context.load_default_certs()
    except OSError as error:
        raise _unusable(server, "log.ca_file", authority, error) from error
    try:
        if certificate:
            context.load_cert_chain(certificate, connect["ssl_keyfile"], connect["ssl_password"])
    except OSError as error:
        raise _unusable(server, "log.cert_file with log.key_file", certificate, error) from error
    return context


def _unusable(server: Server, key: str, path: str, error: OSError) -> Unreachable:
    not_pem = "not PEM certificates, or the key or its password does not match"
    reason = not_pem if isinstance(error, ssl.SSLError) else error.strerror
    return Unreachable(
        f"{server}: can't use {key} = {path} ({reason})",
        "set it to a readable PEM file, and log.key_password_env if the key has a password",
        final=True,
    )


def _untrusted(
    server: Server, connect: Mapping[str, Any], error: ssl.SSLCertVerificationError
) -> Unreachable:
    code = error.verify_code
    if code in (EXPIRED, NOT_YET_VALID):
        when = "has expired" if code == EXPIRED else "is not valid yet"
        what, todo = (
            f"{server}: the broker's certificate {when}",
            "renew it on the broker, and check this machine's clock",
        )
    elif code in (OTHER_NAME, OTHER_ADDRESS):
        what, todo = (
            f"{server}: the broker's certificate is not valid for the name {server.host!r}",
            "use a name that the certificate lists, or reissue the certificate with this name",
        )
    else:
        authority = connect["ssl_cafile"]
        trusted = (
            f"log.ca_file = {authority}"
            if authority
            else "the system's certificate store (log.ca_file is not set)"
        )
        what, todo = (
            f"{server}: the broker's certificate is not signed by an authority in {trusted}",
            "set log.ca_file to the certificate of the authority that signed the broker's",
        )
    return Unreachable(what, todo, final=True)
