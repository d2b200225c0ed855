"""TLS to a broker, and what a handshake that fails is trying to say."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from streams.kafka_log.connecting import other_protocols
from streams.kafka_log.connecting.unreachable import Unreachable

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from streams.kafka_log.connecting.server import Server

EXPIRED, NOT_YET = 10, 9
OTHER_NAME, OTHER_ADDRESS = 62, 64
"""OpenSSL's verify codes (x509_vfy.h)."""

ASKS_FOR_CERTIFICATE = ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "HANDSHAKE_FAILURE")
"""How brokers, by their Java's version, say that a client showed no certificate."""


def secured(plain: socket.socket, server: Server, connect: Mapping[str, Any]) -> ssl.SSLSocket:
    """Return the socket with TLS on it.

    Raises
    ------
    Unreachable
        If there is no TLS, or one side doesn't trust the other.
    """
    context = _context(server, connect)
    try:
        return context.wrap_socket(plain, server_hostname=server.host)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise _distrusted(server, connect, error) from error
    except OSError as error:
        plain.close()
        raise explained(server, connect, error) from error


def explained(server: Server, connect: Mapping[str, Any], error: Exception) -> Unreachable:
    """Say why a handshake or the first answer failed.

    With TLS 1.3, a broker's alert about our certificate comes only with the first answer.
    """
    asked = _asks_for_certificate(server, connect, error)
    return asked or other_protocols.explained(server, connect, error)


def _asks_for_certificate(
    server: Server, connect: Mapping[str, Any], error: Exception
) -> Unreachable | None:
    """Say so if `error` is a broker's alert about our certificate."""
    reason = getattr(error, "reason", None) or ""
    if "ALERT" not in reason:
        return None
    if connect["ssl_certfile"]:
        return Unreachable(
            f"{server}: refuses the certificate in log.cert_file ({reason})",
            "take one that an authority signed which the broker trusts",
            final=True,
        )
    if not any(said in reason for said in ASKS_FOR_CERTIFICATE):
        return None
    return Unreachable(
        f"{server}: asks for a certificate of the client, and log.cert_file names none",
        "set log.cert_file and log.key_file",
        final=True,
    )


def _context(server: Server, connect: Mapping[str, Any]) -> ssl.SSLContext:
    """Trust and show what the settings say, as kafka-python does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority, certificate = connect["ssl_cafile"], connect["ssl_certfile"]
    try:
        if authority:
            context.load_verify_locations(authority)
        else:
            context.load_default_certs()
    except OSError as error:
        raise _unreadable(server, "log.ca_file", authority, error) from error
    try:
        if certificate:
            context.load_cert_chain(certificate, connect["ssl_keyfile"], connect["ssl_password"])
    except OSError as error:
        raise _unreadable(server, "log.cert_file with log.key_file", certificate, error) from error
    return context


def _unreadable(server: Server, key: str, path: str, error: OSError) -> Unreachable:
    why = "not certificates in PEM, or a wrong key or password for it"
    said = why if isinstance(error, ssl.SSLError) else error.strerror
    return Unreachable(
        f"{server}: {key} = {path}: can't be used ({said})",
        "name the file that has it, in PEM, and the key's password in log.key_password_env",
        final=True,
    )


def _distrusted(
    server: Server, connect: Mapping[str, Any], error: ssl.SSLCertVerificationError
) -> Unreachable:
    code = error.verify_code
    if code in (EXPIRED, NOT_YET):
        when = "has expired" if code == EXPIRED else "is not valid yet"
        what, todo = (
            f"{server}: the broker's certificate {when}",
            "renew it on the broker; check this machine's clock too",
        )
    elif code in (OTHER_NAME, OTHER_ADDRESS):
        what, todo = (
            f"{server}: the broker's certificate is for another name than {server.host!r}",
            "write the name that it is for in the address, or have it made for this one too",
        )
    else:
        authority = connect["ssl_cafile"]
        trusted = f"log.ca_file = {authority}" if authority else "the system's list (no ca_file)"
        what, todo = (
            f"{server}: the broker's certificate is signed by none of the authorities in {trusted}",
            "set log.ca_file to the certificate of the authority that signed the broker's",
        )
    return Unreachable(what, todo, final=True)
