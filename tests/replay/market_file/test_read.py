"""A market's file is read closed to mistakes: one line names the file and the key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bandit.errors import ConfigError, MissingInput, PoolwiseError
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from pathlib import Path

POOL = '[[pools]]\nname = "p"\nusd_per_label = 0.1\nskill = 0.8\nlabelers = 5\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "pools: must be one or more"),
        ("pools = 3", "pools: expected tables, each under [[pools]]"),
        ("[task]\n" + POOL, "task is unknown; did you mean 'tasks'?"),
        ("[tasks]\nkount = 3\n" + POOL, "tasks.kount is unknown; did you mean 'count'?"),
        ("[tasks]\ncount = 0\n" + POOL, "tasks.count = 0: must be 1 or more"),
        ("[tasks]\nclasses = 9\n" + POOL, "tasks.classes = 9: must be 2 to 8"),
        (
            '[tasks]\nfeatures = "shufled"\n' + POOL,
            "tasks.features is 'shufled', which is unknown; did you mean 'shuffled'?",
        ),
        (POOL + "skil = 0.1", "pools.p.skil is unknown; did you mean 'skill'?"),
        (POOL + "misled = 1.5", "pools.p.misled = 1.5: must be from 0 to 1"),
        (POOL + "misled = nan", "pools.p.misled = nan: must be from 0 to 1, and finite"),
        (POOL + 'spread = "8"', "pools.p.spread: expected a number, got text"),
        (POOL + "spread = inf", "pools.p.spread = inf: must be above 0, and finite"),
        (POOL + "hours = [9]", "pools.p.hours: expected a list of length 2, got 1"),
        (POOL + "by_class = [1]", "pools.p.by_class: expected a table, got a list"),
        (
            POOL + 'spammers = ["constant", "gangs"]',
            "pools.p.spammers[1] is 'gangs', which is unknown; did you mean 'gang'?",
        ),
        (
            POOL + "by_language = { de = 0.1 }",
            "pools.p.by_language.de: no task has this language; tasks.languages names them",
        ),
        (POOL + "choice = 5.5", "pools.p.choice: expected a whole number, got a number"),
        (
            "[tasks]\ncount = 99999999\n" + POOL,
            "tasks.count = 99999999: must be at most 10,000,000",
        ),
        (
            "[arrivals]\ndeadline_s = 1e12\n" + POOL,
            "arrivals.deadline_s = 1e+12: must be above 0 and at most 3e+08 (ten years)",
        ),
        (
            "[arrivals]\ntasks_per_hour = 1e-9\n" + POOL,
            "arrivals.tasks_per_hour = 1e-09: must be enough for 2,500 tasks in ten years",
        ),
        (POOL + "hours = [24, 8]", "pools.p.hours[0] = 24: must be 0 or more, below 24"),
        (
            POOL + "hours = [9, 9]",
            "pools.p.hours[1] = 9: must be above 0, 24 at most, and not hours[0]",
        ),
        (POOL + POOL, "pools.p: two pools have this name"),
        (
            POOL + "by_class = { anmal = -0.2 }",
            "pools.p.by_class.anmal: no task has this class; did you mean 'animal'?",
        ),
        (
            '[tasks]\nsource = "image-segments"\n' + POOL,
            "tasks.count = 2500: must be at most 2,310: there are no more segments",
        ),
        (POOL + "by_class = { animal = 2 }", "pools.p.by_class.animal = 2: must be from -1 to 1"),
        (
            POOL.replace("labelers = 5", "labelers = 10_000_000"),
            "pools.p.labelers = 10000000: must be 1 to 1,000,000",
        ),
        ('[[pools]]\nname = "p"', "pools.p.usd_per_label is missing"),
        ("[arrivals]\nvalue_usd = -1.0\n" + POOL, "arrivals.value_usd = -1: must be above 0"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "market.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=f"^{re.escape(f'{path}: {message}')}$"):
        read_market(str(path))


def test_an_installed_package_says_where_named_markets_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replay.market_file.read.NAMED", tmp_path)
    with pytest.raises(MissingInput, match="demo: no such file; names of markets, such as demo, "):
        read_market("demo")


def test_a_missing_market_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="did you mean 'hostile'"):
        read_market("hostil")
    with pytest.raises(PoolwiseError, match=re.escape(str(tmp_path))):
        read_market(str(tmp_path))
