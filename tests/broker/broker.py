"""A real Apache Kafka: one KRaft process, broker and controller, on free ports of localhost.

It dies with the process that started it, however that one ends.
"""

from __future__ import annotations

import base64
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.broker.fetch import fetch, java
from tests.broker.ports import free_port
from tests.broker.process import Process
from tests.broker.properties import properties_of

if TYPE_CHECKING:
    from types import TracebackType

    from tests.broker.security import Security

LOGGING = Path(__file__).with_name("log4j2.properties")
START_S = 60.0  # it takes 2 s on an idle machine
# One compiler and one collecting thread: starts faster, and leaves the other core to the tests.
JVM = ("-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
READY = "Kafka Server started"


class BrokerFailed(Exception):
    """The broker didn't start; the message ends with the end of its log."""


class Broker:
    """One broker; making it formats its storage, `start` starts it.

    Parameters
    ----------
    port : int, optional
        Where it listens in plaintext; any free port otherwise.
    folder : pathlib.Path, optional
        Where data and log are kept, to be started again later; a temporary folder otherwise.
    security : Security, optional
        Opens a second listener, with TLS and passwords.
    jvm : tuple of str
        Arguments of the virtual machine.
    **properties
        Properties of the broker, with `_` for every `.`: `log_cleaner_backoff_ms=100`.

    Attributes
    ----------
    address, secure_address : str
        Where clients connect.
    proxied_port, behind_port : int
        A third listener tells its clients to come to `proxied_port`, but listens on
        `behind_port`: between the two a test puts a `Proxy`.

    Raises
    ------
    Unavailable
        If there is no Java, or no Maven Central.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        folder: Path | None = None,
        security: Security | None = None,
        jvm: tuple[str, ...] = JVM,
        **properties: str | float,
    ) -> None:
        self._java = java()
        self._jars = fetch()
        self._jvm = jvm
        self._process: Process | None = None
        self._temporary = None
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="poolwise-kafka-")
            folder = Path(self._temporary.name)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder = folder.resolve()
        self.log = folder / "broker.log"
        port = port or free_port()
        self.proxied_port, self.behind_port, secure_port = free_port(), free_port(), free_port()
        self.address = f"127.0.0.1:{port}"
        self.secure_address = f"127.0.0.1:{secure_port}"
        secure = {"SECURE": secure_port} if security else {}
        given = properties_of(
            listeners={"PLAIN": port, "PROXIED": self.behind_port, **secure},
            advertised={"PLAIN": port, "PROXIED": self.proxied_port, **secure},
            data=folder / "data",
        )
        given |= security.properties() if security else {}
        given |= {name.replace("_", "."): value for name, value in properties.items()}
        lines = "".join(f"{name}={value}\n" for name, value in given.items())
        (folder / "server.properties").write_text(lines, encoding="utf-8")
        try:
            self._format(security.users() if security else [])
        except BaseException:
            self.close()
            raise

    def _command(self, main: str, *arguments: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={LOGGING}"
        return [self._java, *self._jvm, logging, "-cp", f"{self._jars}/*", main, *arguments]

    def _format(self, users: list[str]) -> None:
        if (self.folder / "data" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        words = ["format", "--standalone", f"--cluster-id={cluster}"]
        words += ["--config", str(self.folder / "server.properties"), *users]
        with self.log.open("ab") as log:
            command = self._command("kafka.tools.StorageTool", *words)
            result = subprocess.run(command, stdout=log, stderr=log, check=False)
        if result.returncode:
            raise BrokerFailed(f"The broker's storage can't be formatted:\n{self.log_tail()}")

    def start(self) -> Self:
        """Start it, and wait until it answers."""
        if self._process is not None and self._process.runs():
            return self
        self.kill()  # what is left of one that ended by itself
        read_before = self.log.stat().st_size if self.log.exists() else 0
        command = self._command("kafka.Kafka", str(self.folder / "server.properties"))
        leftover = self._temporary.name if self._temporary else None
        process = self._process = Process(command, self.log, leftover)
        end_s = time.monotonic() + START_S
        while READY not in self._said_since(read_before):
            if not process.runs() or time.monotonic() > end_s:
                raise BrokerFailed(f"The broker at {self.address} didn't start:\n{self.log_tail()}")
            time.sleep(0.02)
        return self

    def _said_since(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def log_tail(self, lines: int = 40) -> str:
        """Return the end of the broker's log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    @property
    def pid(self) -> int:
        """The process id; only while it runs."""
        return self._running().pid

    def pause(self) -> None:
        """SIGSTOP: connections stay open, nothing is answered."""
        self._running().send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT, after `pause`."""
        self._running().send(signal.SIGCONT)

    def kill(self) -> None:
        """Kill -9; nothing if it isn't running."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and wait until it is gone; nothing if it isn't running."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same ports and data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Kill it, and remove its folder if that was a temporary one."""
        self.kill()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _running(self) -> Process:
        assert self._process is not None, "the broker is not running"
        return self._process

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.end(number)
            self._process = None

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
