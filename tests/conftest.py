"""Real Kafka brokers for tests, started at their first use.

Where none can be had the tests that ask for one are skipped with the reason; with
`POOLWISE_REQUIRE_KAFKA=1` they fail with it.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.broker.broker import Broker
from tests.broker.fetch import Unavailable, fetch, java
from tests.broker.proxy import Proxy
from tests.broker.security import Authority, Security

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# As in poolwise.py; here, since conftests of folders load NumPy before any hook is called.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
LEAKS = "ignore:unclosed <s(ocket.socket|sl.SSLSocket):ResourceWarning"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Overlook sockets that kafka-python leaves open, and let Hypothesis take its time."""
    config.addinivalue_line("filterwarnings", LEAKS)
    # How long an example takes says something of the machine, not of the code.
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a broker, so that `-m 'not kafka'` leaves it out."""
    for item in items:
        if "kafka" in getattr(item, "fixturenames", ()):
            item.add_marker("kafka")


@contextmanager
def skipped_where_unavailable() -> Iterator[None]:
    """Skip, or fail, with the reason why no broker can be had."""
    try:
        yield
    except Unavailable as reason:
        if os.environ.get("POOLWISE_REQUIRE_KAFKA") == "1":
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def kafka() -> None:
    """Java and the jars; brokers can be made."""
    with skipped_where_unavailable():
        java()
        fetch()


@pytest.fixture(scope="session")
def broker(kafka: None) -> Iterator[Broker]:
    """One broker for the whole run: leave it running, and use topics of your own."""
    with Broker() as broker:
        yield broker


@pytest.fixture(scope="session")
def security(kafka: None, tmp_path_factory: pytest.TempPathFactory) -> Security:
    """The authority and the user of `secure_broker`."""
    with skipped_where_unavailable():
        return Security(Authority(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="session")
def secure_broker(security: Security) -> Iterator[Broker]:
    """One broker for the whole run, with TLS and passwords at its `secure_address`."""
    with Broker(security=security) as broker:
        yield broker


@pytest.fixture
def start_broker(kafka: None) -> Iterator[Callable[..., Broker]]:
    """Start brokers of your own, to stop, kill or configure; the arguments are a `Broker`'s."""
    started = []

    def start(**settings: Any) -> Broker:
        one = Broker(**settings)
        started.append(one)
        return one.start()

    yield start
    for one in started:
        one.close()


@pytest.fixture
def proxy(broker: Broker) -> Iterator[Proxy]:
    """Stand in front of `broker`, for clients that come to `proxy.address`."""
    with Proxy(broker.behind_port, broker.proxied_port) as proxy:
        yield proxy
