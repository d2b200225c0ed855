"""The command `tune --market`: its JSON, its usage errors, and Ctrl-C at a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from replay.cli.verbs import tune as command

ROOT = Path(__file__).parents[3]
AT_A_TERMINAL = """
import signal, sys
from poolwise import main
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), env={"COLUMNS": "80"})


def test_json_has_every_figure() -> None:
    result = run(
        "--market", "calm", "--tasks", "15", "--trials", "2", "--seeds", "3", "--vary",
        "second_opinion,check_share", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["varied"] == ["second_opinion", "check_share"]
    comparison = answer["comparison"]
    assert len(comparison["rows"]) == 4
    for row in comparison["rows"]:
        assert len(row["net_usd_by_seed"]) == 3
        over = row["net_usd"] - comparison["rows"][0]["net_usd"]
        assert row["over_default"]["value"] == pytest.approx(over)
        assert row["policy"]["lookahead_labels"] == 5 or row["role"] == "reference"
    assert comparison["toml"].startswith("[policy]")
    chances = [row["ahead_chance"] for row in comparison["rows"][:-2]]
    assert comparison["miss_chance"] == pytest.approx(min(sum(chances), 1.0))
    assert comparison["settled"] == (comparison["miss_chance"] <= 0.1)
    assert comparison["exploration"]["matters"] in ("little", "yes", "unknown")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("l.db", "--market", "calm"), "either a log or --market"),
        (("--market", "calm", "--rate", "1"), "--rate is for logs and can't be used with --market"),
        (("--market", "calm", "--rate", "1"), "ranges stand in the file of --candidates"),
        (("--market", "calm", "--today", "w.toml"), "those of --config"),
        (("--market", "calm", "--html", "a.html"), "--html is for logs"),
        (("l.db", "--trials", "5"), "--trials needs --market"),
        (("l.db", "--jobs", "2"), "--jobs needs --market"),
        (("--market", "calm", "--seeds", "2"), "not in the range"),
        (("--market", "calm", "--most-seeds", "2"), "not in the range"),
        (("l.db", "--most-seeds", "40"), "--most-seeds needs --market"),
    ],
)
def test_options_that_do_not_go_together_are_named(arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_at_a_terminal_ends_all_processes_with_what_is_known(
    jobs: str, tmp_path: Path
) -> None:
    script = tmp_path / "at_a_terminal.py"
    script.write_text(AT_A_TERMINAL)
    arguments = ["tune", "--market", "calm", "--tasks", "60", "--jobs", jobs]
    with subprocess.Popen(
        [sys.executable, str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as running:
        assert running.stderr is not None
        assert "Ctrl-C ends with what is known by then" in running.stderr.readline()
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Interrupted before candidates were compared" in " ".join(out.split())
    assert err == ""
