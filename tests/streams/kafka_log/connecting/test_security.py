"""Each security protocol has exactly the settings that its name promises."""

from __future__ import annotations

from typing import get_args

import pytest

from streams.config.log_settings import LogSettings, SecurityProtocol
from streams.kafka_log.connecting.connection import client_settings, parse_address
from streams.kafka_log.connecting.security import PLAIN_OF, WITH_SASL, WITH_TLS

PROTOCOLS: tuple[SecurityProtocol, ...] = get_args(SecurityProtocol)


def test_the_protocols_with_tls_and_with_a_login_are_those_that_are_named_so() -> None:
    assert set(WITH_TLS) == {name for name in PROTOCOLS if name.endswith("SSL")}
    assert set(WITH_SASL) == {name for name in PROTOCOLS if name.startswith("SASL")}


def test_without_tls_a_protocol_keeps_its_login_and_nothing_else() -> None:
    for protocol, plain in PLAIN_OF.items():
        assert plain in PROTOCOLS
        assert plain not in WITH_TLS
        assert (protocol in WITH_SASL) == (plain in WITH_SASL)
    assert len(set(PLAIN_OF.values())) == len(WITH_TLS)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_client_gets_a_password_only_where_it_logs_in_and_keys_only_over_tls(
    protocol: SecurityProtocol,
) -> None:
    """So no password is read, and none sent, by a protocol that has no use for it."""
    log = LogSettings(
        security_protocol=protocol,
        sasl_mechanism="PLAIN",
        username="u",
        password_env="PASSWORD",
        key_password_env="KEY",
    )
    settings = client_settings(
        parse_address("kafka://host:9092"), log, {"PASSWORD": "secret", "KEY": "opens"}
    )
    assert settings["security_protocol"] == protocol
    assert settings.get("sasl_plain_password") == ("secret" if "SASL" in protocol else None)
    assert settings.get("ssl_password") == ("opens" if "SSL" in protocol else None)
