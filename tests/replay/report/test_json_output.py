"""The answer as JSON: all of it, and nothing that a reader of JSON can't take."""

from __future__ import annotations

import json
from dataclasses import asdict

from replay.report.json_output import as_json_text
from tests.replay.report.answers import compared, hostile, refused, sliced


def test_what_is_read_is_what_was_answered() -> None:
    answer = sliced(8)
    plain = json.loads(as_json_text(answer))
    assert plain["estimates"] == [asdict(one) for one in answer.estimates]
    assert plain["logging"] == asdict(answer.logging)
    assert plain["gain"] == asdict(answer.gain) if answer.gain else False
    for part, of_json in zip(answer.slices, plain["slices"], strict=True):
        assert list(of_json) == ["column", "value", "rows", "estimate", "gain", "verdict"]
        assert of_json["verdict"] == part.verdict
        assert of_json["estimate"] == (asdict(part.estimate) if part.estimate else None)
    assert plain["weights"] == [asdict(one) for one in answer.weights]
    assert plain["curve"] == [asdict(one) for one in answer.curve]
    assert plain["overlap"] == [one._asdict() for one in answer.overlap]
    assert plain["findings"] == [one._asdict() for one in answer.findings]
    assert plain["diagnostics"]["ess"] == answer.diagnostics.ess
    assert plain["unusable"][0]["rows"] == 7
    assert (plain["rows"], plain["unit"], plain["verdict"]) == (20_000, "row", "good")


def test_an_infinite_end_is_null() -> None:
    last = json.loads(as_json_text(hostile()))["estimates"][-1]
    assert last["low"] is None
    assert last["high"] is None
    assert last["value"] == 0.2


def test_a_comparison_has_its_targets_and_differences() -> None:
    plain = json.loads(as_json_text(compared()))
    assert plain.keys() == {"targets", "differences"}
    assert [one["target"] for one in plain["targets"]] == ["uniform", "greedy", "always:rare"]
    first, second = plain["differences"]
    assert (first["target"], first["than"]) == ("greedy", "uniform")
    assert first["estimate"]["value"] == 0.0354
    assert second["estimate"] is None


def test_what_is_withheld_stays_so() -> None:
    text = as_json_text(refused())
    for one in refused().withheld:
        assert repr(one.value) not in text
    plain = json.loads(text)
    assert plain["gain"] is None
    assert plain["curve"] == plain["estimates"] == []
