"""Options are declared once: functions, their help and the commands have the same."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import click
import pytest
from click.testing import CliRunner

from bandit.errors import BadValue
from replay import compare, evaluate
from replay.cli.declared import FORMS, PYTHON_ONLY, declared_options
from replay.cli.evaluate import evaluate as evaluate_command
from replay.cli.tune import MARKET_ONLY
from replay.cli.tune import tune as tune_command
from replay.evaluation.options import EvaluateOptions
from replay.learning.config import Walking
from replay.runtime.declared_options import OptionSpec, declared, filled
from replay.tune.options import TuneOptions
from replay.tune.tune import tune

if TYPE_CHECKING:
    from collections.abc import Callable

OF_THE_COMMAND = {"log", "targets", "as_json", "html", "market", *MARKET_ONLY}
"""What only the commands have: the log and the targets are arguments of the functions."""

PAIRS = [(evaluate_command, EvaluateOptions), (tune_command, TuneOptions)]


def parsed(command: click.Command, *arguments: str) -> dict[str, Any]:
    """Parameters of a command as its function gets them."""
    return command.make_context("poolwise", list(arguments)).params


@pytest.mark.parametrize(("command", "options"), PAIRS)
def test_every_declared_option_is_one_of_the_command(command: click.Command, options: type) -> None:
    of_command = {parameter.name for parameter in command.params}
    extra = OF_THE_COMMAND - set(declared(options))  # `evaluate` declares jobs, `tune` doesn't
    assert of_command - extra == set(declared(options)) - PYTHON_ONLY


@pytest.mark.parametrize(("command", "options"), PAIRS)
def test_an_option_not_given_has_its_declared_default(
    command: click.Command, options: type
) -> None:
    defaults = {name: each.option.default for name, each in declared(options).items()}
    for name, value in parsed(command).items():
        if name in defaults:
            assert (tuple(value) if isinstance(value, list) else value) == defaults[name], name


@pytest.mark.parametrize("function", [evaluate, compare, tune])
def test_the_signature_and_help_list_every_option(function: Callable[..., Any]) -> None:
    options = TuneOptions if function is tune else EvaluateOptions
    parameters = inspect.signature(function).parameters
    assert set(declared(options)) <= set(parameters)
    for name, each in declared(options).items():
        assert parameters[name].default == each.option.default
        assert f"\n{name}\n    " in (function.__doc__ or "")


def test_forms_are_of_options_that_there_are() -> None:
    assert set(FORMS) <= set(declared(EvaluateOptions)) | set(declared(TuneOptions))


def test_learners_are_replayed_by_the_declared_defaults() -> None:
    usual = filled(EvaluateOptions, {})
    walking = Walking()
    assert (walking.horizon, walking.replays, walking.percentile, walking.seed, walking.worth) == (
        usual["horizon"], usual["replays"], usual["percentile"], usual["seed"], usual["worth"],
    )  # fmt: skip


def test_an_option_is_added_by_one_declaration() -> None:
    class More(EvaluateOptions, total=False):
        shade: Annotated[str | None, OptionSpec(None, "Column of shades.", metavar="COLUMN")]

    @click.command()
    @declared_options(More)
    def command(**options: object) -> None:
        click.echo(options["shade"])

    assert CliRunner().invoke(command, ["--shade", "light"]).output == "light\n"
    assert "--shade COLUMN" in CliRunner().invoke(command, ["--help"]).output


def test_lists_are_read_of_names_and_of_numbers() -> None:
    given = parsed(evaluate_command, "--context", "a, b", "--reward-range", "0", "5")
    assert (given["context"], given["reward_range"]) == (["a", "b"], (0.0, 5.0))
    given = parsed(tune_command, "--rate", "0.1,0.2", "--rate", "0.3")
    assert given["rate"] == [0.1, 0.2, 0.3]
    with pytest.raises(BadValue, match="--rate 'much': must be numbers, separated by commas"):
        parsed(tune_command, "--rate", "much")


def test_an_option_that_is_not_declared_is_a_type_error() -> None:
    class Few(TypedDict, total=False):
        level: Annotated[float, OptionSpec(0.95, "Confidence level.")]

    with pytest.raises(TypeError, match="unexpected keyword argument 'levle'"):
        filled(Few, {"levle": 0.9})
    with pytest.raises(TypeError, match="unexpected keyword argument 'levle'"):
        evaluate("log.csv", levle=0.9)  # type: ignore[call-arg]  # that is the test


def test_help_loads_no_arrays() -> None:
    code = "import replay.cli.verbs, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "scipy", "pyarrow"} & set(done.stdout.split())
