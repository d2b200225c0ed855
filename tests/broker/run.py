"""Starts a real Kafka broker to play with, until Ctrl-C: `make kafka`."""
# ruff: noqa: T201, what it prints is what it is for

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

if not __package__:  # run as a script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.broker.broker import Broker, BrokerFailed
from tests.broker.fetch import KAFKA, Unavailable, cache
from tests.broker.ports import is_free


def main() -> None:
    """Fetch it, start it, say how to use and stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument("--dir", type=Path, help="where to keep its data; a temporary folder else")
    asked = parser.parse_args()
    if not is_free(asked.port):
        sys.exit(
            f"Port {asked.port} of 127.0.0.1 is taken, or not ours to take: --port names another."
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"Starting Apache Kafka {KAFKA}; its jars are kept in {cache()}.", flush=True)
    try:
        broker = Broker(port=asked.port, folder=asked.dir)
        try:
            broker.start()
            print(
                f"Ready: kafka://{broker.address}\nIts log: {broker.log}\nCtrl-C stops it.",
                flush=True,
            )
            signal.pause()
        finally:
            broker.close()
    except KeyboardInterrupt:
        print("Stopped.")
    except (Unavailable, BrokerFailed, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
