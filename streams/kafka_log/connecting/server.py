"""The host and port of one broker."""

from __future__ import annotations

from typing import NamedTuple, Self


class Server(NamedTuple):
    """Host and port of a broker."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `HOST:PORT`.

        Examples
        --------
        >>> Server.of("[::1]:9092")
        Server(host='::1', port=9092)
        """
        host, _, port = text.rpartition(":")
        return cls(host.strip("[]"), int(port))
