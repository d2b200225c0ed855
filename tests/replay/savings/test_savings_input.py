"""What `savings` understands of somebody's table, and what it says where it can't."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.errors import InputError
from replay.label_tables.columns import find_columns
from tests.replay.savings.bought import figures, rows, run, write

if TYPE_CHECKING:
    from pathlib import Path


HEAD = "task,labeler,label\n"
TWO = HEAD + "t,a,x\nt,b,y\n"


@pytest.mark.parametrize(
    ("text", "args", "says"),
    [
        ("", (), "empty"),
        (HEAD, (), "has only a header"),
        (TWO, ("--task", "tsk"), "no column 'tsk'; did you mean 'task'?"),
        (
            "a,b,c\n1,2,3\n",
            (),
            "task, labeler or label; name them with --task COLUMN --labeler COLUMN --label COLUMN",
        ),
        (
            "a,worker,label\n1,2,3\n",
            (),
            "no column looks like the task; name it with --task COLUMN",
        ),
        (",".join(f"c{i}" for i in range(90)), (), "'c11' and 78 others"),
        ('{"task": "t", "labeler": "a", "label": "x"}\n', (), "every task has one label"),
        ('[\n  {\n    "id": 1,\n', (), "neither JSON nor a JSON object in each line"),
        ('{"task": "t"}\n{"task": \n', (), "labels.csv: line 2: not a JSON object"),
        ('[{"id": 1, "data": {}, "annotations": [{"result": 5}]}]', (), "a form that isn't known"),
        (
            '[{"id": 1, "data": {}, "annotations": [{"result": []}]}]',
            (),
            "Label Studio's annotations here have no choices, ratings or pairwise answers",
        ),
        (
            '{"source-ref": "s3://b/1", "job": 0, "job-metadata": {"human-annotated": "yes"}}',
            (),
            "labels.csv: a manifest of SageMaker Ground Truth has one consolidated label for each",
        ),
        (
            "HITId,WorkerId,AssignmentStatus,Answer.a.x,Answer.a.y\nh,w,Approved,five,6\n",
            (),
            "column 'Answer.a.x': 'five', where true or false was expected of an option of 'Answer",
        ),
        (
            "HITId,WorkerId,AssignmentStatus,Answer.a,Answer.b\nh,w,Approved,x,y\n",
            (),
            "Mechanical Turk may be the label: choose one with --label COLUMN: 'Answer.a', 'Answer",
        ),
        (
            "task,labeler,label,at\nt,a,x,01/02/2026\nt,b,y,03/04/2026\n",
            (),
            "row 2, column 'at': '01/02/2026' may be day/month or month/day, and no row tells;",
        ),
        (
            "task,labeler,label,at\nt,a,x,31/01/2026\nt,b,y,01/31/2026\n",
            (),
            "row 2, column 'at': '31/01/2026' has the day first, '01/31/2026' the month; write",
        ),
        (
            "task,labeler,label,at\nt,a,x,46023\nt,b,y,31.02.2026\n",
            (),
            "row 2, column 'at': '46023' is a spreadsheet's number of days, and other cells",
        ),
        (
            "task,labeler,label,at\nt,a,x,30.01.2026\nt,b,y,31.02.2026\n",
            (),
            "row 3, column 'at': '31.02.2026' is not an ISO time",
        ),
        (
            "task,labeler,label,at\nt,a,x,2026-01-30\nt,b,y,\n",
            (),
            "row 3, column 'at': '' is not an ISO time",
        ),
        (
            "item,class_a,class_b\nt,0,1\nu,1,0\n",
            (),
            "no column looks like the labeler or label",
        ),
        (
            "task,worker,vendor\nt,a,x\nt,b,y\n",
            (),
            "no column looks like the label; name it with --label COLUMN",
        ),
        (
            "task,worker,seconds\nt,a,1\nt,b,2\n",
            (),
            "no column looks like the label; name it with --label COLUMN",
        ),
        ("task,labeler,label,price\nt,a,x,0.08 \u20ac\nt,b,y,1\n", (), "amounts are in $ here"),
        ("item,ann,bob\nt,x,y\n", ("--label", "ann,bo"), "no column 'bo'; did you mean 'bob'?"),
        (
            "item,a,b,p,q\nt,x,y,z,z\n",
            ("--label", "a,b", "--labeler", "a,b,p"),
            "--labeler names 3 columns and --label 2: as many were expected",
        ),
        ("task,labeler,label,price\nt,a,x,0.1\nt,b,y,free\n", (), "row 3, column 'price': 'free'"),
        ("task,labeler,label,price\nt,a,x,-1\nt,b,y,1\n", (), "row 2, column 'price': '-1'"),
        ("task,labeler,label,at\nt,a,x,2026-01-01\nt,b,y,soon\n", (), "row 3, column 'at': 'soon'"),
        (HEAD + "t,a,x\nu,b,y\n", (), "every task has one label"),
        (HEAD + "t,a,x\nt,b,\n", (), "labels.csv: row 3, column 'label': empty"),
        (HEAD + "\n\nt,a,x\n\nt,b,\n", (), "row 6, column 'label': empty"),
        (
            HEAD + "t,a,x\nt,, \nu,b,y\n",
            (),
            "2 cells are empty that must hold a labeler or label: row 3, column 'labeler'; row 3,",
        ),
        (
            HEAD + "t,a,x\n" + "t,b,\n" * 4,
            (),
            "row 4, column 'label'; row 5, column 'label' and 1 other; fill them in, or leave such",
        ),
        (HEAD + "t,a,x\n" + "t,b,\n" * 1234, (), "row 5, column 'label' and 1,231 others; fill"),
        ("task,task,labeler,label\nt,u,a,x\n", (), "2 columns are called 'task'"),
        (TWO.replace("t,", "t" * 300 + ","), (), "must have 1 to 256 bytes"),
        (TWO.replace("x", "x" * 300), (), "must have 1 to 256 bytes"),
        (TWO.replace(",a,", "," + "a" * 300 + ","), (), "must have 1 to 256 bytes"),
        ("task,labeler,label,pool\nt,a,x,stop\nt,b,y,p\n", (), "pool 'stop': the name is reserved"),
        ("task,labeler,label,price\nt,a,x,1e13\nt,b,y,1\n", (), "row 2, column 'price': '1e13'"),
        (TWO, ("--value", "inf"), "--value inf: must be above 0 and at most 1e+12"),
        (TWO, ("--value", "nan"), "--value nan: must be above 0"),
        (TWO, ("--price", "1e300"), "--price 1e300: must be above 0 and at most 1e+12"),
        (TWO, ("--price-of", "a=1e300"), "must be POOL=USD"),
        (HEAD + "t,a,x\nt,b,x\n", (), "every label is 'x'"),
        (HEAD + "".join(f"t,w{i},{i}\n" for i in range(101)), (), "101 different labels"),
        (TWO, ("--price-of", "a"), "must be POOL=USD"),
        (TWO, ("--price-of", "a=0.1"), "the file has no pool column"),
        (TWO, ("--price", "0"), "--price 0: must be above 0"),
        (TWO, ("--price", "cost"), "no column 'cost'"),
        (TWO, ("--value", "-1"), "--value -1.0: must be above 0"),
        (TWO, ("--truth", "gold"), "no column 'gold'"),
        ("task,labeler,label,price\nt,a,x,0\nt,b,y,0\n", (), "every price is 0"),
        (HEAD + "t,a\n", (), "row 2 has 2 fields, the header has 3"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_clear_line(
    tmp_path: Path, text: str, args: tuple[str, ...], says: str
) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        run(str(file), *args)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 1


@pytest.mark.parametrize("divider", [";", "\t"])
def test_semicolons_and_tabs_are_understood(tmp_path: Path, divider: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("\ufeff" + (HEAD + "t,a,x\nt,b,y\nt,c,x\n").replace(",", divider))
    assert figures(str(file))["labels"] == 3


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        run(str(tmp_path / "nothing.csv"))


def test_months_are_the_same_in_seconds_and_milliseconds(tmp_path: Path) -> None:
    file, head = tmp_path / "labels.csv", "task,labeler,label,at\n"
    months = []
    for unit in (1, 1_000):
        days = ((day, (1_767_225_600 + day * 86_400) * unit) for day in range(30))
        lines = (f"t{i},{who},{'xy'[i % 2]},{at}\n" for i, at in days for who in "abc")
        file.write_text(head + "".join(lines))
        months.append(figures(str(file), "--replays", "1")["span_days"])
    assert months[0] == months[1]


def test_a_contradicting_truth_names_its_row(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("task,labeler,label,gold\nt,a,x,x\nt,b,y,y\n")
    with pytest.raises(InputError, match=r"column 'gold': task 't' .*'y' .* 'x' .*; keep one"):
        run(str(file), "--truth", "gold")


@pytest.mark.parametrize(
    ("header", "task", "labeler", "label"),
    [
        (["task", "labeler", "label"], "task", "labeler", "label"),
        (["_unit_id", "_worker_id", "judgment"], "_unit_id", "_worker_id", "judgment"),
        (["WorkerId", "questionId", "Answer"], "questionId", "WorkerId", "Answer"),
        (["user_id", "item_id", "value", "cost"], "item_id", "user_id", "value"),
        (["id", "annotator", "document", "category"], "document", "annotator", "category"),
    ],
)
def test_common_headers_are_understood(
    header: list[str], task: str, labeler: str, label: str
) -> None:
    found, _ = find_columns(header, {}, "f.csv")
    assert (found["task"], found["labeler"], found["label"]) == (task, labeler, label)


def test_savings_obey_the_value_or_target_of_their_settings(tmp_path: Path) -> None:
    file, config = write(tmp_path / "labels.csv", rows()), tmp_path / "poolwise.toml"
    columns = ("--label", "answer", "--price", "paid", "--replays", "1")
    assumed = figures(str(file), *columns)
    config.write_text("[project]\nvalue_usd = 50.0\n")
    valued = figures(str(file), *columns, "--config", str(config))
    assert (assumed["value_usd"], valued["value_usd"]) == pytest.approx((3.75, 50.0))
    assert valued["labels_needed"] > assumed["labels_needed"]
    config.write_text("[project]\ntarget_accuracy = 0.9\n")
    aimed = figures(str(file), *columns, "--config", str(config))
    assert aimed["labels_needed"] != assumed["labels_needed"]
    assert any("the target accuracy of 90.0 % takes" in note for note in aimed["notes"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_table_may_be_as_spreadsheets_write_it(tmp_path: Path, encoding: str) -> None:
    """Semicolons, decimal commas, and the encodings that `evaluate` reads, too."""
    rows = [f"t{i};w{who};{('nein', 'jä')[i % 2]};0,25" for i in range(4) for who in "ab"]
    file = tmp_path / "labels.csv"
    file.write_bytes("\n".join(["task;labeler;label;price", *rows]).encode(encoding))
    assert figures(str(file), "--replays", "1")["usd"] == pytest.approx(2.0)


def test_a_comma_that_may_be_one_of_thousands_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("task;labeler;label;price\nt;a;x;1,250\nt;b;y;1,250\n")
    with pytest.raises(InputError, match=r"'1,250' is not a number.*with a decimal point and no"):
        run(str(file))
