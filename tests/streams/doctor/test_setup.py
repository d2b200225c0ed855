"""What doctor finds on this machine: packages, and a configuration that can't be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streams.cli.doctor import doctor
from streams.doctor import setup as doctor_setup
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = """
[log]
address = "kafka://h:1"
security_protocol = "SASL_SSL"
sasl_mechanism = "PLAIN"
username = "u"
password_file = "/no/such"
"""


def test_without_a_log_or_a_config_it_is_wrong_usage() -> None:
    assert run(doctor).exit_code == 2


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("[worker]\nmax_opne = 3", "worker.max_opne is unknown; did you mean 'max_open'?"),
        ('[log]\naddress = "kafka://nowhere"', "'nowhere' is not HOST:PORT"),
        (LOGIN, "log.password_file: the file does not exist"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_broken(
    text: str, reported: str, tmp_path: Path
) -> None:
    config = tmp_path / "poolwise.toml"
    config.write_text(text)
    answer = run(doctor, "--config", config)
    assert answer.exit_code == 1
    assert reported in answer.output
    assert "broken   config: " in answer.output


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_setup, "CHECKSUM", "crc32c-of-nobody")
    monkeypatch.setattr(doctor_setup, "NEEDED", ("poolwise-of-nobody", "river"))
    levels = {finding.what.split()[0]: finding.level for finding in doctor_setup.versions()}
    assert levels["crc32c-of-nobody"] == "warning"
    assert levels["poolwise-of-nobody"] == "broken"
