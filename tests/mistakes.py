"""Mistakes of users, as tables: what is done, and what is said about it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tests.mistaken_events import pool, task, tick

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(NamedTuple):
    """Files by name, the command, its exit code, and what its one line says."""

    name: str
    files: Mapping[str, str | bytes]
    args: str
    code: int
    says: str


def parquet(**columns: list[Any]) -> bytes:
    """Write a table of decisions, some of its columns replaced."""
    file = io.BytesIO()
    log = {"action": ["x", "y"], "reward": [1.0, 0.0], "propensity": [0.5, 0.5]}
    pq.write_table(pa.table(log | columns), file)
    return file.getvalue()


HEAD = "action,reward,propensity\n"
LABELS = "task,labeler,label\nt,a,x\nt,b,y\nt,c,x\n"
UNKNOWN_FEATURE = json.dumps(
    {"type": "Task", "task": "t", "project": "p", "at": 1, "classes": ["a", "b"],
     "features": {"x": 1, "age": None}}
)  # fmt: skip
UNNAMED = '{"type":"Prediction","task":"t","source":"","chances":{"a":1},"at":0}'
TICK = json.dumps(tick(1))
UNKNOWN_KEY = "[policy]\nexplore_flor = 0.1\n"
DID_YOU = "c.toml: policy.explore_flor is unknown; did you mean 'explore_floor'?"
NO_LOG = "not a poolwise log, or damaged"

COMMANDS = [
    Command("feed a missing file", {}, "feed l.db e.jsonl", 1, "e.jsonl: there is no such file"),
    Command(
        "feed a time in milliseconds", {"e.jsonl": json.dumps(task(at=1.79e12))},
        "feed l.db e.jsonl", 1, "e.jsonl, line 1: bad_number: at 1790000000000.0: must be seconds",
    ),
    Command("work on a missing log", {}, "work l.db", 1, "l.db: there is no log here"),
    Command("tail a missing log", {}, "tail l.db asks", 1, "l.db: there is no log here"),
    Command("evaluate a missing file", {}, "evaluate l.csv", 1, "l.csv: no such file"),
    Command("savings of a missing file", {}, "savings l.csv", 1, "l.csv: no such file"),
    Command("replay a missing folder", {}, "simulate --recorded l", 1, "l: no such folder"),
    Command("a missing configuration", {}, "work l.db --config c.toml", 1, "c.toml: there is no"),
    Command(
        "a password in the configuration", {"c.toml": '[log]\npassword = "hunter2"\n'},
        "work l.db --config c.toml", 1, "c.toml: log.password: secrets are not allowed in",
    ),
    Command(
        "a login without its protocol", {"c.toml": '[log]\nusername = "u"\n'},
        "work l.db --config c.toml", 1, "security_protocol = PLAINTEXT: does not use username",
    ),
    Command(
        "a variable that is not set", {"c.toml": '[log]\ninstance = "${NO_SUCH}"\n'},
        "work l.db --config c.toml", 1, "log.instance: the environment variable NO_SUCH is not set",
    ),
    Command(
        "a missing configuration of a verb that shows", {}, "tail l.db asks --config c.toml", 1,
        "c.toml: there is no such file",
    ),
    Command("a log in a missing folder", {}, "work x/l.db --create", 1, "folder x does not exist"),
    Command("work on an empty file", {"l.db": ""}, "work l.db", 1, "the file is empty"),
    Command("tail an empty file", {"l.db": ""}, "tail l.db asks", 1, "the file is empty"),
    Command("evaluate an empty file", {"l.csv": ""}, "evaluate l.csv", 1, "the file is empty"),
    Command("evaluate an empty log", {"l.db": ""}, "evaluate l.db", 1, "the file is empty"),
    Command("savings of an empty file", {"l.csv": ""}, "savings l.csv", 1, "l.csv: no rows"),
    Command("replay an empty file", {"l/labels.csv": ""}, "simulate --recorded l", 1, "v: no rows"),
    Command("features of a missing file", {}, "features l.db", 1, "l.db: no such file"),
    Command("features of an empty file", {"l.db": ""}, "features l.db", 1, "the file is empty"),
    Command("features of a corrupt log", {"l.db": "?" * 9999}, "features l.db", 1, NO_LOG),
    Command("features of a table", {"l.csv": HEAD}, "features l.csv", 1, f"l.csv: {NO_LOG}"),
    Command("features on Kafka", {}, "features kafka://b:9092", 1, "archive that log first"),
    Command("features of no archive", {"x/readme": "?"}, "features x", 1, "that is not an archive"),
    Command("a header alone", {"l.csv": HEAD}, "evaluate l.csv", 1, "l.csv: no rows"),
    Command(
        "a wrong column", {"l.csv": HEAD + "x,1,1\n"}, "evaluate l.csv --reward rewrad", 1,
        "l.csv: no column 'rewrad'; did you mean 'reward'?",
    ),
    Command(
        "a wrong column of labels", {"l.csv": LABELS}, "savings l.csv --task tsk", 1,
        "l.csv: no column 'tsk'; did you mean 'task'?",
    ),
    Command(
        "a propensity of 0", {"l.csv": HEAD + "x,1,1\ny,1,0\n"}, "evaluate l.csv --strict", 1,
        "l.csv row 2: propensity is 0, must be in (0, 1]",
    ),
    Command(
        "a propensity in percent", {"l.csv": HEAD + "x,1,30\ny,1,70\n"}, "evaluate l.csv", 1,
        "l.csv row 1: propensity is 30, must be in (0, 1]; if it is a percentage, divide it by 100",
    ),
    Command(
        "the logarithm of a propensity", {"l.csv": HEAD + "x,1,-0.7\ny,1,-0.7\n"},
        "evaluate l.csv", 1, "if it is a logarithm, write its exponential",
    ),
    Command(
        "a propensity above 1", {"l.parquet": parquet(propensity=[0.5, 1.5])},
        "evaluate l.parquet --strict", 1, "l.parquet row 2: propensity is 1.5, must be in (0, 1]",
    ),
    Command(
        "a reward that is NaN", {"l.parquet": parquet(reward=[float("nan"), 1.0])},
        "evaluate l.parquet --strict", 1, "l.parquet row 1: reward is nan, must be finite",
    ),
    Command(
        "a reward that is NaN in CSV", {"l.csv": HEAD + "x,NaN,1\n"}, "evaluate l.csv", 1,
        "l.csv row 1: reward is nan, must be finite",
    ),
    Command(
        "NaN in JSON", {"l.jsonl": '{"action":"x","reward":NaN,"propensity":1}'},
        "evaluate l.jsonl", 1, "l.jsonl line 1: not a JSON object",
    ),
    Command(
        "too few rows", {"l.parquet": parquet()}, "evaluate l.parquet", 3, "cannot answer: eff"
    ),
    Command(
        "an unknown type", {"e.jsonl": f'{TICK}\n{{"type":"Tsk"}}\n'}, "feed l.db e.jsonl", 1,
        "e.jsonl, line 2: unknown_type: type: unknown input 'Tsk'; did you mean 'Task'?",
    ),
    Command(
        "an unknown version", {"e.jsonl": '{"type":"Tick","at":1,"v":2}'}, "feed l.db e.jsonl", 1,
        "e.jsonl, line 1: unknown_version: v: unknown version 2",
    ),
    Command(
        "a pool called stop", {"e.jsonl": json.dumps(pool("stop"))}, "feed l.db e.jsonl", 1,
        "e.jsonl, line 1: reserved_name: pool 'stop': the name is reserved for decisions to stop",
    ),
    Command(
        "a price beyond bounds", {"e.jsonl": json.dumps(pool(usd_per_label=1e13))},
        "feed l.db e.jsonl", 1, "usd_per_label 10000000000000.0: must be between 0 and 1e+12",
    ),
    Command(
        "a model without a name", {"e.jsonl": UNNAMED}, "feed l.db e.jsonl", 1,
        "e.jsonl, line 1: bad_id: source '': must have 1 to 256 bytes",
    ),
    Command(
        "a time as text", {"e.jsonl": TICK.replace("1", '"2026-09-21T12:00:00Z"')},
        "feed l.db e.jsonl", 1,
        "bad_field: at: expected seconds since 1970 (UTC), such as 1790000000, got text",
    ),
    Command(
        "a feature that is null", {"e.jsonl": UNKNOWN_FEATURE}, "feed l.db e.jsonl", 1,
        "e.jsonl, line 1: bad_field: features['age']: null; leave out what is unknown",
    ),
    Command(
        "an array of events", {"e.jsonl": f"[{TICK}]"}, "feed l.db e.jsonl", 1,
        "e.jsonl, line 1: malformed: a JSON array; write each event as one JSON object on a line",
    ),
    Command("an unknown key", {"c.toml": UNKNOWN_KEY}, "work l.db --config c.toml", 1, DID_YOU),
    Command("the same to replay", {"c.toml": UNKNOWN_KEY}, "simulate --config c.toml", 1, DID_YOU),
    Command(
        "the same for savings", {"l.csv": LABELS, "c.toml": UNKNOWN_KEY},
        "savings l.csv --config c.toml", 1, DID_YOU,
    ),
    Command("work on a corrupt log", {"l.db": "?" * 9999}, "work l.db", 1, f"l.db: {NO_LOG}"),
    Command("tail a corrupt log", {"l.db": "?" * 9999}, "tail l.db asks", 1, f"l.db: {NO_LOG}"),
    Command("evaluate a corrupt log", {"l.db": "?" * 9999}, "evaluate l.db", 1, f"l.db: {NO_LOG}"),
    Command(
        "feed a corrupt log", {"l.db": "?" * 9999, "e.jsonl": TICK}, "feed l.db e.jsonl", 1,
        f"l.db: {NO_LOG}",
    ),
    Command(
        "a table of labels without known columns", {"l.csv": "a,b\n1,2\n"}, "labelers l.csv", 1,
        "l.csv: no column looks like the task, labeler or label; name them with --task COLUMN",
    ),
    Command(
        "days and months that can't be told apart",
        {"l.csv": "task,labeler,label,at\nt,a,x,1/2/2026\nt,b,y,3/4/2026\n"}, "savings l.csv", 1,
        "l.csv: row 2, column 'at': '1/2/2026' may be day/month or month/day, and no row tells;",
    ),
    Command(
        "a spreadsheet's number of days among dates",
        {"l.csv": "task,labeler,label,at\nt,a,x,31.01.2026\nt,b,y,46023\n"}, "savings l.csv", 1,
        "l.csv: row 3, column 'at': '46023' is a spreadsheet's number of days, and other cells are",
    ),
    Command(
        "years of two digits that may stand first",
        {"l.csv": "task,labeler,label,at\nt,a,x,26/01/30\nt,b,y,26/01/31\n"}, "savings l.csv", 1,
        "l.csv: row 2, column 'at': '26/01/30' may be year/month/day or day/month/year;",
    ),
    Command(
        "a column of a table for a log", {"l.db": "?" * 9999}, "labelers l.db --label answer", 1,
        "--label answer: names a column of a table, and l.db is none",
    ),
    Command(
        "a pool called stop in savings",
        {"l.csv": "task,labeler,label,pool\nt,a,x,stop\nt,b,y,b\n"}, "savings l.csv", 1,
        "l.csv: pool 'stop': the name is reserved for decisions to stop; give the pool another",
    ),
]  # fmt: skip
