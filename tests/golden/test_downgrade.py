"""The release before reads what today's program writes, and knows what it knew.

Its structs are kept in `events.py` and `states.py`; they ignore what they don't know, as that
release does. What it would have to know has a version of its own, which it refuses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.events import Control, Gold, Prediction, Reward
from bandit.experiment_settings import ArmSettings, ExperimentSettings
from bandit.learn import saved_brain
from bandit.task import state
from streams.core import engine_maker
from streams.learner import snapshots
from streams.log.codec import VERSION as EVENTS
from streams.log.topics import DESK, MODELS, TOPICS
from tests.bandit import small
from tests.bandit.small import engine
from tests.golden.releases import RELEASES, copied
from tests.streams.learner.test_snapshot_follower import Clock
from tests.streams.scenes import SETTINGS, kept, new_log, read, task, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.log.log import Log, Record

BEFORE = RELEASES[-1]
OLD_EVENTS = import_module(f"tests.golden.{BEFORE.name}.events")
OLD_STATES = import_module(f"tests.golden.{BEFORE.name}.states")
OF_DESK = {"task": OLD_STATES.TaskState, "gold": OLD_STATES.HeldGold, "desk": OLD_STATES.DeskState}


TEST = ExperimentSettings(
    name="x", arms={"old": ArmSettings(share=0.5), "new": ArmSettings(share=0.5, rate=5.0)}
)


@pytest.fixture(scope="module", params=[None, TEST], ids=["plain", "live test"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Return a log that today's program has written a story into."""
    opened = new_log(tmp_path_factory.mktemp("today") / "log.db", partitions=2)
    clock = Clock()
    make = engine_maker(msgspec.structs.replace(SETTINGS, experiment=request.param), 2)
    one = worker(opened, make, clock=clock, snapshot_every=5, tick_s=3600.0)
    write(opened, Control(at=1.0, project="paused", paused=True), Control(at=1.0, relearn=True))
    write(opened, task("halted", project="paused"), Gold(task="unknown", answer="no", at=1.0))
    story(opened, one.step)
    one.finish()
    one.close()
    yield opened
    opened.close()


def old_struct(record: Record) -> Any:
    """Return how the release before reads a record."""
    key = (record.key or b"").decode()
    if record.topic == DESK:
        return OF_DESK[key.partition("/")[0]]
    if record.topic == MODELS:
        return OLD_STATES.Manifest
    return getattr(OLD_EVENTS, msgspec.json.decode(record.value or b"")["type"])


def lost(old: Any, new: Any, path: str = "") -> list[str]:
    """Return the paths at which `old` doesn't say what `new` does, new fields aside."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            at
            for key in old.keys() & new.keys()
            for at in lost(old[key], new[key], f"{path}/{key}")
        ]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [at for i, one in enumerate(old) for at in lost(one, new[i], f"{path}/{i}")]
    return [] if old == new else [path]


@pytest.mark.parametrize("topic", TOPICS)
def test_each_record_means_to_the_release_before_what_it_means_today(log: Log, topic: str) -> None:
    records = [record for record in read(log, topic) if record.value is not None]
    found = [record for record in records if b"/chunk/" not in (record.key or b"")]
    assert found or topic == "deadletters"
    for record in found:
        value = record.value or b""
        old = msgspec.json.decode(value, type=old_struct(record))
        assert lost(msgspec.json.decode(msgspec.json.encode(old)), msgspec.json.decode(value)) == []


def test_what_the_release_before_cannot_read_it_refuses_and_does_not_misread() -> None:
    """Gold alone is no reward to it, predictions that wait are of a newer version by name."""
    made = engine(small.GOLD, Prediction(task="t2", source="m", chances={"yes": 1.0}, at=0.0))
    (alone,) = [one for one in made.receive(small.TASK) if isinstance(one, Reward)]
    with pytest.raises(msgspec.ValidationError, match=r"Expected `str`, got `null` - at `\$.pool`"):
        msgspec.json.decode(msgspec.json.encode(alone), type=OLD_EVENTS.Reward)
    held = [value for _, key, value in made.changes() if key == b"predictions/t2"]
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(held[0] or b"", type=OLD_STATES.HeldGold)
    assert msgspec.json.decode(held[0] or b"")["v"] > OLD_STATES.HeldGold.__struct_defaults__[-1]


def test_the_versions_are_those_that_the_release_before_reads() -> None:
    """Raise one of them, and the notes of the release must say what the way back costs."""
    assert (EVENTS, state.VERSION, snapshots.VERSION) == (1, 1, 1)


def test_brains_are_of_a_newer_version_than_the_release_before_reads(
    log: Log, tmp_path: Path
) -> None:
    """It refuses them by the version in the manifest, instead of misreading what it knows not."""
    before = new_log(copied(BEFORE, tmp_path) / "log.db")
    version = next(kept(before).newest_first()).manifest.brain
    before.close()
    manifests = [record for record in read(log, MODELS) if b"/chunk/" not in (record.key or b"")]
    assert manifests
    for record in manifests:
        manifest = msgspec.json.decode(record.value or b"", type=OLD_STATES.Manifest)
        assert manifest.brain == saved_brain.VERSION == version + 1
