"""The configuration: closed to what it doesn't know, in one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.errors import ConfigError, MissingInput
from streams.config.config import Config, parse_config, read_config

if TYPE_CHECKING:
    from pathlib import Path


def test_every_section_can_be_set() -> None:
    config = parse_config("""
        seed = 3
        [log]
        address = "sqlite:x.db"
        partitions = 4
        [worker]
        batch_records = 10
        [metrics]
        port = 9100
        [logs]
        format = "json"
        [policy]
        rate = 5
        [projects.p1]
        value_usd = 0.5
    """)
    assert config.log.address == "sqlite:x.db"
    assert (config.log.partitions, config.worker.batch_records) == (4, 10)
    assert (config.metrics.port, config.logs.format) == (9100, "json")
    assert (config.core.seed, config.core.policy.rate) == (3, 5.0)
    assert config.core.of_project("p1").value_usd == 0.5


def test_nothing_said_gives_the_defaults() -> None:
    assert parse_config("") == Config()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[wroker]", "c.toml: wroker is unknown; did you mean 'worker'?"),
        (
            "[worker]\nbatch_record = 1",
            "c.toml: worker.batch_record is unknown; did you mean 'batch_records'?",
        ),
        ("[policy]\nexplore_flor=1", "c.toml: policy.explore_flor is unknown; did you mean 'expl"),
        ("[projects.p1]\nvalue = 1", "c.toml: projects.p1.value is unknown; did you mean 'value_"),
        ("[policy]\nrate = 'x'", "c.toml: policy.rate: expected a number, got text"),
        (
            "[worker]\nmax_open = 1.5",
            "c.toml: worker.max_open: expected a whole number, got a number",
        ),
        ("[worker]\ntick_s = inf", "c.toml: worker.tick_s = inf: must be above 0, and finite"),
        (
            "[worker]\ntick_s = 10\n[clock]\nmax_jump_s = 5",
            "c.toml: worker.tick_s = 10.0: must be at most clock.max_jump_s",
        ),
        ("[worker]\nmax_open = 0", "c.toml: worker.max_open = 0: must be 1 or more"),
        ("[log]\npartitions = 0", "c.toml: log.partitions = 0: must be 1 or more"),
        ("[audit]\nshare = 2", "c.toml: audit.share = 2.0: must be above 0 and at most 1"),
        ("[worker]\ndrain_s = 0", "c.toml: worker.drain_s = 0.0: must be above 0, and finite"),
        ("[worker]\nmax_lag = 0", "c.toml: worker.max_lag = 0: must be 1 or more"),
        ("[metrics]\nport = 70000", "c.toml: metrics.port = 70000: must be 0 (any free one) to 65"),
        ("[metrics]\nprot = 1", "c.toml: metrics.prot is unknown; did you mean 'port'?"),
        ("[logs]\nformat = 'xml'", "c.toml: logs.format is 'xml', which is unknown"),
        ("[logs]\nlevl = 'info'", "c.toml: logs.levl is unknown; did you mean 'level'?"),
        ("[metric]", "c.toml: metric is unknown; did you mean 'metrics'?"),
        ("worker = 3", "c.toml: worker: expected a table, got a whole number"),
        ("[log\n", "c.toml: "),
    ],
)
def test_a_mistake_is_one_line_naming_file_and_key(text: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "c.toml")
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_file_that_windows_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xef\xbb\xbf[worker]\r\nmax_open = 7\r\n")
    assert read_config(path).worker.max_open == 7


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        read_config(tmp_path)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"none\.toml"):
        read_config(tmp_path / "none.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "c.toml"
    place.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"c\.toml"):
        read_config(place)
