"""JSON as a table: odd objects are rows or one line of error, never a traceback."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import InputError
from replay.recorded.exports.json_table import json_table

KEYS = st.sampled_from(
    [
        "annotations", "data", "result", "completed_by", "was_cancelled", "value", "type",
        "from_name", "choices", "responses", "user_id", "answers", "workerId", "annotationData",
        "content", "answerContent", "label", "annotationsFromAllWorkers", "human-annotated", "id",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.sampled_from(["choices", '{"a": {"label": "x"}}', "{"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
OBJECTS = st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5), min_size=1, max_size=3)


@settings(max_examples=500)
@given(objects=OBJECTS, lines=st.booleans())
def test_odd_objects_are_rows_or_an_error_of_ours(*, objects: list[Any], lines: bool) -> None:
    text = "\n".join(map(json.dumps, objects)) if lines else json.dumps(objects)
    with contextlib.suppress(InputError):
        header, rows = json_table(text, Path("f.json"))
        assert all(list(of) == header for _, of in rows)
        assert all(isinstance(cell, str) for _, of in rows for cell in of.values())


@settings(max_examples=100)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"task": st.integers(), "label": st.text("ab\u2028\x85\x1c", max_size=9)}
        ),
        min_size=1,
    )
)
def test_flat_objects_are_the_same_as_a_list_and_in_lines(objects: list[dict[str, Any]]) -> None:
    path = Path("f.json")
    expected = [[str(row["task"]), row["label"]] for row in objects]
    each = [json.dumps(row, ensure_ascii=False) for row in objects]
    for text in (f"[{','.join(each)}]", "\n".join(each)):
        _, rows = json_table(text, path)
        assert [[of["task"], of["label"]] for _, of in rows] == expected
