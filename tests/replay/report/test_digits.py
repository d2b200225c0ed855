"""Numbers as a report writes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replay.report.wording.diagnosis import diagnosis
from replay.report.wording.digits import number
from tests.replay.report.answers import good


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00123456, "0.001235"),
        (999.94, "999.9"),
        (999.96, "1,000"),
        (1234.5, "1,234"),
        (12345.6, "12,346"),
        (-12345.6, "-12,346"),
        (1e9, "1e+09"),
    ],
)
def test_numbers_from_a_thousand_to_a_billion_are_whole_with_separators(
    value: float, text: str
) -> None:
    assert number(value) == text


def test_an_expected_effective_sample_size_is_written_as_other_numbers_are() -> None:
    answer = good()
    expected = replace(answer, diagnostics=replace(answer.diagnostics, pess=12345.6))
    assert "; 12,346 expected from the logged propensities)" in diagnosis(expected)
