"""Configuration: one TOML file, frozen once read, closed to unknown keys.

[log]
address = "sqlite:labels.db"

[worker]
batch_records = 500

[policy]              # this section and the others: the core's, see bandit.settings
explore_floor = 0.05
"""

from __future__ import annotations

import math
import tomllib
from typing import TYPE_CHECKING, Literal

import msgspec

from bandit.errors import ConfigError, MissingInput
from bandit.sections import read_core, read_section
from bandit.settings import Section, Settings
from streams.config.log_settings import LogSettings, read_log_settings
from streams.config.ranges import require, require_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LogFormat = Literal["console", "json"]
Level = Literal["debug", "info", "warning", "error"]


class WorkerSettings(Section, frozen=True):
    """Batches, snapshots, limits and intervals of a worker."""

    batch_records: int = 1000  # larger batches gain little, and a crash repeats at most one
    snapshot_every: int = 2000  # rewards between two; a twentieth of those learned if less
    snapshot_min_s: float = 10.0  # of 1 to 15 MB, read by every follower; at first less, in step
    snapshot_every_s: float = 60.0  # so that followers know that the learner runs
    recover_s: float = (
        60.0  # of failing commits: a broker that is down for longer needs an operator
    )
    max_open: int = 100_000  # open tasks that can proceed: some 40 to 200 MB of memory
    max_halted: int = (
        100_000  # open tasks stopped by an order or for lack of a pool: as much memory
    )
    max_unexpected: int = 5  # records in a row: one may be an accident, six are a bug of ours
    max_behind_s: float = (
        30.0  # of a partition's time: asks may expire soon after, so its tasks wait
    )
    tick_s: float = 1.0  # asks expire after minutes, so a second is exact enough
    poll_s: float = 0.5  # longest wait for a record: how soon a signal is seen
    drain_s: float = 20.0  # for the last batch and a snapshot; service managers wait 30 s and more
    max_lag: int = 10_000  # records: some seconds of work; with more it is not ready
    max_model_age_s: float = 600.0  # learners save every minute or so: ten missed ones are an alarm


class MetricsSettings(Section, frozen=True):
    """Address of the metrics and health endpoint."""

    port: int | None = None  # none: nothing is served
    host: str = "127.0.0.1"  # not reachable from other machines by default


class LogsSettings(Section, frozen=True):
    """Format of the log lines on standard error."""

    format: LogFormat = "console"
    level: Level | None = None  # warning on the console, where progress is shown too; else info


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole configuration."""

    log: LogSettings = LogSettings()
    worker: WorkerSettings = WorkerSettings()
    metrics: MetricsSettings = MetricsSettings()
    logs: LogsSettings = LogsSettings()
    core: Settings = Settings()


def read_config(path: Path, environment: Mapping[str, str] = {}) -> Config:
    """Read the configuration in the TOML file at `path`; [log] may name variables of `environment`.

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
        msg = f"{path}: not UTF-8 text ({error})"
        raise ConfigError(msg) from error
    return parse_config(text, str(path), environment)


def parse_config(
    text: str, name: str = "configuration", environment: Mapping[str, str] = {}
) -> Config:
    r"""Return the configuration in a TOML text; errors begin with `name`.

    `environment` has the variables that [log] may name.

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
        sections = tomllib.loads(text)
        config = Config(
            log=read_log_settings(sections.get("log", {}), environment),
            worker=read_section(sections.get("worker", {}), WorkerSettings, "worker"),
            metrics=read_section(sections.get("metrics", {}), MetricsSettings, "metrics"),
            logs=read_section(sections.get("logs", {}), LogsSettings, "logs"),
            core=read_core(sections),
        )
        _check_worker(config.worker, config.core.clock.max_jump_s)
        _check_metrics(config.metrics)
    except (ConfigError, tomllib.TOMLDecodeError) as error:
        msg = f"{name}: {error}"
        raise ConfigError(msg) from error
    return config


def _check_worker(worker: WorkerSettings, max_jump_s: float) -> None:
    for name in ("batch_records", "snapshot_every", "max_open", "max_halted", "max_lag"):
        value = getattr(worker, name)
        require(f"worker.{name}", value, value >= 1, "1 or more")
    require("worker.max_unexpected", worker.max_unexpected, worker.max_unexpected >= 0, "0 or more")
    for name in (
        "tick_s",
        "poll_s",
        "drain_s",
        "max_model_age_s",
        "snapshot_every_s",
        "recover_s",
        "max_behind_s",
    ):
        require_duration(f"worker.{name}", getattr(worker, name))
    least_s = worker.snapshot_min_s
    require("worker.snapshot_min_s", least_s, 0 <= least_s < math.inf, "0 or more, and finite")
    believed = worker.tick_s <= max_jump_s  # a tick further ahead is refused as an error
    require("worker.tick_s", worker.tick_s, believed, "at most clock.max_jump_s")


def _check_metrics(metrics: MetricsSettings) -> None:
    port = metrics.port
    require("metrics.port", port, port is None or 0 <= port <= 65535, "0 (any free one) to 65535")
    require("metrics.host", repr(metrics.host), bool(metrics.host), "a name or an address")
