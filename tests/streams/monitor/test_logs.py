"""The worker's own log: one event a line, in JSON or for a person, and never a secret."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import structlog

from streams.config.config import LogsSettings
from streams.monitor.logs import FORWARDER, set_up
from tests.streams.verbs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Leave structlog and kafka-python's logger as they were found."""
    kafka = logging.getLogger("kafka")
    before = kafka.level, kafka.propagate
    yield
    structlog.reset_defaults()
    kafka.removeHandler(FORWARDER)
    kafka.level, kafka.propagate = before


def test_an_event_in_json_is_one_line_with_level_and_utc_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(LogsSettings(format="json"))
    structlog.get_logger().info("desk_restored", partition=3, text="a\nb")
    out, err = capsys.readouterr()
    event = json.loads(err)
    assert out == ""
    assert err.count("\n") == 1
    assert (event["event"], event["level"], event["partition"]) == ("desk_restored", "info", 3)
    at = datetime.fromisoformat(event["timestamp"])
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_the_console_is_quiet_about_what_is_usual(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogsSettings())
    structlog.get_logger().info("rebalanced")
    structlog.get_logger().warning("commit_unknown", attempt=2)
    err = capsys.readouterr().err
    assert "rebalanced" not in err
    assert "commit_unknown" in err
    assert "attempt=2" in err


@pytest.mark.parametrize(("level", "lines"), [("debug", 3), ("info", 2), ("error", 0)])
def test_the_level_can_be_said(level: str, lines: int, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogsSettings(level=level))  # type: ignore[arg-type]  # one of the literal's
    logger = structlog.get_logger()
    logger.debug("one")
    logger.info("two")
    logger.warning("three")
    assert capsys.readouterr().err.count("\n") == lines


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_shown(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a field that is called like one, nor a local variable of a traceback."""
    set_up(LogsSettings(format=form))  # type: ignore[arg-type]  # one of the literal's

    secret = "hunter2"

    def log_in(password: str) -> None:
        raise ValueError("refused") if password else KeyError

    try:
        log_in(secret)
    except ValueError:
        structlog.get_logger().exception("login_failed", sasl_plain_password=secret, user="u")
    err = capsys.readouterr().err
    assert "refused" in err
    assert "***" in err
    assert secret not in err


def test_warnings_of_kafka_python_become_events_and_its_chatter_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(LogsSettings(format="json", level="debug"))
    set_up(LogsSettings(format="json", level="debug"))
    logging.getLogger("kafka.client").info("connecting")
    logging.getLogger("kafka.client").warning("node %d is gone", 7)
    event = json.loads(capsys.readouterr().err)
    assert (event["level"], event["logger"]) == ("warning", "kafka.client")
    assert event["message"] == "node 7 is gone"


def test_warnings_of_kafka_python_are_not_for_the_console_unless_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(LogsSettings())
    logging.getLogger("kafka.client").error("connection lost")
    assert capsys.readouterr().err == ""
    set_up(LogsSettings(level="warning"))
    logging.getLogger("kafka.client").error("connection lost")
    assert "connection lost" in capsys.readouterr().err


def test_warnings_of_kafka_python_are_told_though_it_is_imported_afterwards() -> None:
    """As the verbs do it: the log on Kafka is imported when one is opened."""
    words = (
        "import logging; from streams.config.config import LogsSettings;"
        " from streams.monitor.logs import set_up;"
        " set_up(LogsSettings(format='json')); import streams.kafka_log.log;"
        " logging.getLogger('kafka.client').warning('gone')"
    )
    process = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert json.loads(process.stderr)["message"] == "gone"
