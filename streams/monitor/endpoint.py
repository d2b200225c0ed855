"""The endpoint: /healthz, /readyz and /metrics over HTTP, from a thread of its own."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import structlog

from bandit.errors import ConfigError

if TYPE_CHECKING:
    from streams.config.config import MetricsSettings
    from streams.monitor.health import Board
    from streams.monitor.metrics import Metrics

PLAIN = "text/plain; charset=utf-8"
PATHS = ("/healthz", "/readyz", "/metrics")
REQUEST_S = 10.0
"""Time limit of a request."""


class Answer(NamedTuple):
    """Response to a request."""

    status: int
    body: bytes
    content_type: str = PLAIN


class Endpoint:
    """Answers requests until it is closed.

    Parameters
    ----------
    settings
        Where to listen; port 0 is any free port, see `port`.
    board
        The published status.
    metrics
        What /metrics shows.

    Raises
    ------
    ConfigError
        If the address can't be bound.
    """

    def __init__(self, settings: MetricsSettings, board: Board, metrics: Metrics) -> None:
        self._board = board
        self._metrics = metrics
        address = (settings.host, settings.port or 0)
        try:
            self._server = _Server(address, _handler(self))
        except OSError as error:
            place = f"metrics.port = {settings.port}: cannot listen on {settings.host}"
            msg = f"{place}: {error.strerror}"
            raise ConfigError(msg) from error
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def answer(self, path: str, accept: str) -> Answer:
        """Return what a request for `path` gets."""
        if path == "/healthz":
            stuck = self._board.stuck()
            return _answer([stuck] if stuck else [])
        if path == "/readyz":
            return _answer([f"{key}: {line}" for key, line in self._board.not_ready().items()])
        if path == "/metrics":
            return Answer(200, *self._metrics.exposition(accept))
        return Answer(404, f"not found; available: {', '.join(PATHS)}\n".encode())

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _answer(reasons: list[str]) -> Answer:
    lines = reasons or ["ok"]
    return Answer(503 if reasons else 200, "".join(f"{line}\n" for line in lines).encode())


class _Server(ThreadingHTTPServer):
    """Its threads are daemons: a slow client doesn't hold up the end of a worker."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind without the parent's look-up of the host's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:
        """Log an error of a request, unless the client closed the connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            structlog.get_logger().exception("request_failed", client=str(client_address))


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    """Make the handler of an endpoint's requests; `http.server` wants a class."""

    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_S

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            answer = endpoint.answer(path, self.headers.get("Accept", ""))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Log nothing: probes arrive every few seconds."""

        def version_string(self) -> str:
            return "poolwise"

    return Handler
