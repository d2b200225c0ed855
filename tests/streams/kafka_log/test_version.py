"""Another kafka-python than the one whose private parts are used is one clear line."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogError
from streams.cli.doctor import doctor
from streams.kafka_log.version import KAFKA_PYTHON, check_kafka_python
from tests.streams.verbs import ROOT, run, start

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "kafka://127.0.0.1:1"
LINE = (
    "kafka-python 3.0.11 is installed, but this version of poolwise needs exactly"
    f" {KAFKA_PYTHON}, because it uses private APIs; what to do: pip install"
    f" kafka-python=={KAFKA_PYTHON}"
)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A folder in which an older version is installed, as far as Python can tell."""
    about = tmp_path / "site" / "kafka_python-3.0.11.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kafka-python\nVersion: 3.0.11\n")
    return about.parent


def test_the_version_that_is_installed_here_is_the_one() -> None:
    check_kafka_python()


def test_it_is_the_one_that_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pin = f"kafka-python=={KAFKA_PYTHON}"
    assert [one for one in project["dependencies"] if one.startswith("kafka-python")] == [pin]
    assert pin in (ROOT / "constraints.txt").read_text("utf-8").splitlines()


def test_another_version_is_refused(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(older)
    with pytest.raises(LogError) as error:
        check_kafka_python()
    assert str(error.value) == LINE


def test_a_verb_says_so_before_anything_else(older: Path) -> None:
    """In a process of its own, which has imported nothing yet."""
    with start("tail", NOBODY, "tasks", env={"PYTHONPATH": f"{older}:{ROOT}"}) as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.decode()) == (1, b"", f"poolwise: {LINE}\n")


def test_doctor_says_so_and_looks_no_further(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(older)
    answer = run(doctor, NOBODY)
    assert answer.exit_code == 1
    assert f"do: pip install kafka-python=={KAFKA_PYTHON}" in answer.output
    assert answer.output.endswith("1 broken, 0 warnings, 1 ok\n")


def test_nothing_else_opens_kafka() -> None:
    """So nothing does without this look."""
    opening = re.compile(r"\b(KafkaLog|Examination)\(")
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "streams").rglob("*.py")
        if opening.search(path.read_text("utf-8"))
    }
    assert files == {
        "streams/clients/address.py",
        "streams/cli/doctor.py",
        "streams/doctor/kafka.py",
    }
