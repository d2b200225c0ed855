"""Whatever a table holds and whoever wrote it: an answer, or one line that says what is wrong.

More cases of the same kind are run by bench/fuzz_tables.py.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.replay.fuzz.case import ANSWERED, FAILED, REFUSED, run_case
from tests.replay.fuzz.command_case import run_command_case

CASES, PARTS, COMMANDS = 1_000, 10, 40
SEED = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_a_fuzzed_table_is_answered_or_refused_in_one_line(part: int) -> None:
    """No traceback, no warning; enough are answered that more than the reader is tried."""
    each = CASES // PARTS
    found = [run_case(SEED, number) for number in range(part * each, (part + 1) * each)]
    assert [one for one in found if one.end == FAILED] == []
    ends = Counter(one.end for one in found)
    assert ends[ANSWERED] >= 5
    assert ends[REFUSED] >= 5
    assert ends["BadValue"] >= 5
    assert ends["InputError"] >= 2


def test_a_fuzzed_command_prints_an_answer_or_one_line() -> None:
    """Through the command line, with reports, JSON, pages and queries."""
    found = [run_command_case(SEED, number) for number in range(COMMANDS)]
    assert [one for one in found if one.end == FAILED] == []
    assert any(one.end == ANSWERED for one in found)


def test_a_case_is_the_same_each_time() -> None:
    assert [run_case(1, 7), run_case(1, 7)] == [run_case(1, 7)] * 2
