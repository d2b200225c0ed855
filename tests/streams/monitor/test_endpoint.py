"""Health and metrics of a worker at work on an embedded log, asked over HTTP."""

from __future__ import annotations

import json
import select
import socket
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bandit.errors import ConfigError
from streams.cli.feed import feed
from streams.config.config import MetricsSettings, WorkerSettings
from streams.core import engine_maker
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.monitor.endpoint import REQUEST_S, Endpoint
from streams.monitor.health import Board, Limits
from streams.monitor.metrics import MODEL_AGE, SKEW, Metrics, names
from streams.worker.worker import Worker
from tests.streams.scenes import SETTINGS, new_log, task, write
from tests.streams.verbs import LINES, run, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

LIMITS = Limits(turn_s=60.0, lag=20, model_age_s=600.0, silence_s=5.0, skew_s=30.0)


class Reply(NamedTuple):
    status: int
    text: str
    content_type: str


def get(port: int, path: str, host: str = "127.0.0.1") -> Reply:
    """Ask for a path."""
    try:
        with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=10) as reply:
            return Reply(reply.status, reply.read().decode(), reply.headers["Content-Type"])
    except urllib.error.HTTPError as error:
        return Reply(error.code, error.read().decode(), error.headers["Content-Type"])


def samples(port: int) -> dict[str, float]:
    """Every sample of ours in /metrics, as `name{labels}`."""
    values = {}
    for family in text_string_to_metric_families(get(port, "/metrics").text):
        for name, labels, value, *_ in family.samples:
            shown = ",".join(f"{key}={labels[key]}" for key in sorted(labels) if key != "le")
            values[f"{name}{{{shown}}}" if shown else name] = value
    return values


class Scene(NamedTuple):
    log: EmbeddedLog
    worker: Worker
    board: Board
    port: int


@contextmanager
def at_work(
    folder: Path, see_every_s: float = 0.0, clock: Callable[[], float] = time.monotonic
) -> Iterator[Scene]:
    """Start a worker and watch it."""
    board = Board(LIMITS, see_every_s=see_every_s, clock=clock)
    metrics = Metrics(board)
    log = new_log(folder / "log.db", 2)
    endpoint = Endpoint(MetricsSettings(port=0), board, metrics)

    worker = Worker(
        log,
        engine_maker(SETTINGS, 2),
        WorkerSettings(batch_records=10),
        progress=board.publish,
        observe=metrics.observe,
    )
    with closing(log), closing(worker), closing(endpoint):
        yield Scene(log, worker, board, endpoint.port)


@contextmanager
def ended_at_last(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let no process go on when a test has failed."""
    try:
        yield
    finally:
        process.kill()


def test_a_worker_that_has_not_turned_is_alive_but_not_ready(tmp_path: Path) -> None:
    with at_work(tmp_path) as scene:
        assert get(scene.port, "/healthz")[:2] == (200, "ok\n")
        assert get(scene.port, "/readyz")[:2] == (
            503,
            "starting: the main loop has not completed its first iteration\n",
        )
        assert samples(scene.port)["poolwise_not_ready{reason=starting}"] == 1.0


def test_a_worker_that_has_caught_up_is_ready(tmp_path: Path) -> None:
    with at_work(tmp_path) as scene:
        scene.worker.step()
        assert get(scene.port, "/readyz")[:2] == (200, "ok\n")
        assert get(scene.port, "/readyz?verbose").status == 200
        assert get(scene.port, "/").status == 404


def test_a_worker_with_too_much_to_read_is_not_ready_until_it_has_read(tmp_path: Path) -> None:
    with at_work(tmp_path) as scene:
        write(scene.log, *(task(f"t{i}") for i in range(50)))
        scene.worker.step()
        status, text, _ = get(scene.port, "/readyz")
        assert (status, text) == (503, "lag: 40 records not read yet (limit 20, worker.max_lag)\n")
        assert get(scene.port, "/healthz").status == 200
        while not scene.worker.idle():
            scene.worker.step()
        assert get(scene.port, "/readyz").status == 200


def test_a_loop_that_does_not_turn_is_neither_healthy_nor_ready(tmp_path: Path) -> None:
    ahead_s = 0.0
    with at_work(tmp_path, clock=lambda: time.monotonic() + ahead_s) as scene:
        scene.worker.step()
        assert get(scene.port, "/healthz").status == 200
        ahead_s = 61.0
        status, text, _ = get(scene.port, "/healthz")
        assert (status, text) == (
            503,
            (
                "the main loop has not completed an iteration for 61 s (limit 60 s,"
                " log.max_poll_interval_s)\n"
            ),
        )
        assert get(scene.port, "/readyz").text.startswith("stuck: ")
        assert samples(scene.port)["poolwise_turn_age_seconds"] >= 61.0


def test_metrics_are_what_the_worker_did(tmp_path: Path) -> None:
    with at_work(tmp_path) as scene:
        write(scene.log, task("t1"), task("t2"))
        scene.log.write([NewRecord("labels", None, b"{", 0)])
        while not scene.worker.idle():
            scene.worker.step()
        shown = samples(scene.port)
        figures = scene.worker.figures()
    assert shown["poolwise_records_handled_total"] == figures["handled"] == 5
    assert shown["poolwise_records_written_total{topic=asks}"] == 2
    assert shown["poolwise_dead_letters_total{rule=malformed}"] == 1
    assert (shown["poolwise_open_tasks"], shown["poolwise_open_asks"]) == (2, 2)
    assert shown["poolwise_held_partitions"] == 4
    assert shown["poolwise_lag_records{partition=1,topic=labels}"] == 0
    assert shown["poolwise_paused{limit=max_open}"] == 0
    assert shown["poolwise_paused{limit=max_halted}"] == 0
    assert shown["poolwise_halted_tasks"] == 0
    assert shown["poolwise_paused{limit=max_behind_s}"] == 0
    assert shown["poolwise_commit_seconds_count"] >= 1
    assert shown["poolwise_batch_records_sum"] == 5
    assert shown["poolwise_restore_seconds_count"] == 2
    assert shown["process_resident_memory_bytes"] > 1e6


def test_a_real_worker_exports_every_metric_but_what_followers_have(tmp_path: Path) -> None:
    """So each name that a dashboard may use is one that a worker says."""
    with at_work(tmp_path) as scene:
        write(scene.log, task("t1"))
        scene.log.write([NewRecord("labels", None, b"{", 0)])
        scene.worker.step()
        ours = {name.partition("{")[0] for name in samples(scene.port)}
    ours = {name for name in ours if name.startswith("poolwise_") and not name.endswith("_created")}
    assert ours == names() - {MODEL_AGE[0], SKEW[0]}


def test_metrics_can_be_had_as_openmetrics_too(tmp_path: Path) -> None:
    with at_work(tmp_path) as scene:
        assert get(scene.port, "/metrics").content_type.startswith("text/plain; version=0.0.4")
        request = urllib.request.Request(f"http://127.0.0.1:{scene.port}/metrics")
        request.add_header("Accept", "application/openmetrics-text; version=1.0.0")
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert reply.headers["Content-Type"].startswith("application/openmetrics-text")
            assert reply.read().endswith(b"# EOF\n")


def test_a_client_that_says_nothing_holds_up_neither_others_nor_the_end(tmp_path: Path) -> None:
    with ExitStack() as after:
        with at_work(tmp_path) as scene:
            after.enter_context(socket.create_connection(("127.0.0.1", scene.port)))
            assert get(scene.port, "/healthz").status == 200
            began = time.monotonic()
        assert time.monotonic() - began < REQUEST_S / 2


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with at_work(tmp_path) as scene:
        taken = MetricsSettings(port=scene.port)
        with pytest.raises(
            ConfigError, match=r"^metrics\.port = \d+: cannot listen on 127\.0\.0\.1: Address al"
        ):
            Endpoint(taken, scene.board, Metrics(scene.board))


def test_only_this_machine_can_ask_unless_told_otherwise() -> None:
    board = Board(LIMITS)
    with closing(Endpoint(MetricsSettings(port=0), board, Metrics(board))) as endpoint:
        assert get(endpoint.port, "/healthz").status == 200
        with pytest.raises(urllib.error.URLError):
            get(endpoint.port, "/healthz", "127.0.0.2")
    settings = MetricsSettings(port=0, host="0.0.0.0")
    with closing(Endpoint(settings, board, Metrics(board))) as endpoint:
        assert get(endpoint.port, "/healthz", "127.0.0.2").status == 200


def test_a_worker_is_looked_at_now_and_then_but_every_turn_counts(tmp_path: Path) -> None:
    now = time.monotonic()
    with at_work(tmp_path, see_every_s=1.0, clock=lambda: now) as scene:
        scene.worker.step()
        write(scene.log, task("t1"))
        scene.worker.step()
        assert samples(scene.port)["poolwise_open_tasks"] == 0
        now += 1.0
        scene.worker.step()
        assert samples(scene.port)["poolwise_open_tasks"] == 1


def test_the_command_serves_while_it_works_and_stops_with_it(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    run(feed, path, "-", stdin=b"\n".join([*LINES, encode(task("t3"))]))
    options = ("--metrics-port", 0, "--log-format", "json", "--clock", "log", "--json")
    with start("work", path, *options) as process, ended_at_last(process):
        assert process.stderr is not None
        assert select.select([process.stderr], [], [], 30)[0], "it says where it serves"
        serving = json.loads(process.stderr.readline())
        assert (serving["event"], serving["host"]) == ("serving", "127.0.0.1")
        until = time.monotonic() + 30
        while get(serving["port"], "/readyz").status != 200 and time.monotonic() < until:
            time.sleep(0.05)
        while (shown := samples(serving["port"])).get("poolwise_open_asks") != 3:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert shown["poolwise_records_handled_total"] == 5
        process.terminate()
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert json.loads(out)["asks"] == 3
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["draining"]
    with pytest.raises(urllib.error.URLError):
        get(serving["port"], "/healthz")
