"""Whatever comes in gives outputs or a dead letter with a named rule, and spoils nothing.

Valid events of every type are mutated by a seeded draw and go through the worker's own intake into
a real engine, which decides good events before, between and after.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.events import (
    Ask,
    Control,
    DeadLetter,
    Decline,
    Gold,
    Label,
    Pool,
    Prediction,
    Task,
    Tick,
    Verdict,
)
from streams.config.config import Config
from streams.core import engine_maker
from streams.log.codec import encode
from streams.log.log import NewRecord, Record
from streams.log.topics import TOPICS
from streams.worker.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 20261124
MUTATED = 100_000
RULES = {
    "malformed", "too_large", "unknown_type", "unknown_version", "bad_field", "bad_id",
    "wrong_topic", "bad_number", "bad_classes", "reserved_name", "contradicts", "unknown_task",
    "unknown_ask", "second_label", "declined_ask", "wrong_pool", "unknown_answer", "repeat_labeler",
    "tick_back", "tick_ahead", "bad_vector", "bad_chances", "unknown_class", "too_many_predictions",
    "too_many_projects",
}  # fmt: skip
"""Every rule that an input can break, as `docs/events.md` has them."""

NUMBERS = (
    "0", "-1", "1e308", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 400, "1e-320",
    "-0.0", "18446744073709551616", "1.5", "00", "1e15", "0x10", "true", "null",
)  # fmt: skip
TEXTS = (
    "", "\0", "a\0b", "\ud800", "\U0010ffff", "\u202e", "\ufeff", "é" * 128, "é" * 129, "x" * 300,
    "stop", "*", "|:\n", "☃🙂'\"", "poolwise.open_tasks", "e\u0301", "NaN", "yes", "t1",
)  # fmt: skip
DEEP = ("[" * 120 + "]" * 120, '{"a":' * 3000 + "1" + "}" * 3000, "[" * 50_000)
WRONG: tuple[Any, ...] = (None, True, [], {}, "x", -7, 0.5, ["a", "a"], {"a": None}, [[]], "1")

GOOD = (
    Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=1e6, skills=("en",)),
    Control(at=0.0, project="other", usd_per_day=1.0),
    Control(at=0.0, frozen=True),
    Task(
        task="t1",
        project="p",
        at=1.0,
        classes=("yes", "no"),
        features={"lang": "en", "length": 83.0, "image": (0.5, -1.0), "note": "a long note " * 9},
        skills=("en",),
        deadline_at=5000.0,
        value_usd=1.0,
        payload={"url": "...", "n": [1, 2.5, None]},
    ),
    Label(
        label="l", task="t1", ask=1, pool="a", labeler="w", answer="yes", at=2.0, seconds_spent=3.0
    ),
    Decline(task="t1", ask=1, pool="a", at=2.0, why="busy"),
    Gold(task="t1", answer="yes", at=3.0),
    Prediction(task="t1", source="model", chances={"yes": 0.25, "no": 0.75}, at=0.5),
    Tick(at=4.0),
)
TOPIC: dict[Any, str] = {
    Pool: "pools", Control: "controls", Task: "tasks", Label: "labels", Decline: "labels",
    Gold: "labels", Tick: "labels", Prediction: "tasks",
}  # fmt: skip


class Fuzz:
    """Draws mutations."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._of_bytes: tuple[Callable[[bytearray], None], ...] = (
            self._flip, self._cut, self._insert, self._repeat, self._drop,
        )  # fmt: skip
        self._of_fields: tuple[Callable[[dict[str, Any]], None], ...] = (
            self._remove, self._retype, self._rename, self._text, self._number, self._add,
        )  # fmt: skip

    def topic(self, usual: str) -> str:
        """Return where a record comes in: nearly always where it belongs."""
        draw = self._random
        if draw.random() < 0.99:
            return usual
        return draw.choice(("pools", "controls", "tasks", "labels"))

    def mutated(self, good: Any) -> bytes:
        """Return an event with one to three mutations, as bytes."""
        draw = self._random
        fields = msgspec.to_builtins(good) | self._fresh(good)
        for _ in range(draw.randrange(3)):
            draw.choice(self._of_fields)(fields)
        text = json.dumps(fields, ensure_ascii=draw.random() < 0.5)
        text = text.replace('"<', "").replace('>"', "")  # numbers that Python doesn't write
        if draw.random() < 0.1:
            text = text.replace("{", '{"type":"Gold","at":0,', 1)  # fields that come twice
        data = bytearray(text.encode(errors="surrogatepass"))
        if draw.random() < 0.4:
            for _ in range(draw.randint(1, 2)):
                draw.choice(self._of_bytes)(data)
        return bytes(data)

    def _fresh(self, good: Any) -> dict[str, Any]:
        """Other ids and times, so that not all are about the same task."""
        draw = self._random
        fresh: dict[str, Any] = {}
        if isinstance(good, Task | Label | Decline | Gold | Prediction):
            fresh["task"] = f"f{draw.randrange(400)}"
        if isinstance(good, Label | Decline):
            fresh["ask"] = draw.choice((1, 1, 1, 2, 3))
        if isinstance(good, Label):
            fresh["labeler"] = f"w{draw.randrange(50)}"
            fresh["answer"] = draw.choice(("yes", "no"))
        if isinstance(good, Pool | Control):
            name = "pool" if isinstance(good, Pool) else "project"
            fresh[name] = f"f{draw.randrange(4)}"
        return fresh

    def _field(self, fields: dict[str, Any]) -> str:
        return self._random.choice(list(fields)) if fields else "type"

    def _remove(self, fields: dict[str, Any]) -> None:
        fields.pop(self._field(fields), None)

    def _retype(self, fields: dict[str, Any]) -> None:
        fields[self._field(fields)] = self._random.choice(WRONG)

    def _rename(self, fields: dict[str, Any]) -> None:
        name = self._field(fields)
        fields[self._random.choice((name.upper(), name + "\0", "", "x"))] = fields.pop(name, 1)

    def _text(self, fields: dict[str, Any]) -> None:
        fields[self._field(fields)] = self._random.choice(TEXTS)

    def _number(self, fields: dict[str, Any]) -> None:
        number = f"<{self._random.choice((*NUMBERS, *DEEP) if self._rare() else NUMBERS)}>"
        where = self._random.random()
        if where < 0.1:
            vector = [f"<{self._random.choice(NUMBERS)}>"] * self._random.randrange(90)
            fields["features"] = {self._random.choice(TEXTS): vector}
        elif where < 0.2:
            fields["features"] = {self._random.choice(TEXTS): number}
        elif where < 0.25:
            fields["chances"] = {"yes": number, self._random.choice(TEXTS): 0.5}
        elif where < 0.3:
            fields["payload"] = [number, {"x": number}]
        else:
            fields[self._field(fields)] = number

    def _add(self, fields: dict[str, Any]) -> None:
        fields[self._random.choice(TEXTS)] = self._random.choice(WRONG)
        if self._rare():
            fields["classes"] = [f"c{i}" for i in range(self._random.choice((3, 50, 400)))]

    def _rare(self) -> bool:
        return self._random.random() < 0.05

    def _at(self, data: bytearray) -> int:
        return self._random.randrange(len(data) + 1)

    def _flip(self, data: bytearray) -> None:
        if data:
            data[self._random.randrange(len(data))] ^= 1 << self._random.randrange(8)

    def _cut(self, data: bytearray) -> None:
        del data[self._at(data) :]

    def _insert(self, data: bytearray) -> None:
        data[self._at(data) : 0] = self._random.choice(
            (b"\0", b"\xff", b"\xed\xa0\x80", b'"', b"{", b"[", b",", b"\\u0000", b"\xef\xbb\xbf")
        )

    def _repeat(self, data: bytearray) -> None:
        start = self._at(data)
        data += data[start : self._at(data)]

    def _drop(self, data: bytearray) -> None:
        start = self._at(data)
        del data[start : start + self._random.randrange(12)]


class Bench:
    """An engine behind the worker's intake, fed one record at a time."""

    def __init__(self) -> None:
        config = Config()
        make = engine_maker(config.core, 1)
        self.core = make(None)
        self.intake = Intake(self.core, 1)
        self._offset = 0

    def put(self, topic: str, value: bytes, key: bytes | None = None) -> list[NewRecord]:
        """Take in a record, and keep what has changed."""
        self._offset += 1
        out = self.intake.outputs(Record(topic, 0, self._offset, key, value))
        out += [NewRecord("desk", *change[1:]) for change in self.core.changes()]
        self.core.keep()
        return out

    def good(self, event: Any) -> list[NewRecord]:
        """Take in an event that breaks no rule."""
        out = self.put(TOPIC[type(event)], encode(event))
        assert not [one for one in out if one.topic == "deadletters"], (event, out)
        return out


def decide(bench: Bench, name: str) -> None:
    """Have a task asked about, answered and closed, as if nothing else had ever come."""
    task = msgspec.structs.replace(GOOD[3], task=name)
    out = bench.good(task)
    asks = [msgspec.json.decode(one.value or b"", type=Ask) for one in out if one.topic == "asks"]
    assert [ask.task for ask in asks] == [name]
    bench.good(msgspec.structs.replace(GOOD[4], task=name, labeler="sure", pool=asks[0].pool))
    out = bench.good(Gold(task=name, answer="no", at=9.0))
    verdicts = [
        msgspec.json.decode(one.value or b"", type=Verdict)
        for one in out
        if one.topic == "verdicts"
    ]
    assert verdicts[-1].answer == "no"
    assert verdicts[-1].basis == "gold"


@pytest.mark.slow
def test_mutated_records_give_outputs_or_a_rule_and_spoil_nothing() -> None:
    fuzz, bench = Fuzz(SEED), Bench()
    rules: dict[str, int] = {}
    taken_in = 0
    bench.good(GOOD[0])
    for number in range(MUTATED):
        if number % 1000 == 0:
            bench.good(GOOD[0])
            decide(bench, f"good-{number}")
        good = GOOD[number % len(GOOD)]
        data = fuzz.mutated(good)
        out = bench.put(fuzz.topic(TOPIC[type(good)]), data, data[:20])
        letters = [one for one in out if one.topic == "deadletters"]
        taken_in += not letters
        for one in out:
            assert one.topic in TOPICS
            assert one.value is None or len(one.value) < 1_000_000
        for one in letters:
            letter = msgspec.json.decode(one.value or b"", type=DeadLetter)
            rules[letter.rule] = rules.get(letter.rule, 0) + 1
            if letter.offset is None:  # what was held for its task, now given up
                msgspec.json.decode(letter.original or b"", type=Gold | Prediction)
            else:
                assert letter.original == data
            assert "\n" not in letter.message
    assert set(rules) <= RULES
    assert len(rules) > 12, "the mutations break many rules"
    assert taken_in > MUTATED / 10, "and many break none"
    decide(bench, "last")
