"""Bytes to events: any bytes give an event or a rule that they broke."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bandit.errors import EventError
from bandit.events import Decline, Gold, Input, Label, Pool, Prediction, Task, Tick
from streams.log.codec import MAX_BYTES, InputDecoder, decode_reward, encode

TASK: dict[str, Any] = {
    "type": "Task",
    "v": 1,
    "task": "t17",
    "project": "p1",
    "at": 12.5,
    "classes": ["yes", "no"],
}
LABEL: dict[str, Any] = {
    "type": "Label",
    "label": "l1",
    "task": "t17",
    "ask": 1,
    "pool": "a",
    "labeler": "w9",
    "answer": "yes",
    "at": 70.1,
}
RULES = {"malformed", "too_large", "unknown_type", "unknown_version", "bad_field", "bad_id"}
FINITE = st.floats(allow_nan=False, allow_infinity=False)
IDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)
NAMES = [*TASK, *LABEL, "features", "payload", "value_usd", "skills"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
EVENTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Tick, at=FINITE),
    st.builds(Gold, task=IDS, answer=IDS, at=FINITE),
    st.builds(
        Prediction,
        task=IDS,
        source=IDS,
        chances=st.dictionaries(IDS, FINITE, max_size=3),
        at=FINITE,
    ),
    st.builds(Decline, task=IDS, ask=st.integers(0, 99), pool=IDS, at=FINITE),
    st.builds(Pool, pool=IDS, at=FINITE, usd_per_label=FINITE),
    st.builds(
        Label,
        label=IDS,
        task=IDS,
        ask=st.integers(0, 99),
        pool=IDS,
        labeler=IDS,
        answer=IDS,
        at=FINITE,
        usd=st.none() | FINITE,
    ),
    st.builds(
        Task,
        task=IDS,
        project=IDS,
        at=FINITE,
        classes=st.tuples(IDS, IDS),
        features=st.dictionaries(
            IDS, FINITE | IDS | st.lists(FINITE, max_size=3).map(tuple), max_size=3
        ),
    ),
)


def decode(value: object) -> Input:
    """Decode `value`, written as JSON."""
    return InputDecoder().decode(json.dumps(value).encode())


def rule_or_event(data: bytes) -> None:
    """Check that `data` gives an event that can be written again, or a rule and one line."""
    broken_rule = None
    try:
        encode(InputDecoder().decode(data))
    except EventError as error:
        broken_rule = (error.rule, str(error))
    if broken_rule is not None:
        assert broken_rule[0] in RULES
        assert "\n" not in broken_rule[1]


def broken(data: bytes | None) -> EventError:
    """Return the error that `data` gives."""
    with pytest.raises(EventError) as caught:
        InputDecoder().decode(data)
    return caught.value


@given(EVENTS)
def test_what_is_encoded_decodes_to_the_same(event: Input) -> None:
    decoder = InputDecoder()
    assert decoder.decode(encode(event)) == event
    assert not decoder.ignored


@given(st.binary())
@example(b"")
@example(b"[" * 100_000)
@example(b'{"a":' * 5_000 + b"1" + b"}" * 5_000)
@example(b'{"type":"Tick","at":1e999}')
@example(b'{"type":"Tick","at":1,"v":' + b"9" * 5_000 + b"}")
@example(b'{"type":"Tick","type":3,"at":1}')
@example(b'{"type":"Gold","task":"\\ud800","answer":"x","at":1}')
@example(b'{"type":"Gold","task":"\xff","answer":"x","at":1}')
def test_any_bytes_give_an_event_or_a_rule(data: bytes) -> None:
    rule_or_event(data)


@given(st.sampled_from([TASK, LABEL]), st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_fields_give_an_event_or_a_rule(good: dict[str, Any], changes: dict[str, Any]) -> None:
    rule_or_event(json.dumps(good | changes).encode())


@given(st.binary())
def test_any_bytes_give_a_reward_or_a_rule(data: bytes) -> None:
    with pytest.raises(EventError):
        decode_reward(data)


@pytest.mark.parametrize(
    ("rule", "named", "data"),
    [
        ("malformed", "no value", None),
        ("malformed", "", b"{"),
        ("malformed", "", b'{"type":"Tick","at":1} x'),
        ("malformed", "", b'["Tick"]'),
        ("too_large", f"limit of {MAX_BYTES:,}", b" " * (MAX_BYTES + 1)),
        ("unknown_type", "missing", b'{"at":1}'),
        ("unknown_type", "'Task'", b'{"type":"Tsk","v":9}'),
        ("unknown_type", "unknown input 'Decision'", b'{"type":"Decision"}'),
        ("unknown_version", "2", b'{"type":"Tick","v":2,"at":1}'),
        ("unknown_version", "2", b'{"type":"Tick","v":2,"when":"now"}'),
        ("bad_field", "at: expected seconds since 1970", b'{"type":"Tick","at":"now"}'),
        ("bad_field", "`at`", b'{"type":"Tick"}'),
        ("bad_field", "at: Number out of range", b'{"type":"Tick","at":1e400}'),
    ],
)
def test_each_rule_is_named_with_its_reason(rule: str, named: str, data: bytes | None) -> None:
    error = broken(data)
    assert error.rule == rule
    assert named in str(error)


@pytest.mark.parametrize("text", ["", "x" * 257, "é" * 129])
@pytest.mark.parametrize("field", ["task", "project"])
def test_ids_have_1_to_256_bytes(field: str, text: str) -> None:
    with pytest.raises(EventError, match=field) as caught:
        decode(TASK | {field: text})
    assert caught.value.rule == "bad_id"
    decode(TASK | {field: "é" * 128})


@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_payload_nested_too_deep_to_be_written_again_is_refused(
    opens: bytes, closes: bytes
) -> None:
    def task(depth: int) -> bytes:
        payload = opens * depth + b"[]" + closes * depth
        return json.dumps(TASK).encode()[:-1] + b', "payload": ' + payload + b"}"

    error = broken(task(101))
    assert (error.rule, str(error)[:8]) == ("bad_field", "payload:")
    InputDecoder().decode(task(99))


def test_an_ask_beyond_64_bits_is_refused() -> None:
    with pytest.raises(EventError, match="ask"):
        decode(LABEL | {"ask": 2**80})


@pytest.mark.parametrize(
    ("twice", "counts"),
    [
        ('"value_usd":1,"value_usd":2', {"value_usd": 2}),
        ('"features":{"x":1},"features":{"y":2}', {"features": {"y": 2}}),
        ('"features":{"x":1,"x":2}', {"features": {"x": 2}}),
        ('"payload":{"x":1,"x":[2]}', {"payload": {"x": [2]}}),
    ],
)
def test_of_a_name_that_comes_twice_in_an_object_the_last_value_counts(
    twice: str, counts: dict[str, Any]
) -> None:
    data = json.dumps(TASK).encode()[:-1] + b"," + twice.encode() + b"}"
    assert InputDecoder().decode(data) == decode(TASK | counts)


def test_two_types_that_differ_are_refused() -> None:
    assert broken(json.dumps(TASK).encode()[:-1] + b',"type":"Tick"}').rule == "bad_field"


def test_unknown_fields_are_ignored_and_counted() -> None:
    decoder = InputDecoder()
    data = msgspec.json.encode(TASK | {"color": 1, "payload": {"color": 2}, "shape": [3]})
    assert decoder.decode(data) == decode(TASK | {"payload": {"color": 2}})
    assert decoder.ignored == {"Task": 2}


def test_a_task_that_grows_when_it_is_written_is_too_large_before_it_is_taken() -> None:
    """Else its labels and the ticks that expire its asks could not be written, and time stood."""
    numbers = encoded_task(payload="[" + "1e15," * 40_000 + "1]")
    classes = encoded_task(classes=json.dumps([f"c{i}" for i in range(16_000)]))
    for data in (numbers, classes):
        assert len(data) < MAX_BYTES / 2
        assert broken(data).rule == "too_large"
    InputDecoder().decode(encoded_task(classes=json.dumps([f"c{i}" for i in range(8_000)])))


def encoded_task(payload: str = "null", classes: str = '["yes","no"]') -> bytes:
    """Return a task as JSON."""
    fields = f'"task":"t1","project":"p","at":1,"classes":{classes},"payload":{payload}'
    return f'{{"type":"Task",{fields}}}'.encode()
