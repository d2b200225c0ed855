"""Certificates made on the spot, and who may log in to a broker."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.broker.fetch import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30")
EXTENSIONS = """
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1
"""


class Authority:
    """A certificate authority of its own; clients of another one don't trust it.

    Attributes
    ----------
    certificate : pathlib.Path
        What a client has to trust, as PEM.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "ca.pem"
        self._folder = folder
        self._key = folder / "ca.key"
        self._extensions = folder / "extensions.cnf"
        self._extensions.write_text(EXTENSIONS, encoding="utf-8")
        self._make("authority", self._key, self.certificate)

    def certify(self) -> Path:
        """Write a key and a certificate for localhost into one PEM file, as Kafka wants them."""
        key, certificate, both = (self._folder / f"server.{end}" for end in ("key", "crt", "pem"))
        self._make("server", key, certificate, "-CA", self.certificate, "-CAkey", self._key)
        both.write_bytes(key.read_bytes() + certificate.read_bytes())
        return both

    def _make(self, kind: str, key: Path, certificate: Path, *signer: str | Path) -> None:
        path = shutil.which("openssl")
        if path is None:
            raise Unavailable("Certificates are made by `openssl`, which is not found in PATH.")
        words = ["req", "-x509", *KEY, "-keyout", key, "-out", certificate, *signer]
        words += ["-subj", f"/CN=poolwise test {kind}"]
        words += ["-config", self._extensions, "-extensions", kind]
        result = subprocess.run([path, *words], capture_output=True, text=True, check=False)
        if result.returncode:
            raise Unavailable(f"openssl (3.0 or later) can't make a certificate: {result.stderr}")


@dataclass(frozen=True, slots=True)
class Security:
    """What a broker's SASL_SSL listener asks of a client, and what it then lets it do.

    Attributes
    ----------
    authority : Authority
        Who signs the broker's certificate.
    user, password : str
        The one SCRAM-SHA-512 user.
    acls : bool
        Whether the user needs an ACL for all it does. Who comes by the plain listener, and the
        user `admin` who has the same password, may do everything.
    """

    authority: Authority
    user: str = "poolwise"
    password: str = "correct horse"
    acls: bool = False

    def users(self) -> list[str]:
        """Arguments that make the users when the storage is formatted."""
        entries = (
            f"SCRAM-SHA-512=[name={u},password={self.password}]" for u in (self.user, "admin")
        )
        return [word for entry in entries for word in ("--add-scram", entry)]

    def properties(self) -> dict[str, object]:
        """Properties of the broker."""
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        properties: dict[str, object] = {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.authority.certify(),
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.secure.scram-sha-512.sasl.jaas.config": scram,
        }
        if self.acls:
            properties["authorizer.class.name"] = (
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
            )
            properties["super.users"] = "User:ANONYMOUS;User:admin"
        return properties
