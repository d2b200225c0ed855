"""A TCP proxy in front of a Kafka listener, that does to its traffic what a bad network does.

It knows where requests and replies begin and end, so that a test can say: let the broker commit,
and cut the connection before the reply gets back.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from types import TracebackType

# Numbers of requests, from the protocol guide of Apache Kafka.
PRODUCE, FETCH, METADATA, OFFSET_COMMIT, OFFSET_FETCH = 0, 1, 3, 8, 9
FIND_COORDINATOR, JOIN_GROUP, HEARTBEAT, LEAVE_GROUP, SYNC_GROUP = 10, 11, 12, 13, 14
INIT_PRODUCER_ID, ADD_PARTITIONS_TO_TXN, ADD_OFFSETS_TO_TXN = 22, 24, 25
END_TXN, TXN_OFFSET_COMMIT = 26, 28
ALL = range(1 << 15)
CONNECT_S = 5.0


class _Hook(NamedTuple):
    action: Callable[[], object]
    done: threading.Event


class Proxy:
    """Passes everything on, until told otherwise; a context manager.

    Parameters
    ----------
    target_port : int
        Where the broker listens: `broker.behind_port`.
    port : int
        Where clients come: `broker.proxied_port`, which the broker tells them.

    Attributes
    ----------
    address : str
        What to give to clients.
    delay_s : float
        How long each reply is held back.
    """

    def __init__(self, target_port: int, port: int) -> None:
        self.target_port = target_port
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.delay_s = 0.0
        self._swallowed: Container[int] = ()
        self._before: dict[int, _Hook] = {}
        self._after: dict[int, _Hook] = {}
        self._connections: set[_Connection] = set()
        self._listener: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self.open()

    def open(self) -> None:
        """Listen, on the same port as ever; nothing if it does already."""
        if self._listener is not None:
            return
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._accepting = threading.Thread(target=self._accept, args=[self._listener], daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Close every connection; new ones are welcome."""
        for connection in list(self._connections):
            connection.shut()

    def refuse(self) -> None:
        """Close every connection and refuse new ones, until `open`."""
        if self._listener is not None and self._accepting is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            self._listener.close()
            self._accepting.join()
            self._listener = None
        self.cut()

    def swallow_replies(self, api_keys: Container[int] = ALL) -> None:
        """From now on lose the replies to these requests, and keep the connections open."""
        self._swallowed = api_keys

    def heal(self) -> None:
        """Listen and pass everything on again; forget hooks that nothing has reached."""
        self._swallowed = ()
        self.delay_s = 0.0
        self._before.clear()
        self._after.clear()
        self.open()

    def on_request(self, api_key: int, action: Callable[[], object]) -> threading.Event:
        """Do `action` once: when such a request has come, before the broker gets it.

        If the action cuts, refuses or kills, the broker never gets it. The answer is set when
        the action is done.
        """
        return self._hook(self._before, api_key, action)

    def on_reply(self, api_key: int, action: Callable[[], object]) -> threading.Event:
        """Do `action` once: when the broker has replied to such a request, before the client knows.

        `proxy.on_reply(END_TXN, proxy.cut)` loses the reply of a commit that was applied.
        """
        return self._hook(self._after, api_key, action)

    def close(self) -> None:
        """Stop listening, and close every connection."""
        self.refuse()

    def _hook(
        self, hooks: dict[int, _Hook], api_key: int, action: Callable[[], object]
    ) -> threading.Event:
        hook = _Hook(action, threading.Event())
        hooks[api_key] = hook
        return hook.done

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection(("127.0.0.1", self.target_port), CONNECT_S)
            except OSError:
                client.close()
                continue
            broker.settimeout(None)
            connection = _Connection(client, broker)
            self._connections.add(connection)
            threading.Thread(target=self._carry, args=[connection], daemon=True).start()

    def _carry(self, connection: _Connection) -> None:
        back = threading.Thread(target=self._carry_replies, args=[connection], daemon=True)
        back.start()
        self._carry_requests(connection)
        back.join()
        connection.close()
        self._connections.discard(connection)

    def _carry_requests(self, connection: _Connection) -> None:
        with connection.until_shut():
            while (request := _read(connection.client)) is not None:
                api_key, _, correlation_id = struct.unpack_from(">hhi", request, 4)
                connection.asked[correlation_id] = api_key
                self._act(self._before, api_key)
                connection.broker.sendall(request)

    def _carry_replies(self, connection: _Connection) -> None:
        with connection.until_shut():
            while (reply := _read(connection.broker)) is not None:
                (correlation_id,) = struct.unpack_from(">i", reply, 4)
                api_key = connection.asked.pop(correlation_id)
                self._act(self._after, api_key)
                time.sleep(self.delay_s)
                if api_key not in self._swallowed:
                    connection.client.sendall(reply)

    @staticmethod
    def _act(hooks: dict[int, _Hook], api_key: int) -> None:
        hook = hooks.pop(api_key, None)
        if hook is not None:
            hook.action()
            hook.done.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def at_the_end_of_a_commit(
    proxy: Proxy,
    hook: Callable[[int, Callable[[], object]], threading.Event],
    action: Callable[[], object],
) -> threading.Event:
    """Do `action` once when a worker ends a commit; `hook` is one of the proxy's.

    That is a transaction with records and offsets. A learner's, of snapshots, have no offsets, and
    if one fails, it goes on without a word; those that a producer begins with have no records.
    """
    done = threading.Event()

    def act() -> None:
        action()
        done.set()

    def with_records() -> None:
        proxy.on_reply(TXN_OFFSET_COMMIT, lambda: hook(END_TXN, act))

    proxy.on_reply(PRODUCE, with_records)
    return done


class _Connection:
    """A client's connection and ours to the broker, with the requests that await a reply."""

    def __init__(self, client: socket.socket, broker: socket.socket) -> None:
        self.client = client
        self.broker = broker
        self.asked: dict[int, int] = {}

    @contextlib.contextmanager
    def until_shut(self) -> Iterator[None]:
        """Whichever direction ends first, ends the other."""
        try:
            with contextlib.suppress(OSError):
                yield
        finally:
            self.shut()

    def shut(self) -> None:
        """End both sides now; whoever reads or writes there wakes."""
        for side in (self.client, self.broker):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the sockets back; nobody may use them any more."""
        self.client.close()
        self.broker.close()


def _read(side: socket.socket) -> bytes | None:
    """Read one whole request or reply, length included; None at the end of the connection."""
    head = _exactly(side, 4)
    if head is None:
        return None
    body = _exactly(side, struct.unpack(">i", head)[0])
    return None if body is None else head + body


def _exactly(side: socket.socket, size: int) -> bytes | None:
    received = bytearray()
    while len(received) < size:
        part = side.recv(min(size - len(received), 1 << 20))
        if not part:
            return None
        received += part
    return bytes(received)
