"""What a newer poolwise wrote is refused whole, with one line; what is of today takes no bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.desk.desk import Desk
from bandit.errors import NewerVersion, StateError
from bandit.events import Gold, Pool, Prediction, Task
from bandit.learn import saved_brain
from bandit.learn.brain import Brain
from bandit.settings import MemorySettings, Settings
from bandit.task.state import PREDICTIONS_VERSION, VERSION
from tests.bandit.learn.test_records import reward
from tests.bandit.small import engine

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDS = ("desk", "task/t1", "gold/t2")


def records() -> dict[bytes, bytes]:
    """Return a desk's records: one of each kind."""
    made = engine()
    made.receive(Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=60.0))
    made.receive(Task(task="t1", project="p", at=1.0, classes=("yes", "no"), value_usd=1.0))
    made.receive(Gold(task="t2", answer="yes", at=1.0))
    return {key: value for _, key, value in made.changes() if value is not None}


def test_the_version_of_today_stands_in_no_record() -> None:
    found = records()
    assert sorted(found) == sorted(key.encode() for key in RECORDS)
    for data in found.values():
        assert "v" not in msgspec.json.decode(data)


@pytest.mark.parametrize("key", RECORDS)
@pytest.mark.parametrize("fields", [{}, {"now": "noon", "task": 7, "gold": None}])
def test_a_record_of_a_newer_version_is_refused_and_named(
    key: str, fields: dict[str, object]
) -> None:
    found = records()
    changed = msgspec.json.decode(found[key.encode()]) | fields | {"v": 2}
    found[key.encode()] = msgspec.json.encode(changed)
    with pytest.raises(NewerVersion, match=f"desk record '{key}': version 2, .* reads 1"):
        Desk(MemorySettings()).restore(found.items())


def test_predictions_have_a_version_that_releases_without_them_refuse() -> None:
    made = engine(Prediction(task="t3", source="m", chances={"yes": 1.0}, at=0.0))
    data = {key: value for _, key, value in made.changes()}[b"predictions/t3"]
    assert msgspec.json.decode(data or b"")["v"] == PREDICTIONS_VERSION > VERSION
    newer = (data or b"").replace(b'"v":2', b'"v":3')
    with pytest.raises(NewerVersion, match=r"'predictions/t3': version 3, .* reads 2"):
        Desk(MemorySettings()).restore([(b"predictions/t3", newer)])


@pytest.mark.parametrize("key", RECORDS)
def test_a_record_that_is_damaged_is_named(key: str) -> None:
    found = records() | {key.encode(): b'{"now'}
    with pytest.raises(StateError, match=f"desk record '{key}': can't be read") as raised:
        Desk(MemorySettings()).restore(found.items())
    assert not isinstance(raised.value, NewerVersion)


@pytest.mark.parametrize("encode", [msgspec.json.encode, msgspec.msgpack.encode])
def test_a_brain_of_a_newer_version_is_refused_as_that_whatever_its_fields(
    encode: Callable[[object], bytes],
) -> None:
    with pytest.raises(NewerVersion, match=r"saved brain: version 9, .* reads at most"):
        Brain.from_bytes(Settings(), encode({"quality": [1], "version": 9}))


def test_a_brain_whose_model_has_other_arguments_keeps_all_else() -> None:
    """The model begins anew; until then the pools' plain records say how good they are."""
    taught = Brain(Settings())
    for number in range(60):
        taught.learn(reward(number, right=number % 10 > 0))
    saved = msgspec.structs.replace(saved_brain.read(taught.to_bytes()), vw_arguments="-b 10")
    brain = Brain.from_bytes(Settings(), saved_brain.write(saved))
    assert brain.position == 60
    assert brain.pool_rate("p", "a") == taught.pool_rate("p", "a")
    assert brain.quality("p", {}, {"a": {}}) == {"a": taught.pool_rate("p", "a")}
    for number in range(60):
        brain.learn(reward(number, right=False))
    assert brain.quality("p", {}, {"a": {}})["a"] < 0.5
