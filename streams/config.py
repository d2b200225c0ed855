"""Configuration: one TOML file, frozen once read, closed to unknown keys.

[log]
address = "sqlite:labels.db"

[worker]
batch_records = 500

[policy]              # this section and the others: the core's, see bandit.settings
explore_floor = 0.05
"""

from __future__ import annotations

import tomllib
from math import inf
from typing import TYPE_CHECKING

import msgspec

from bandit.errors import ConfigError, MissingInput
from bandit.sections import read_section
from bandit.settings import Section, Settings, check
from streams.sqlitefile import Synchronous  # noqa: TC001, msgspec reads the annotation

if TYPE_CHECKING:
    from pathlib import Path


class LogSettings(Section, frozen=True):
    """Which log, and as whom."""

    address: str = "sqlite:poolwise.db"  # needs nothing installed or running
    partitions: int | None = None  # of a log that is made: 1, all that one worker has use for
    group: str = "poolwise"
    synchronous: Synchronous = "FULL"  # an ask that went out must survive a power cut


class WorkerSettings(Section, frozen=True):
    """How the worker goes about it."""

    batch_records: int = 1000  # larger batches gain little, and a crash repeats at most one
    snapshot_every: int = 2000  # rewards: learning them again takes well under a second
    max_open: int = 100_000  # tasks: some 40 to 200 MB of memory
    max_unexpected: int = 5  # records in a row: one is bad luck, six are a bug of ours
    tick_s: float = 1.0  # asks expire after minutes, so a second is exact enough
    poll_s: float = 0.5  # longest wait for a record: how soon a signal is seen


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be set."""

    log: LogSettings = LogSettings()
    worker: WorkerSettings = WorkerSettings()
    core: Settings = Settings()


def read_config(path: Path) -> Config:
    """Read the configuration in the TOML file at `path`.

    Raises
    ------
    MissingInput
        If there is no such file.
    ConfigError
        If it isn't TOML, or a key is unknown, of a wrong type or out of range.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        msg = f"{path}: there is no such file"
        raise MissingInput(msg) from error
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise ConfigError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{path}: not a text in UTF-8 ({error})"
        raise ConfigError(msg) from error
    return parse_config(text, str(path))


def parse_config(text: str, name: str = "configuration") -> Config:
    r"""Return the configuration that `text` says; `name` stands in the errors.

    Raises
    ------
    ConfigError
        If it isn't TOML, or a key is unknown, of a wrong type or out of range.

    Examples
    --------
    >>> parse_config("[worker]\nmax_open = 50").worker.max_open
    50
    >>> parse_config("[policy]\nexplore_flor = 0.1", "p.toml")
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: p.toml: policy.explore_flor is unknown; did you mean 'explore_floor'?
    """
    try:
        given = tomllib.loads(text)
        core = {key: value for key, value in given.items() if key not in ("log", "worker")}
        settings = check(read_section(core, Settings, also=("log", "worker")))
        log = read_section(given.get("log", {}), LogSettings, "log")
        worker = read_section(given.get("worker", {}), WorkerSettings, "worker")
        _check_ranges(log, worker, settings)
    except (ConfigError, tomllib.TOMLDecodeError) as error:
        msg = f"{name}: {error}"
        raise ConfigError(msg) from error
    return Config(log=log, worker=worker, core=settings)


def _check_ranges(log: LogSettings, worker: WorkerSettings, core: Settings) -> None:
    jump_s = core.clock.max_jump_s  # a tick further ahead is taken for a mistake
    rules = [
        (
            "log.partitions",
            log.partitions,
            log.partitions is None or log.partitions >= 1,
            "1 or more",
        ),
        ("log.group", repr(log.group), bool(log.group), "a name"),
        ("worker.batch_records", worker.batch_records, worker.batch_records >= 1, "1 or more"),
        ("worker.snapshot_every", worker.snapshot_every, worker.snapshot_every >= 1, "1 or more"),
        ("worker.max_open", worker.max_open, worker.max_open >= 1, "1 or more"),
        ("worker.max_unexpected", worker.max_unexpected, worker.max_unexpected >= 0, "0 or more"),
        ("worker.tick_s", worker.tick_s, 0 < worker.tick_s < inf, "above 0, and finite"),
        ("worker.tick_s", worker.tick_s, worker.tick_s <= jump_s, "at most clock.max_jump_s"),
        ("worker.poll_s", worker.poll_s, 0 < worker.poll_s < inf, "above 0, and finite"),
    ]
    for name, value, holds, wanted in rules:
        if not holds:
            msg = f"{name} = {value}: must be {wanted}"
            raise ConfigError(msg)
