"""A worker on the embedded log that is killed again and again loses and repeats nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from streams.config.config import parse_config
from streams.embedded.log import EmbeddedLog
from streams.process.failpoints import FAILPOINTS
from tests.faults.audit import Written, audit, model_is_the_fold
from tests.faults.crew import NEVER, Crew
from tests.faults.embedded_story import EmbeddedStory
from tests.faults.labelers import USD
from tests.faults.processes import alive, end
from tests.faults.story import CORE, SEED

if TYPE_CHECKING:
    from collections.abc import Iterator

TASKS = 2000
PARTITIONS = 2
KILLS_AT_POINTS = 40
KILLS_BY_CLOCK = 10
WORKER = "[worker]\nbatch_records = 20\nsnapshot_every = 60\nsnapshot_min_s = 0\npoll_s = 0.02\n"
RARE = ("snapshot", "restore")  # reached once or twice in a life: killed there the first time
LIFE_S = 20.0


def points() -> list[str]:
    """Return 40 points with the time at which each kills: every one once, the rest by seed.

    In front of each of the first commits, too: what belongs in one transaction but stood in two
    would be torn there.
    """
    names = [name for name in FAILPOINTS if "tick" not in name]  # this worker writes no ticks
    drawn = [f"sql COMMIT {times}" for times in range(1, 9)]
    names += ["sql INSERT"] * 4
    for i in range(KILLS_AT_POINTS - len(drawn)):
        name = names[i] if i < len(names) else names[int(draw(SEED, "point", i) * len(names))]
        most = 1 if name.endswith(RARE) else 60 if name == "sql INSERT" else 8
        drawn.append(f"{name} {1 + int(draw(SEED, 'times', i) * most)}")
    return sorted(drawn, key=lambda point: draw(SEED, point, len(point), "order"))


def live(crew: Crew, story: EmbeddedStory, point: str, until_s: float) -> bool:
    """Let a worker live until it dies at `point` or `until_s` is over; whether work was left."""
    process = crew.start("work", point=point)
    over = time.monotonic() + until_s
    while alive(process):
        story.keep_busy()
        if time.monotonic() > over:
            end(process)
        time.sleep(0.002)
    assert crew.status(process) == -signal.SIGKILL
    return story.unread() > 0


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStory]:
    """Run the whole story once: fifty kills, then the rest in peace."""
    path = tmp_path_factory.mktemp("crash") / "log.db"
    config = f'{CORE}[log]\naddress = "sqlite:{path}"\n{WORKER}'
    with closing(EmbeddedLog(path, PARTITIONS, create=True, synchronous="NORMAL")) as log:
        story = EmbeddedStory(log, TASKS)
        with Crew(config) as crew:
            for point in points():
                started = time.monotonic()
                assert live(crew, story, point, LIFE_S), f"no work was left at {point}"
                assert time.monotonic() - started < LIFE_S, f"{point} was not reached"
            for i in range(KILLS_BY_CLOCK):
                assert live(crew, story, NEVER, 0.05 + 0.4 * draw(SEED, "clock", i))
            assert story.labelers.fed < TASKS, "the kills must fall while tasks still come"
            process = crew.start("work")
            story.run_out(lambda: alive(process), timeout_s=300)
            assert crew.stop(process) == 0
        yield story


@pytest.fixture(scope="module")
def written(story: EmbeddedStory) -> Written:
    """All that was written, audited."""
    return audit(story.log, story.names, USD)


pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]


def test_nothing_was_lost_or_doubled(written: Written) -> None:
    copies = Counter(value for value in written.labels if b'"type":"Label"' in value)
    assert max(copies.values()) == 2  # labels came twice, and counted once
    assert max(reward.revision for reward in written.rewards) > 0


def test_every_record_that_breaks_a_rule_has_one_dead_letter(written: Written) -> None:
    bad = sorted(value for value in written.labels if b"Lable" in value)
    letters = [letter for letter in written.letters if letter.rule == "unknown_type"]
    assert sorted(letter.original or b"" for letter in letters) == bad


def test_the_story_had_late_labels_declines_and_gold_in_it(written: Written) -> None:
    bases = Counter((reward.basis, reward.revision > 0) for reward in written.rewards)
    assert bases["expired", False] > 100
    assert bases["gold", True] > 20
    late = [r for r in written.rewards if r.revision > 0 and r.basis in {"consensus", "none"}]
    assert len(late) > 20


def test_the_model_is_the_rewards_of_the_log_folded_in_order(story: EmbeddedStory) -> None:
    model_is_the_fold(story.log, parse_config(CORE).core)


def test_the_file_is_whole(story: EmbeddedStory) -> None:
    with sqlite3.connect(story.log.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
