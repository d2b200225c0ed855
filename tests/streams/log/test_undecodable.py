"""A record that can't be decoded is refused with what it is, where, and what to do."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.errors import EventError
from streams.log.codec import InputDecoder

TASK: dict[str, Any] = {
    "type": "Task",
    "task": "t1",
    "project": "cats",
    "at": 1790000000,
    "classes": ["cat", "dog"],
}
LINE = json.dumps(TASK).encode()
LEAVE_OUT = "leave out what is unknown"


def refused(data: bytes) -> str:
    with pytest.raises(EventError) as raised:
        InputDecoder().decode(data)
    return f"{raised.value.rule}: {raised.value}"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            gzip.compress(LINE, mtime=0),
            "malformed: compressed with gzip, not JSON; decompress it first",
        ),
        (LINE.decode().encode("utf-16"), "malformed: text in UTF-16, not in UTF-8"),
        (b"[" + LINE + b"]", "malformed: a JSON array; write each event as one JSON object on"),
        (b"{", "malformed: the JSON ends too early; write each event as one JSON object on"),
        (b'{"type":"Task",', "malformed: the JSON ends too early; write each event"),
        (
            json.dumps(TASK | {"features": {"x": float("nan")}}).encode(),
            f"malformed: NaN is no JSON; {LEAVE_OUT}",
        ),
        (
            json.dumps(TASK | {"payload": [-float("inf")]}).encode(),
            f"malformed: -Infinity is no JSON; {LEAVE_OUT}",
        ),
    ],
)
def test_what_is_no_json_is_named(data: bytes, words: str) -> None:
    assert refused(data).startswith(words)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"features": {"x": 1, "age": None}}, f"features['age']: null; {LEAVE_OUT}"),
        (
            {"features": {"new": True}},
            "features['new']: Expected `float | str | array`, got `bool`",
        ),
        ({"features": {"a": {"b": 1}}}, "features['a']: Expected `float | str | array`, got `obj"),
        ({"features": {"v": [1, None]}}, "features['v'][1]: Expected `float`, got `null`"),
        ({"skills": None}, f"skills: null; {LEAVE_OUT}"),
        ({"task": None}, "task: Expected `str`, got `null`"),
        ({"task": 17}, "task: Expected `str`, got `int`"),
        ({"classes": [0, 1]}, "classes[0]: Expected `str`, got `int`"),
    ],
)
def test_a_field_of_a_wrong_type_is_named(fields: dict[str, Any], words: str) -> None:
    data = json.dumps(TASK | fields).encode()
    assert refused(data).startswith(f"bad_field: {words}")


def test_a_missing_field_is_not_called_null() -> None:
    assert refused(b'{"type":"Task","task":"t"}').startswith(
        "bad_field: Object missing required field `project`"
    )


@given(
    st.dictionaries(
        st.text(max_size=5), st.none() | st.booleans() | st.floats() | st.integers(0, 9)
    )
)
def test_the_feature_that_is_named_is_a_wrong_one(features: dict[str, Any]) -> None:
    """NaN and infinite numbers are refused before; of the others, nulls and bools."""
    wrong = [name for name, value in features.items() if value is None or isinstance(value, bool)]
    data = json.dumps(TASK | {"features": features}).encode()
    if wrong or b"NaN" in data or b"Infinity" in data:
        words = refused(data)
        assert words.startswith(
            ("malformed: ", *(f"bad_field: features[{name!r}]: " for name in wrong))
        )
    else:
        assert InputDecoder().decode(data).at == TASK["at"]
