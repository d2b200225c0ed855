"""What may listen where a broker was expected: a wrong certificate, a web server, nobody."""

from __future__ import annotations

import http.server
import socket
import ssl
import subprocess
from contextlib import closing, contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = "%Y%m%d%H%M%SZ"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def certificate(folder: Path, name: str, start: str, end: str) -> Path:
    """Write a key and a certificate that signs itself, valid from `start` to `end`, in one file."""
    folder.mkdir(parents=True, exist_ok=True)
    key, request, signed = (folder / f"server.{kind}" for kind in ("key", "csr", "crt"))
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={name}"]
    _openssl("req", "-new", *KEY, "-keyout", key, "-out", request, *subject)
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = one\n[one]\nnew_certs_dir = .\ndatabase = index\n"
        "rand_serial = yes\ndefault_md = sha256\npolicy = any\ncopy_extensions = copy\n"
        "[any]\ncommonName = supplied\n"
    )
    _openssl(
        *("ca", "-batch", "-config", "ca.cnf", "-selfsign", "-notext"),
        *("-keyfile", key, "-in", request, "-out", signed, "-startdate", start, "-enddate", end),
        folder=folder,
    )
    both = folder / "server.pem"
    both.write_bytes(key.read_bytes() + signed.read_bytes())
    return both


@contextmanager
def listening_with(pem: Path) -> Iterator[int]:
    """Speak TLS with that certificate, and nothing else; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with closing(line):
                    try:
                        context.wrap_socket(line, server_side=True).close()
                    except OSError:
                        continue

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@contextmanager
def web_server() -> Iterator[int]:
    """Serve files over HTTP; the port."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its own name
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
    thread.join()


@contextmanager
def nobody_answers() -> Iterator[int]:
    """Listen with no room left for connections: theirs are not answered at all; the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(server.getsockname())
            waiting.append(client)
        yield server.getsockname()[1]
        for client in waiting:
            client.close()


def _openssl(*words: str | Path, folder: Path | None = None) -> None:
    result = subprocess.run(
        ["openssl", *map(str, words)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
