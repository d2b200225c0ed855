"""One fuzzed case of `poolwise evaluate`: a table in a file, and arguments as they are typed."""

from __future__ import annotations

import tempfile
import traceback
import warnings
from pathlib import Path
from random import Random
from typing import Any

from click.testing import CliRunner

from bandit.errors import PoolwiseError
from replay.cli.verbs import evaluate
from tests.replay.fuzz.case import ANSWERED, FAILED, Outcome
from tests.replay.fuzz.odd_files import stored
from tests.replay.fuzz.odd_questions import learner, question
from tests.replay.fuzz.odd_tables import good_table, mutated

USAGE = "wrong usage"


def run_command_case(seed: int, number: int) -> Outcome:
    """Make a case and run the command; it must print an answer, or end in one line of an error."""
    chance = Random(f"command/{seed}/{number}")
    with tempfile.TemporaryDirectory() as folder:
        table = mutated(chance, good_table(chance))
        source: Any = None
        while not isinstance(source, str | Path):  # only files can be named
            source = stored(chance, table, Path(folder)).source
        asked = question(chance)
        learner(asked, Path(folder))
        typed = arguments(chance, source, asked, Path(folder))
        case = f"run_command_case({seed}, {number}): {' '.join(typed)}"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = CliRunner().invoke(evaluate, typed, env={"COLUMNS": "80"})
    error = result.exception
    if isinstance(error, PoolwiseError):
        one_line = len(str(error).splitlines()) == 1
        return Outcome(type(error).__name__ if one_line else FAILED, str(error), case)
    if error is not None and not isinstance(error, SystemExit):
        return Outcome(FAILED, "".join(traceback.format_exception(error)), case)
    if "Traceback" in result.output or "Warning" in result.output:
        return Outcome(FAILED, result.output, case)
    return Outcome(ANSWERED if result.exit_code == 0 else USAGE, "", case)


def arguments(chance: Random, source: Any, asked: dict[str, Any], folder: Path) -> list[str]:
    """Write a question as arguments of the command."""
    typed = [f"--sql=select * from '{source}'"] if chance.random() < 0.1 else [str(source)]
    targets = asked.pop("targets", None) or [asked.pop("target", "uniform")]
    typed += [f"--target={target}" for target in targets]
    for name, value in asked.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            typed.append(option)
        elif name == "reward_range":
            ends = value if isinstance(value, tuple | str) else (value,)
            typed += [option, *map(str, ends)]
        else:
            several = isinstance(value, list | tuple)
            typed.append(f"{option}={','.join(map(str, value)) if several else value}")
    if chance.random() < 0.3:
        typed.append("--json")
    if chance.random() < 0.2:
        typed.append(f"--html={folder / 'report.html'}")
    return typed
