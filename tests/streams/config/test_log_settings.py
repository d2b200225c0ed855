"""The section [log]: what belongs together, what the environment says, and no secret in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bandit.errors import ConfigError
from streams.config.config import parse_config
from streams.config.credentials import key_password, password
from streams.config.log_settings import LogSettings, read_log_settings
from streams.kafka_log.connecting.connection import client_settings, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable

LOGIN = {
    "security_protocol": "SASL_SSL",
    "sasl_mechanism": "SCRAM-SHA-512",
    "username": "poolwise",
    "password_file": "/run/secrets/kafka",
}


def refusal(**given: object) -> str:
    """Return the one line that refuses a section."""
    with pytest.raises(ConfigError) as caught:
        read_log_settings(given, {})
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_login_over_tls_is_taken() -> None:
    log = read_log_settings(LOGIN | {"ca_file": "ca.pem", "instance": "w-0"}, {})
    assert (log.username, log.ca_file, log.instance) == ("poolwise", "ca.pem", "w-0")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"security_protocol": "TLS"},
            (
                "log.security_protocol is 'TLS', which is unknown; known: PLAINTEXT,"
                " SASL_PLAINTEXT, SASL_SSL, SSL"
            ),
        ),
        (
            {"sasl_mechanism": "SCRAM-SHA256"},
            "log.sasl_mechanism is 'SCRAM-SHA256', which is unknown; did you mean 'SCRAM-SHA-256'?",
        ),
        ({"username": None}, "log.security_protocol = SASL_SSL: needs username"),
        ({"sasl_mechanism": None}, "log.security_protocol = SASL_SSL: needs sasl_mechanism"),
        (
            {"password_file": None},
            "log.security_protocol = SASL_SSL: needs password_file or password_env",
        ),
        ({"password_env": "PW"}, "log.password_file and log.password_env: set only one of them"),
        (
            {"security_protocol": "PLAINTEXT"},
            "log.security_protocol = PLAINTEXT: does not use sasl_mechanism; remove it",
        ),
        ({"key_file": "k.pem"}, "log.key_file: also needs log.cert_file"),
        ({"key_password_env": "PW"}, "log.key_password_env: also needs log.key_file"),
        ({"instance": ""}, "log.instance = '': must be a name"),
        ({"group": "a-@b"}, "log.group = 'a-@b': must be a name without '-@'"),
        (
            {"session_timeout_s": 301},
            "log.session_timeout_s = 301.0: must be at most log.max_poll_interval_s",
        ),
        (
            {"commit_timeout_s": 16},
            "log.commit_timeout_s = 16.0: must be at most log.transaction_timeout_s",
        ),
        ({"request_timeout_s": 0}, "log.request_timeout_s = 0.0: must be 1 to 500"),
        ({"usrname": "u"}, "log.usrname is unknown; did you mean 'username'?"),
    ],
)
def test_what_does_not_belong_together_is_refused(change: dict[str, object], line: str) -> None:
    given = {key: value for key, value in (LOGIN | change).items() if value is not None}
    assert refusal(**given) == line


def test_certificates_without_tls_are_refused() -> None:
    """Whoever forgot `security_protocol` would otherwise talk in the open."""
    assert refusal(ca_file="ca.pem") == (
        "log.security_protocol = PLAINTEXT: does not use ca_file; remove it"
    )


@pytest.mark.parametrize(
    "key", ["password", "sasl_plain_password", "passwd", "secret", "key_password", "token"]
)
def test_a_secret_is_refused_and_not_shown(key: str) -> None:
    line = refusal(**{key: "hunter2"})
    assert line.startswith(f"log.{key}: secrets are not allowed in a configuration; name ")
    assert "password_" in line
    assert "hunter2" not in line


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    line = refusal(address="kafka://u:hunter2@host:9092")
    assert "password_file" in line
    assert "hunter2" not in line


def test_variables_of_the_environment_are_put_in() -> None:
    text = '[log]\ninstance = "worker-${POD}"\ngroup = "${TEAM}-${TEAM}"\n'
    log = parse_config(text, environment={"POD": "3", "TEAM": "x"}).log
    assert (log.instance, log.group) == ("worker-3", "x-x")


def test_a_variable_that_is_not_set_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"c\.toml: log\.instance: the environment variable POD"):
        parse_config('[log]\ninstance = "${POD}"', "c.toml", {})


def test_a_variable_that_holds_a_secret_is_never_put_in() -> None:
    change = {"password_env": "${PW}", "password_file": ""}
    with pytest.raises(ConfigError, match=r"log\.password_env: must be the name of an environment"):
        read_log_settings(LOGIN | change, {"PW": "hunter2"})


def test_a_password_is_read_from_its_file_without_the_line_break(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(" hunter 2\r\n")
    assert password(LogSettings(password_file=str(file)), {}) == " hunter 2"


def test_a_password_is_read_from_the_environment() -> None:
    environment = {"KAFKA_PW": "hunter2"}
    assert password(LogSettings(password_env="KAFKA_PW"), environment) == "hunter2"
    assert key_password(LogSettings(key_password_env="KAFKA_PW"), environment) == "hunter2"


def test_clients_of_kafka_get_the_passwords_of_the_environment() -> None:
    settings = LogSettings(
        security_protocol="SASL_SSL",
        sasl_mechanism="SCRAM-SHA-512",
        username="u",
        password_env="KAFKA_PW",
        cert_file="cert.pem",
        key_file="key.pem",
        key_password_env="KEY_PW",
    )
    address = parse_address("kafka://host:9092")
    clients = client_settings(address, settings, {"KAFKA_PW": "hunter2", "KEY_PW": "hunter3"})
    assert (clients["sasl_plain_password"], clients["ssl_password"]) == ("hunter2", "hunter3")


def test_no_password_is_none() -> None:
    assert password(LogSettings(), {}) is None
    assert key_password(LogSettings(), {}) is None


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (Path.exists, "the file does not exist"),
        (lambda file: file.write_text("\n"), "the file is empty"),
        (Path.mkdir, "Is a directory"),
        (lambda file: file.write_bytes(b"\xff\xfe"), "the file is not UTF-8 text"),
    ],
)
def test_a_password_that_cannot_be_read_is_one_line_without_its_value(
    make: Callable[[Path], object], line: str, tmp_path: Path
) -> None:
    """The name is not shown: the secret itself may stand where a name was wanted."""
    file = tmp_path / "hunter2"
    make(file)
    with pytest.raises(ConfigError) as caught:
        password(LogSettings(password_file=str(file)), {})
    assert str(caught.value) == f"log.password_file: {line}"


def test_a_password_variable_that_is_not_set_is_one_line_without_its_value() -> None:
    with pytest.raises(ConfigError) as caught:
        password(LogSettings(password_env="hunter2"), {})
    assert str(caught.value) == (
        "log.password_env: the environment variable that it names is not set or empty"
    )
