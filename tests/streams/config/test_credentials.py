"""Secrets are read from where they are named, whole, and never shown."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import ConfigError
from streams.config.credentials import key_password, password
from streams.config.log_settings import LogSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

names = st.sampled_from(("PASSWORD", "KEY", "OTHER", "hunter2"))
secrets = st.text(" \t\x00aé\u2028", min_size=1, max_size=6)
environments = st.dictionaries(names, st.just("") | secrets)
READERS: list[tuple[str, Callable[[LogSettings, Mapping[str, str]], str | None]]] = [
    ("password_env", password),
    ("key_password_env", key_password),
]


@pytest.mark.parametrize(("key", "reader"), READERS)
@given(name=names, environment=environments)
def test_a_secret_is_that_of_its_variable_and_of_no_other(
    key: str,
    reader: Callable[[LogSettings, Mapping[str, str]], str | None],
    name: str,
    environment: dict[str, str],
) -> None:
    """An empty one is as good as none: a login with it would fail later, with less to go by."""
    log = LogSettings(**{key: name})  # type: ignore[arg-type]  # one of two keys
    if environment.get(name):
        assert reader(log, environment) == environment[name]
        return
    with pytest.raises(ConfigError) as caught:
        reader(log, environment)
    assert str(caught.value).startswith(f"log.{key}: ")
    assert name not in str(caught.value)  # the secret itself may stand there


@given(environments)
def test_without_a_name_there_is_no_secret(environment: dict[str, str]) -> None:
    assert password(LogSettings(), environment) is None
    assert key_password(LogSettings(), environment) is None


@settings(max_examples=40)
@given(secrets, st.text("\r\n", max_size=3))
def test_a_file_holds_its_secret_whatever_line_breaks_end_it(secret: str, end: str) -> None:
    """Blanks count, also at either end of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "secret"
        path.write_bytes((secret + end).encode())
        assert password(LogSettings(password_file=str(path)), {}) == secret


@settings(max_examples=40)
@given(st.binary(max_size=8))
def test_a_file_of_any_bytes_is_read_or_refused_in_one_line_without_its_path(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "secret"
        path.write_bytes(data)
        try:
            secret = password(LogSettings(password_file=str(path)), {})
        except ConfigError as error:
            line = str(error)
            assert line.startswith("log.password_file: ")
            assert "\n" not in line
            assert str(path) not in line
        else:
            assert secret
            assert not secret.endswith(("\r", "\n"))


@pytest.mark.parametrize("wrong", ["missing", "."])
def test_a_file_that_can_not_be_read_is_not_named(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigError) as caught:
        password(LogSettings(password_file=str(tmp_path / wrong)), {})
    assert str(tmp_path) not in str(caught.value)
