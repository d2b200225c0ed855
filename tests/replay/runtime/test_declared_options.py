"""Options declared once: what is not given has its default, and what is not declared is refused."""

from __future__ import annotations

import inspect
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.runtime.declared_options import WIDTH, OptionSpec, declared, filled, lists_options

names = st.sampled_from(("level", "seed", "horizon", "worth", "context"))
words = st.lists(st.text("abcdefg", min_size=1, max_size=12), min_size=1, max_size=40)
specs = st.builds(OptionSpec, st.integers(), words.map(" ".join), st.sampled_from(("", "all")))
declarations = st.dictionaries(names, specs, min_size=1)


def options_of(declaration: dict[str, OptionSpec]) -> type:
    """Make a `TypedDict` as a programmer would write it."""
    annotated = {name: Annotated[int, spec] for name, spec in declaration.items()}
    return TypedDict("Options", annotated, total=False)  # type: ignore[operator,no-any-return]


@settings(max_examples=25)
@given(declarations, st.dictionaries(names, st.integers()))
def test_options_are_those_given_over_the_defaults(
    declaration: dict[str, OptionSpec], values: dict[str, int]
) -> None:
    options = options_of(declaration)
    defaults = {name: spec.default for name, spec in declaration.items()}
    unknown = [name for name in values if name not in declaration]
    before = dict(values)
    if unknown:
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{unknown[0]}'"):
            filled(options, values)
    else:
        assert filled(options, values) == defaults | values
        assert filled(options, filled(options, values)) == defaults | values
    assert values == before


def test_an_option_that_is_not_declared_is_named_with_the_nearest_one() -> None:
    options = options_of({name: OptionSpec(0, "") for name in ("horizon", "level")})
    with pytest.raises(TypeError, match=r"'horizn'; did you mean 'horizon'\?"):
        filled(options, {"horizn": 3})


@settings(max_examples=25)
@given(declarations)
def test_declarations_keep_their_order_their_types_and_their_words(
    declaration: dict[str, OptionSpec],
) -> None:
    typed = declared(options_of(declaration))
    assert list(typed) == list(declaration)
    assert [each.kind for each in typed.values()] == [int] * len(declaration)
    assert [each.option for each in typed.values()] == list(declaration.values())


@settings(max_examples=25)
@given(declarations)
def test_a_function_shows_every_option_as_a_keyword_with_its_default(
    declaration: dict[str, OptionSpec],
) -> None:
    @lists_options(options_of(declaration))
    def function(log: str, level_of: float = 0.5, **options: Any) -> None:
        """Do it.

        Parameters
        ----------
        log
            The log.
        options
            As follows.

        Raises
        ------
        BadValue
            If it can't be done.
        """

    fixed, keywords = ["log", "level_of"], list(declaration)
    parameters = inspect.signature(function).parameters
    assert list(parameters) == fixed + keywords
    for name, spec in declaration.items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default == spec.default

    documentation = function.__doc__ or ""
    assert documentation.endswith("BadValue\n    If it can't be done.")
    head = documentation.partition("\n\nRaises\n")[0]
    assert all(len(line) <= WIDTH for line in head.splitlines())
    spaced = " ".join(head.split())
    for name, spec in declaration.items():
        assert f" {name} {' '.join(spec.documentation.split())}" in spaced


@settings(max_examples=25)
@given(declarations)
def test_a_function_without_documentation_gets_none(declaration: dict[str, OptionSpec]) -> None:
    """`python -OO` removes it."""

    @lists_options(options_of(declaration))
    def function(**options: Any) -> None:
        pass

    assert function.__doc__ is None
    assert list(inspect.signature(function).parameters) == list(declaration)
