"""`doctor` and `work` with a configuration that is wrong: what they say, and how soon."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from bandit.errors import LogError
from streams.cli import doctor as doctor_command
from streams.cli import work as work_command
from tests.faults.length import LONG
from tests.streams.verbs import run, start

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.broker.security import Authority

PASSWORD = "hunter2 & co"  # of nobody
LIMIT_S = 15.0
PATIENT: dict[str, object] = {} if LONG else {"request_timeout_s": 1}
LOGIN = {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512", "username": "poolwise"}


class Said(NamedTuple):
    """What a verb wrote, and when it had ended."""

    code: int
    text: str
    took_s: float


def ended(process: subprocess.Popen[bytes], began: float) -> Said:
    out, err = process.communicate(timeout=40)
    return Said(process.returncode, (out + err).decode(), time.monotonic() - began)


def here(verb: Any, *words: object) -> Said:
    """Run a verb in this process, as the face does: imports would take longer than all else."""
    began = time.monotonic()
    try:
        answer = run(verb, *words)
        code, text = answer.exit_code, answer.output
    except LogError as error:
        code, text = error.exit_code, f"{error} {error!r}"
    return Said(code, text, time.monotonic() - began)


class Verbs:
    """`doctor` and `work`, with a configuration."""

    def __init__(self, folder: Path, authority: Authority, password: str) -> None:
        self.secret = folder / "password"
        self.secret.write_text(password)
        self.wrong = folder / "wrong"
        self.wrong.write_text(PASSWORD)
        self.authority = authority
        self._config = folder / "poolwise.toml"

    def configured(self, **log: object) -> Path:
        lines = [
            f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"'
            for key, value in (PATIENT | log).items()
        ]
        text = "\n".join(["[log]", *lines, "[logs]", 'level = "debug"', 'format = "json"'])
        self._config.write_text(text)
        return self._config

    def login(self, **change: object) -> dict[str, object]:
        settings = LOGIN | {"password_file": self.secret, "ca_file": self.authority.certificate}
        return settings | change

    def both(self, address: str, *, as_processes: bool, **log: object) -> tuple[Said, Said]:
        """Run both; neither shows a secret, and both end in time with exit code 1."""
        config, began = self.configured(**log), time.monotonic()
        words = (address, "--config", config)
        if as_processes:
            started = [start(verb, *words) for verb in ("doctor", "work")]
            doctor, work = (ended(process, began) for process in started)
            lines = [line for line in work.text.splitlines() if not line.startswith("{")]
            assert len(lines) == 1, "one line, as every error, beside the events of the log"
        else:
            doctor, work = here(doctor_command.doctor, *words), here(work_command.work, *words)
        for outcome in (doctor, work):
            assert outcome.code == 1, outcome.text
            assert outcome.took_s < LIMIT_S
            assert "Traceback" not in outcome.text
            assert PASSWORD not in outcome.text
            assert self.secret.read_text() not in outcome.text
        return doctor, work

    def all_say(self, sentence: str, address: str, **log: object) -> None:
        for outcome in self.both(address, as_processes=LONG, **log):
            assert sentence in outcome.text, outcome.text
