"""Faults 14, 27 and 28: the learner is gone, or dies, or what it has saved is spoilt."""

from __future__ import annotations

import re
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bandit.events import Reward
from streams.config.config import MetricsSettings
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.learner.learner import Learner
from streams.log.log import NewRecord
from streams.log.topics import MODELS
from streams.monitor.endpoint import Endpoint
from streams.monitor.health import Board, Limits
from streams.monitor.metrics import MODEL_AGE, Metrics
from streams.worker.worker import Worker
from tests.faults.audit import events
from tests.faults.crew import Crew, busy_until, feed_no_more
from tests.faults.labelers import STEP_S
from tests.faults.length import LONG
from tests.faults.processes import ROOT, alive
from tests.faults.story import GROUP, Story, wait_until
from tests.streams.monitor.test_endpoint import get, samples
from tests.streams.scenes import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.learner.snapshots import Manifest
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SAVES_OFTEN = (
    "[worker]\nbatch_records = 50\nsnapshot_every = 25\nsnapshot_min_s = 0\npoll_s = 0.05\n"
)
BY_THE_LABELERS = f"{SAVES_OFTEN}[clock]\nmax_skew_s = inf\n"
"""Their clock is not the broker's."""
TASKS = 2000 if LONG else 150


def saved(story: Story) -> list[Manifest]:
    """Return what is said of each snapshot that is whole, the newest first."""
    return [snapshot.manifest for snapshot in kept(story.log).newest_first()]


def manifests(story: Story) -> set[int]:
    """Return the numbers of the snapshots that slots say they hold."""
    return {manifest.id for _, manifest in kept(story.log).manifests()}


def hidden(story: Story) -> bool:
    """Whether something in models belongs to a transaction that nobody has ended."""
    reader = story.log.follow(MODELS)
    while reader.poll(100, 0.2):
        pass
    return reader.position < reader.end()


def test_a_snapshot_that_is_spoilt_is_passed_over_for_the_one_before(broker: Broker) -> None:
    """Fault 14."""
    with (
        closing(Story(broker.address, TASKS)) as story,
        Crew(story.toml(worker=SAVES_OFTEN)) as crew,
    ):
        first, snapshots = crew.start("work"), kept(story.log)
        busy_until(story, lambda: snapshots.read() and snapshots.next_id() >= 4)
        crew.kill(first)
        newest, before, *_ = saved(story)
        chunk = b"slot/%d/chunk/0" % (newest.id % 4)
        story.log.write([NewRecord(MODELS, chunk, b"spoilt")])
        assert saved(story)[0] == before

        config = story.config()
        make = engine_maker(config.core, 2)
        learner = Learner(story.log, make, config.worker, f"{GROUP}-learner")
        rewards = len(list(events(story.log, "rewards", Reward)))
        assert learner.core.brain.position == rewards
        assert learner.counters["learned"] == rewards - before.learned > 0
        learner.close()

        last = crew.start("work")
        story.run_out(lambda: alive(last))
        assert crew.stop(last) == 0
        story.audit()


def test_a_learner_that_dies_in_the_middle_of_a_snapshot_leaves_none_of_it(
    broker: Broker,
) -> None:
    """Fault 27; after the first of the deaths each slot is written for the second time."""
    deaths = ["after snapshot 4", "chunk 1", "before snapshot 2", "chunk 2"]
    with (
        closing(Story(broker.address, 2 * TASKS)) as story,
        Crew(story.toml(worker=SAVES_OFTEN)) as crew,
    ):
        worker = crew.start("follow")
        left_open = 0
        for point in deaths * (6 if LONG else 1):
            learner = crew.start("learn", point=point)
            busy_until(story, partial(crew.gone, learner), what=point)
            assert crew.status(learner) == -9
            left_open += hidden(story)
            assert {one.id for one in saved(story)} == manifests(story)
        assert left_open >= 2, "no piece of a snapshot was in the log without the rest"
        learner = crew.start("learn")
        story.run_out(crew.well)
        assert (crew.stop(worker), crew.stop(learner)) == (0, 0)
        assert max(one.brain_position for one in story.audit().decisions) > 0


def test_of_two_learners_the_first_ends_by_itself(broker: Broker) -> None:
    with (
        closing(Story(broker.address, TASKS)) as story,
        Crew(story.toml(worker=f"{SAVES_OFTEN}snapshot_every_s = 0.5\n")) as crew,
    ):
        worker, first = crew.start("follow"), crew.start("learn")
        snapshots = kept(story.log)
        busy_until(story, lambda: snapshots.read() and snapshots.next_id() > 1)
        second = crew.start("learn")
        busy_until(story, partial(crew.gone, first), what="the first ends")
        assert crew.status(first) == 1
        assert f"{GROUP}-learner' was taken over by another process" in crew.errors()
        story.run_out(crew.well)
        assert (crew.stop(worker), crew.stop(second)) == (0, 0)
        story.audit()


class Watched:
    """A worker that follows a learner, in this process, by the labelers' clock."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.config = config = story.config(worker=BY_THE_LABELERS)
        self.make = engine_maker(config.core, 2)
        self.board = Board(Limits.of(config), see_every_s=0.0)
        self.metrics = Metrics(self.board)
        self.endpoint = Endpoint(MetricsSettings(port=0), self.board, self.metrics)
        self.log = KafkaLog(config.log.address, config.log)
        self.worker = Worker(
            self.log,
            self.make,
            config.worker,
            follow=True,
            clock=self.now,
            progress=self.board.publish,
        )

    def now(self) -> float:
        """Tell the labelers' time."""
        return self.story.labelers.now

    def learner(self) -> Learner:
        """Start a learner."""
        settings = self.config.worker
        return Learner(self.log, self.make, settings, f"{GROUP}-learner", clock=self.now)

    def let_pass(self, steps: int) -> Iterator[None]:
        """Let so many steps of the labelers pass, and the worker do all there is to do."""
        for _ in range(steps):
            self.story.labelers.advance(tasks=8)
            self.catch_up()
            yield

    def catch_up(self) -> None:
        """Let the worker do all there is to do."""
        while self.worker.step(0.05) or not self.worker.idle():
            pass

    def caught_up(self) -> bool:
        """Let the worker do all there is to do, and go on."""
        self.catch_up()
        return True

    def follow_to(self, position: int) -> None:
        """Let the worker take up a model that has learned so far."""

        def followed() -> bool:
            self.worker.step()
            return self.worker.model_position() == position

        wait_until(followed, what=f"the model at {position}")

    def decisions(self) -> int:
        """How many there are."""
        return self.worker.figures()["decisions"]

    def close(self) -> None:
        """Close all."""
        self.endpoint.close()
        self.worker.close()
        self.log.close()


def test_without_a_learner_the_followers_go_on_and_say_how_old_their_model_is(
    broker: Broker,
) -> None:
    """Fault 28: ten minutes of the labelers' time."""
    alarm = (ROOT / "docs" / "deploy" / "alerts.yaml").read_text(encoding="utf-8")
    rule = re.search(rf"alert: (\w+)\n +expr: max\({MODEL_AGE[0]}\) > (\d+)", alarm)
    assert rule is not None
    limit_s = float(rule[2])
    with closing(Story(broker.address, 10_000)) as story, closing(Watched(story)) as watched:
        port = watched.endpoint.port
        learner = watched.learner()
        for _ in watched.let_pass(8):
            learner.learn(0.05)
        learner.save()
        learner.close()
        watched.follow_to(learner.position)
        assert get(port, "/readyz")[:2] == (200, "ok\n")

        before, position = watched.decisions(), watched.worker.model_position()
        for passed in enumerate(watched.let_pass(int(limit_s / STEP_S) + 1), 1):
            age_s = samples(port)[MODEL_AGE[0]]
            assert age_s == pytest.approx(passed[0] * STEP_S)
            assert (get(port, "/readyz").status == 503) == (age_s > limit_s)
        assert watched.decisions() > before + 50
        assert watched.worker.model_position() == position
        assert get(port, "/readyz").text == (
            f"model_age: the model is {limit_s + STEP_S:.0f} s old (limit {limit_s:g} s,"
            " worker.max_model_age_s): is the learner running?\n"
        )
        assert samples(port)["poolwise_not_ready{reason=model_age}"] == 1.0
        assert samples(port)[MODEL_AGE[0]] > limit_s  # and so the rule in alerts.yaml fires
        assert rule[1] in (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")

        learner = watched.learner()
        learner.save()
        watched.follow_to(learner.position)
        assert learner.position > position
        assert get(port, "/readyz")[:2] == (200, "ok\n")
        for _ in watched.let_pass(2):
            pass
        feed_no_more(story)
        while story.labelers.waiting() or watched.worker.core.open_asks():
            for _ in watched.let_pass(1):
                learner.learn(0.01)
        story.run_out(watched.caught_up)
        watched.catch_up()
        time.sleep(0.1)
        learner.learn(1.0)
        learner.save()
        learner.close()
        positions = {one.brain_position for one in story.audit().decisions}
        assert len(positions) > 2
