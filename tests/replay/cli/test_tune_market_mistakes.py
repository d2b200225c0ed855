"""The likeliest mistakes with `tune --market`: one clear line each, before anything runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from poolwise import main

POOL = '[[pools]]\nname = "a"\nusd_per_label = 0.1\nlabelers = 9\nskill = 0.9\n'
UNCLOSED = "[ranges\n"


class Mistake(NamedTuple):
    """What a file holds, the options, and what the one line says; `f.toml` is the file."""

    name: str
    text: str
    options: str
    says: str


MISTAKES = [
    Mistake("a missing market", "", "--market m.toml", "m.toml: no such file"),
    Mistake("a misspelt name", "", "--market hostle", "did you mean 'hostile'?"),
    Mistake(
        "a misspelt key of the market",
        POOL.replace("skill", "skil"),
        "--market f.toml",
        "f.toml: pools.a.skil is unknown; did you mean 'skill'?",
    ),
    Mistake(
        "a market with a target accuracy",
        f"[arrivals]\ntarget_accuracy = 0.9\n{POOL}",
        "--market f.toml",
        "give them a value instead (arrivals.value_usd in the market's file",
    ),
    Mistake(
        "a key that can't be searched",
        "",
        "--market calm --vary second_opinon",
        "setting 'second_opinon' can't be searched; did you mean 'second_opinion'?",
    ),
    Mistake(
        "nobody to escalate to",
        POOL,
        "--market f.toml --vary escalate",
        "escalate can't be searched: the market has no [experts]",
    ),
    Mistake(
        "ranges that are turned",
        "[ranges]\ncheck_share = [0.5, 0.1]\n",
        "--market calm --candidates f.toml",
        "ranges.check_share is 0.5 to 0.1: the low end comes first",
    ),
    Mistake(
        "a range that is misspelt",
        "[ranges]\ncheck_shar = [0.1, 0.5]\n",
        "--market calm --candidates f.toml",
        "f.toml: ranges.check_shar is unknown; did you mean 'check_share'?",
    ),
    Mistake(
        "a range that the engine refuses",
        "[ranges]\nstop_floor = [0.1, 0.9]\n",
        "--market calm --candidates f.toml",
        "ranges.stop_floor: policy.stop_floor = 0.9: must be above 0 and at most 0.5",
    ),
    Mistake(
        "a grid",
        "[grid]\nrate = [1.0]\n",
        "--market calm --candidates f.toml",
        "f.toml: [grid] is for logs; with --market, name ranges in [ranges]",
    ),
    Mistake("no TOML", UNCLOSED, "--market calm --candidates f.toml", "f.toml: Expected"),
    Mistake(
        "settings that are misspelt",
        "[policy]\nexplore_flor = 0.1\n",
        "--market calm --config f.toml",
        "f.toml: policy.explore_flor is unknown; did you mean 'explore_floor'?",
    ),
    Mistake("more tasks than there are", "", "--market demo --tasks 9999", "9,999"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_one_clear_line(
    mistake: Mistake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.toml").write_text(mistake.text)
    code = main(["tune", *mistake.options.split()])
    out, err = capfd.readouterr()
    assert (code, out) == (1, "")
    assert mistake.says in err
    assert len(err.splitlines()) == 1


def test_without_optuna_the_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["tune", "--market", "calm"]) == 1
    assert capfd.readouterr().err == (
        "poolwise: tune --market needs Optuna: pip install 'poolwise[tune]'\n"
    )
