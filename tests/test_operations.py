"""What an operator is given: names of metrics, commands and settings are those that exist."""

from __future__ import annotations

import configparser
import json
import re
import textwrap
from importlib import import_module
from pathlib import Path

import pytest

from poolwise import VERBS
from streams.config.config import Config, WorkerSettings, parse_config
from streams.monitor.endpoint import PATHS
from streams.monitor.health import Reason
from streams.monitor.metrics import names
from tests.alerts.rules import rules

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "operator.md"
ALERTS = ROOT / "docs" / "deploy" / "alerts.yaml"
DASHBOARD = ROOT / "docs" / "grafana.json"
MANIFEST = ROOT / "docs" / "deploy" / "kubernetes.yaml"
SCRAPE = ROOT / "docs" / "deploy" / "prometheus.yaml"
UNIT = ROOT / "docs" / "deploy" / "poolwise.service"
NOT_OURS = {"process_resident_memory_bytes"}
METRIC = re.compile(r"\b(?:poolwise|process)_[a-z_]+[a-z]\b")
COMMAND = re.compile(r"\bpoolwise ([a-z]+)\b([^`\n#]*)")


def verbs_and_options(text: str) -> set[tuple[str, str]]:
    """Each verb that code in `text` uses, with '' and each of the options that go with it."""
    code = re.findall(r"`([^`]+)`", text) + re.findall(r"(?m)^    (.*)$", text)
    found = set()
    for piece in code:
        for verb, rest in COMMAND.findall(piece):
            found |= {(verb, option) for option in ["", *re.findall(r"--[a-z-]+", rest)]}
    return found


def words(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [ALERTS, DASHBOARD, GUIDE], ids=lambda path: path.name)
def test_every_metric_that_is_named_is_one_that_is_exported(path: Path) -> None:
    found = set(METRIC.findall(words(path)))
    assert found - names() - NOT_OURS == set()
    assert found or path == GUIDE


def test_the_dashboard_shows_every_metric() -> None:
    """Of a histogram, its buckets or its count are enough."""
    shown = set(METRIC.findall(words(DASHBOARD)))
    parts = {name for name in names() if name.endswith(("_bucket", "_sum", "_count"))}
    assert names() - parts - shown == set()
    assert {name.rpartition("_")[0] for name in parts - shown} <= {
        name.rpartition("_")[0] for name in parts & shown
    }


def test_the_dashboard_can_be_imported() -> None:
    """It asks for its data source, and no panel lies over another."""
    board = json.loads(words(DASHBOARD))
    assert board["__inputs"][0]["name"] == "DS_PROMETHEUS"
    squares = [
        (x, y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(squares) == len(set(squares))
    assert max(x for x, _ in squares) < 24
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {"${DS_PROMETHEUS}"}


def test_the_guide_explains_every_alert_and_no_other() -> None:
    alerts = re.findall(r"(?m)^ *- alert: (\w+)$", words(ALERTS))
    assert sorted(alerts) == sorted(re.findall(r"(?m)^### (Poolwise\w+)$", words(GUIDE)))
    assert len(alerts) == len(set(alerts)) == words(ALERTS).count("expr:")


def test_every_alert_links_to_its_heading_in_the_guide() -> None:
    for name, rule in rules().items():
        assert rule.runbook == f"operator.md#{name.lower()}"


def test_prometheus_scrapes_the_job_of_the_alerts_at_the_pods_of_the_manifest() -> None:
    scraped = words(SCRAPE)
    jobs = set(re.findall(r"job_name: (\S+)", scraped))
    assert jobs == set(re.findall(r'job="(\w+)"', words(ALERTS))) == {"poolwise"}
    assert "app.kubernetes.io/name: poolwise" in words(MANIFEST)
    assert "{name: metrics, containerPort:" in words(MANIFEST)
    assert set(re.findall(r"target_label: (\w+)", scraped)) >= {"pod", "component", "instance"}


def test_the_guide_explains_every_path_and_every_reason() -> None:
    for what in (*Reason, *(path for path in PATHS if path != "/metrics")):
        assert f"`{what}`" in words(GUIDE)


@pytest.mark.parametrize("path", [GUIDE, MANIFEST, UNIT], ids=lambda path: path.name)
def test_every_command_that_is_named_exists_with_its_options(path: Path) -> None:
    text = words(path)
    if path == UNIT:
        text = f"`poolwise {re.search(r'ExecStart=.*/poolwise (.*)', text)[1]}`"  # type: ignore[index]
    if path == MANIFEST:
        args = re.findall(r"args: \[(.*)\]", text)
        text += "".join(f"`poolwise {one.replace(',', '')}`" for one in args)
    used = verbs_and_options(text)
    assert used
    for verb, option in used:
        assert verb in VERBS, f"poolwise {verb} is named in {path.name}"
        command = getattr(import_module(VERBS[verb].module), VERBS[verb].attribute)
        known = {name for parameter in command.params for name in parameter.opts}
        assert option in known | {"", "--help"}, f"poolwise {verb} {option}"


def test_every_setting_that_the_guide_names_exists() -> None:
    config = Config()
    for section, key in re.findall(r"`(log|worker|metrics|logs|clock)\.(\w+)`", words(GUIDE)):
        part = config.core.clock if section == "clock" else getattr(config, section)
        assert hasattr(part, key), f"{section}.{key}"


def manifest_config() -> Config:
    """The configuration in the manifest's ConfigMap."""
    found = re.search(r"  poolwise\.toml: \|\n((?:    .*\n|\n)+)", words(MANIFEST))
    assert found is not None
    return parse_config(
        textwrap.dedent(found[1]),
        environment={"POD_NAME": "poolwise-worker-0", "KAFKA_USER": "poolwise-worker"},
    )


def test_the_manifest_has_a_right_configuration() -> None:
    config = manifest_config()
    assert config.log.instance == "poolwise-worker-0"
    assert config.log.username == "poolwise-worker"
    assert config.metrics.host == "0.0.0.0"
    ports = re.findall(r"(?:containerPort|port): \"?(\d+)", words(MANIFEST))
    assert set(map(int, ports)) == {config.metrics.port}


def test_the_manifest_asks_for_health_where_it_is_served() -> None:
    probes = re.findall(r"(\w+)Probe:\n +httpGet: \{path: (\S+),", words(MANIFEST))
    assert set(probes) == {
        ("startup", "/healthz"),
        ("liveness", "/healthz"),
        ("readiness", "/readyz"),
    }


def test_whoever_stops_a_worker_waits_for_longer_than_it_drains() -> None:
    graces = re.findall(r"terminationGracePeriodSeconds: (\d+)", words(MANIFEST))
    assert len(graces) == 2
    assert all(int(one) > manifest_config().worker.drain_s + 5 for one in graces)
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their capitals
    unit.read_string(words(UNIT))
    assert int(unit["Service"]["TimeoutStopSec"]) > WorkerSettings().drain_s + 5


def test_the_unit_says_a_right_configuration() -> None:
    lines = re.findall(r"(?m)^#   (.*)$", words(UNIT))
    given = {"POOLWISE_INSTANCE": "host-1", "CREDENTIALS_DIRECTORY": "/run/credentials/poolwise"}
    log = parse_config("\n".join(lines), environment=given).log
    assert (log.instance, log.password_file) == (
        "host-1",
        "/run/credentials/poolwise/kafka-password",
    )
    assert "LoadCredential=kafka-password:" in words(UNIT)
    assert "POOLWISE_INSTANCE" in words(UNIT)
