"""Mistakes in logs, as a table: what the file holds, what is asked, and what is said about it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = "action,reward,propensity\n"
GOOD = "a,1,0.5\nb,0,0.5\n" * 100
ROWS = 200


@dataclass(frozen=True)
class Mistake:
    """Files, of which the first is read unless `source` says what is; options; what is said.

    `rows` is how many rows can't be used, of those beside `GOOD` ones: they are left out, or with
    `strict` an error. Where it is 0 it is an error either way.
    """

    name: str
    files: Mapping[str, str | bytes]
    says: str
    rows: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None


def bad_row(name: str, line: str, says: str) -> Mistake:
    """A CSV whose last row is bad."""
    return Mistake(name, {"log.csv": HEAD + GOOD + line + "\n"}, f"row 201: {says}", 1)


def wider(name: str, head: str, good: str, bad: str, says: str, **options: Any) -> Mistake:
    """A CSV with more columns: what good rows and the last, bad one have in them."""
    rows = "".join(f"{row},{good}\n" for row in GOOD.split())
    text = f"{HEAD.strip()},{head}\n{rows}a,1,0.5,{bad}\n"
    return Mistake(name, {"log.csv": text}, f"row 201: {says}", 1, options)


def parquet(**columns: Any) -> bytes:
    """A good log with some columns replaced or added."""
    log = {"action": ["a", "b"] * 100, "reward": [1, 0] * 100, "propensity": [0.5] * ROWS}
    file = io.BytesIO()
    pq.write_table(pa.table(log | columns), file)
    return file.getvalue()


def typed(
    name: str, says: str, options: Mapping[str, Any] | None = None, **columns: Any
) -> Mistake:
    """A Parquet file with a column of a type that can't be used."""
    return Mistake(name, {"log.parquet": parquet(**columns)}, says, options=options or {})


P = {"logged": "columns:p_"}
LISTED = {"logged": "q", "actions": "s"}
SETS = '"[""a"",""b""]"'

MISTAKES = [
    bad_row("a propensity of 0", "a,1,0", "propensity is 0, must be in (0, 1]"),
    bad_row("a propensity above 1", "a,1,1.5", "propensity is 1.5, must be in (0, 1]"),
    bad_row("a negative propensity", "a,1,-0.1", "propensity is -0.1, must be in (0, 1]"),
    bad_row("a propensity that is NaN", "a,1,nan", "propensity is nan, must be in (0, 1]"),
    bad_row("a propensity in percent", "a,1,50", "propensity is 50, must be in (0, 1]; if it is "),
    bad_row("a propensity in words", "a,1,half", "propensity is 'half', not a number"),
    bad_row("no propensity", "a,1,", "propensity is missing"),
    bad_row("no reward", "a,,0.5", "reward is missing"),
    bad_row("no action", ",1,0.5", "action is missing"),
    bad_row("a reward that is infinite", "a,inf,0.5", "reward is inf, must be finite"),
    bad_row("a reward in words", "a,yes,0.5", "reward is 'yes', not a number"),
    bad_row("a reward with a comma", 'a,"0,5",0.5', "reward is '0,5', not a number"),
    Mistake(
        "a part of the reward that is missing",
        {"log.csv": "action,reward,propensity,usd\n" + "a,1,0.5,2\n" * ROWS + "a,1,0.5,\n"},
        "row 201: usd is missing", 1, {"reward": "reward - 0.5*usd"},
    ),
    wider("a target's chance above 1", "pi", "0.2", "1.2", "pi is 1.2, must be in [0, 1]",
          target="column:pi"),
    wider("chances that don't sum to 1", "p_a,p_b", "0.5,0.5", "0.5,0.4",
          "p_* sums to 0.9, must be 1", **P),
    wider("a negative chance", "p_a,p_b", "0.5,0.5", "1.5,-0.5",
          "p_* has a chance of 1.5, must be in [0, 1]", **P),
    wider("a chance that is no number", "p_a,p_b", "0.5,0.5", "0.5,half",
          "p_b is 'half', not a number", **P),
    wider("a logged action without a chance", "p_a,p_b", "0.5,0.5", "0,1",
          "p_* gives the logged action no chance", **P),
    wider("a propensity that isn't that of the chances", "p_a,p_b", "0.5,0.5", "0.4,0.6",
          "propensity is 0.5, but p_* says 0.4", **P),
    wider("an action outside its set", "s", SETS, '"[""b"",""c""]"',
          "action is 'a', not among its s", actions="s"),
    wider("an action that is named twice", "s", SETS, '"[""a"",""a""]"',
          "s names an action twice", actions="s"),
    wider("a set that is no list", "s", SETS, "a b",
          "s is 'a b', not a list of names in JSON", actions="s"),
    wider("no set", "s", SETS, "", "s is missing", actions="s"),
    wider("fewer chances than actions", "s,q", f'{SETS},"[0.5,0.5]"', f"{SETS},[1]",
          "q has 1 chances for 2 actions", **LISTED),
    wider("lists that don't sum to 1", "s,q", f'{SETS},"[0.5,0.5]"', f'{SETS},"[0.5,0.6]"',
          "q sums to 1.1, must be 1", **LISTED),
    wider("a chance in words in a list", "s,q", f'{SETS},"[0.5,0.5]"', f'{SETS},"[0.5,""x""]"',
          "q is '[0.5,\"x\"]', not a list of numbers in JSON", **LISTED),
    wider("a time that is none", "at", "2026-01-01T10:00", "noon",
          "at is 'noon', not a number or ISO 8601 time", time="at"),
    wider("no cluster", "user", "u1", "", "user is missing", cluster="user"),
    Mistake(
        "mixed time zones",
        {"log.csv": HEAD.strip() + ",at\na,1,0.5,2026-01-01T10:00Z\nb,0,0.5,2026-01-01T10:00\n"},
        "mixed time zones: '2026-01-01T10:00Z' is UTC, '2026-01-01T10:00' has no zone",
        options={"time": "at"},
    ),
    typed("lists as rewards", "reward holds list<", reward=[[1.0]] * ROWS),
    typed("times as rewards", "reward holds timestamp",
          reward=pa.array([1] * ROWS, pa.timestamp("s"))),
    typed("bytes as propensities", "propensity holds binary", propensity=[b"\xff"] * ROWS),
    typed("lists as actions", "action holds list<", action=[["a"]] * ROWS),
    typed("lists as times", "at holds list<", {"time": "at"}, at=[[1]] * ROWS),
    typed("numbers as sets", "s holds int64, where lists are expected", {"actions": "s"},
          s=[1] * ROWS),
    typed("a struct of words as chances", "q holds struct<", {"logged": "q"},
          q=[{"a": "x", "b": "y"}] * ROWS),
    typed("numbers as chances", "q must hold lists or maps", {"logged": "q"}, q=[1] * ROWS),
    Mistake("every reward in words", {"log.csv": HEAD + "a,yes,0.5\n" * 9},
            "log.csv row 1: reward is 'yes', not a number"),
    Mistake("an empty file", {"log.csv": ""}, "log.csv: the file is empty"),
    Mistake("a header alone", {"log.csv": HEAD}, "log.csv: no rows"),
    Mistake("a Parquet file without rows", {"log.parquet": parquet(
        action=pa.array([], "string"), reward=pa.array([], "double"),
        propensity=pa.array([], "double"))}, "log.parquet: no rows"),
    Mistake("a truncated Parquet file", {"log.parquet": parquet()[:-200]},
            "log.parquet: can't be read"),
    Mistake("a Parquet file that is damaged inside",
            {"log.parquet": parquet()[:40] + b"\xff" * 60 + parquet()[100:]},
            "log.parquet: can't be read"),
    Mistake("text that is called Parquet", {"log.parquet": HEAD + GOOD},
            "log.parquet: can't be read"),
    Mistake("a folder without logs", {"notes.txt": "none"}, "no log in this folder", source="."),
    Mistake("a folder of two kinds", {"a.csv": HEAD, "b.jsonl": "{}"}, "are of different kinds",
            source="."),
    Mistake("a glob that matches nothing", {"a.csv": HEAD}, "no file matches", source="*.tsv"),
    Mistake("a column that one file lacks",
            {"a.csv": HEAD + GOOD, "b.csv": "action,rewrad,propensity\na,1,0.5\n"},
            "b.csv: no column 'reward'; did you mean 'rewrad'?", source="."),
    Mistake("a column that is there twice", {"log.csv": "action," + HEAD + "a,a,1,0.5\n"},
            "2 columns are called 'action': rename all but one"),
    Mistake("two rewards", {"log.csv": "action,click,revenue,propensity\na,1,2,0.5\n"},
            "'click' and 'revenue' both look like the reward: choose one with --reward COLUMN"),
    Mistake("no name that means the action", {"log.csv": "x,reward,propensity\na,1,0.5\n"},
            "no column looks like the action: name it with --action COLUMN; columns: 'x',"),
    Mistake("a reward that isn't linear", {"log.csv": HEAD + GOOD}, "multiplies columns",
            options={"reward": "reward * propensity"}),
    Mistake("a reward with an unknown column", {"log.csv": HEAD + GOOD},
            "no column 'usd'", options={"reward": "reward - 0.5*usd"}),
    Mistake("a prefix of no column", {"log.csv": HEAD + GOOD}, "no column starts with 'p_'",
            options=P),
    Mistake("a row with a column too few", {"log.csv": HEAD + "a,1\n"}, "can't be read"),
]  # fmt: skip
