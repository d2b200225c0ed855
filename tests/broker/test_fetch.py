"""A broker that can't be had is one clear line, and a jar is whole or not there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.broker import fetch
from tests.broker.fetch import Unavailable

ROOT = Path(__file__).resolve().parents[2]
NEEDS_A_BROKER = "tests/broker/test_broker.py::test_what_was_acknowledged_survives_kill_9"


@pytest.fixture
def central(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Central of one jar, `g:a:1`, and an empty cache."""
    jar = tmp_path / "central" / "g" / "a" / "1" / "a-1.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"whole")
    listed = tmp_path / "jars.txt"
    listed.write_text(f"g:a:1 {hashlib.sha256(b'whole').hexdigest()}\n", encoding="utf-8")
    monkeypatch.setattr(fetch, "LIST", listed)
    monkeypatch.setattr(fetch, "CENTRAL", (tmp_path / "central").as_uri())
    monkeypatch.setattr(fetch, "PAUSE_S", 0.0)
    monkeypatch.setenv("POOLWISE_CACHE", str(tmp_path / "cache"))
    return jar


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.*"))


def test_a_jar_is_fetched_once(central: Path) -> None:
    assert names(fetch.fetch()) == ["a-1.jar"]
    central.unlink()
    assert names(fetch.fetch()) == ["a-1.jar"]


def test_a_jar_with_other_bytes_is_refused_and_not_kept(central: Path) -> None:
    central.write_bytes(b"other")
    with pytest.raises(Unavailable, match=r"a-1\.jar is not the file that jars\.txt names"):
        fetch.fetch()
    assert names(fetch.cache()) == []


def test_no_maven_central_is_said_in_one_line(
    central: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "CENTRAL", "http://127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"\AMaven Central is not reachable: .*refused\Z"):
        fetch.fetch()


def test_a_cache_that_cannot_be_written_is_said_in_one_line(
    central: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOLWISE_CACHE", str(central))
    with pytest.raises(Unavailable, match=r"\AKafka's jars can't be kept in .*Not a directory.*\Z"):
        fetch.fetch()


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("11.0.2", r"needs Java 17 or later; .*/bin/java is Java 11\."),
        ("1.8.0_292", r"needs Java 17 or later; .*/bin/java is Java 8\."),
        (None, r"needs Java 17 or later: no `java` found in JAVA_HOME=.*\."),
    ],
)
def test_no_java_or_an_old_one_is_said_in_one_line(
    version: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if version is not None:
        old = tmp_path / "bin" / "java"
        old.parent.mkdir()
        old.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2019' >&2\n")
        old.chmod(0o755)
    with pytest.raises(Unavailable, match=rf"\AKafka {said}\Z"):
        fetch.java()


@pytest.mark.parametrize(("required", "outcome"), [("", "1 skipped"), ("1", "1 error")])
def test_where_no_broker_can_be_had_its_tests_are_skipped_unless_one_is_required(
    required: str, outcome: str, tmp_path: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", NEEDS_A_BROKER],
        cwd=ROOT,
        env={**os.environ, "JAVA_HOME": str(tmp_path), "POOLWISE_REQUIRE_KAFKA": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in run.stdout
    assert f"no `java` found in JAVA_HOME={tmp_path}" in " ".join(run.stdout.split())
    assert "Traceback" not in run.stdout
    assert (run.returncode != 0) == bool(required)


def test_make_kafka_says_in_one_line_why_it_cannot(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "tests/broker/run.py", "--port", "9999"],
        cwd=ROOT,
        env={**os.environ, "JAVA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr == (
        f"Kafka needs Java 17 or later: no `java` found in JAVA_HOME={tmp_path}.\n"
    )
