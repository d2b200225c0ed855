"""Pools and orders that a record hides which workers refuse: doctor names them."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from bandit.events import Control, Pool
from streams.cli.doctor import doctor
from streams.doctor.findings import DoctorFinding
from streams.doctor.refused import refused
from streams.log.codec import encode
from streams.log.log import NewRecord
from tests.streams.scenes import new_log, task, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path


def found(path: Path) -> list[DoctorFinding]:
    """Return what doctor says of pools and orders."""
    reported = json.loads(run(doctor, path, "--json").output)
    findings = [DoctorFinding(**finding) for finding in reported]
    return [finding for finding in findings if finding.check == "pools and orders"]


def test_an_order_hidden_by_a_record_that_workers_refuse_is_named(path: Path) -> None:
    """One written by another program, which the topic keeps in place of the order that holds."""
    assert [one.level for one in found(path)] == ["ok"]
    good = Control(at=0.0, project="cats", paused=True)
    with closing(new_log(path)) as log:
        write(log, good)
        bad = encode(msgspec.structs.replace(good, usd_per_day=-1.0))
        log.write([NewRecord("controls", b"project/cats", bad), NewRecord("pools", b"b", b"{")])
        log.write([NewRecord("controls", b"project/dogs", encode(task("t1")))])
    named = found(path)
    assert [one.level for one in named] == ["warning"] * 3
    whats = {one.what.partition(" (offset")[0]: one for one in named}
    assert whats.keys() == {
        f"the newest record of key {key} in topic {topic}"
        for key, topic in (("'b'", "pools"), ("'project/cats'", "controls"))
    } | {"the newest record of key 'project/dogs' in topic controls"}
    cats = whats["the newest record of key 'project/cats' in topic controls"]
    assert "usd_per_day -1.0" in cats.what
    assert "What it replaced may hold only until they start again" in cats.what
    assert f"poolwise control {path}" in cats.todo
    with closing(new_log(path)) as log:
        write(log, good, Control(at=1.0, project="dogs"))
        log.write([NewRecord("pools", b"b", encode(Pool(pool="b", at=0.0, usd_per_label=0.1)))])
    assert [one.level for one in found(path)] == ["ok"]


def test_a_valid_record_under_the_key_of_another_is_named(path: Path) -> None:
    """Workers go by what it says, and those that start later don't find what it replaced."""
    a, b = (Pool(pool=name, at=0.0, usd_per_label=0.1) for name in "ab")
    cats, dogs = (Control(at=0.0, project=name, paused=True) for name in ("cats", "dogs"))
    with closing(new_log(path)) as log:
        write(log, a, b, cats, dogs)
    assert [one.level for one in found(path)] == ["ok"]
    with closing(new_log(path)) as log:
        log.write([NewRecord("pools", b"b", encode(a))])
        log.write([NewRecord("controls", b"project/dogs", encode(cats))])
    pool, order = found(path)
    assert (pool.level, order.level) == ("warning", "warning")
    assert pool.what.startswith("the newest record of key 'b' in topic pools (offset ")
    assert (
        "belongs under key 'a', and workers use it for that. What it replaced may hold" in pool.what
    )
    assert pool.todo.startswith(f"give what belongs under this key again with poolwise feed {path}")
    assert "key 'project/dogs'" in order.what
    assert "belongs under key 'project/cats'" in order.what
    with closing(new_log(path)) as log:
        write(log, b, dogs)
    assert [one.level for one in found(path)] == ["ok"]


def test_of_pools_and_orders_that_were_not_read_to_their_end_nothing_is_said(path: Path) -> None:
    """Neither that all is well nor a warning: a later record may be the one that counts."""
    with closing(new_log(path)) as log:
        log.write([NewRecord("pools", b"b", b"{")])
        write(log, Control(at=0.0, project="cats", paused=True))
        (finding,) = refused(log, str(path), -1.0)
    assert finding.level == "ok"
    assert finding.what.startswith("not checked: pools and controls")
