"""Options declared once: a `TypedDict` whose keys have a type, a default and a documentation.

A function takes them as `**options: Unpack[...]`, so that mypy and editors know each; its
signature and its documentation at run time list them; a command gets its options from the same
declaration (`replay/cli/declared.py`).
"""

from __future__ import annotations

import inspect
from functools import cache
from textwrap import indent, wrap
from types import UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast, get_args, get_type_hints

from bandit.errors import nearest
from replay.runtime.arguments import check_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Function = TypeVar("Function", bound="Callable[..., Any]")
Options = TypeVar("Options")

WIDTH = 100
"""Columns of a line of documentation."""


class OptionSpec(NamedTuple):
    """Declaration of an option, as the metadata of its `Annotated` type.

    `empty` says what holds where the option is not given and its default doesn't say it; `metavar`
    is what a command's help calls its value.
    """

    default: Any
    text: str
    empty: str = ""
    metavar: str | None = None

    @property
    def documentation(self) -> str:
        """The text, with what holds where the option is not given."""
        return f"{self.text}  [{self.empty}]" if self.empty else self.text


class TypedOption(NamedTuple):
    """An option's type and its declaration."""

    kind: Any
    option: OptionSpec


@cache
def declared(options: type) -> dict[str, TypedOption]:
    """Declarations of all options of a `TypedDict`, by name, in order."""
    hints = get_type_hints(options, include_extras=True)
    return {
        name: TypedOption(hint.__origin__, hint.__metadata__[0]) for name, hint in hints.items()
    }


def filled(kind: type[Options], given: Options) -> Options:
    """Return options with the defaults of those that are not given.

    Raises
    ------
    TypeError
        If one is not declared; the message names it and the nearest option.
    BadValue
        If one is no number that must be one.
    """
    every = declared(kind)  # type: ignore[arg-type]  # a type is hashable, a TypeVar no protocol
    names = cast("Mapping[str, Any]", given)
    for name in names:
        if name not in every:
            raise TypeError(f"unexpected keyword argument {name!r}{nearest(name, every)}")
        check_kind(name, names[name], _kinds(every[name].kind))
    return cast("Options", {name: each.option.default for name, each in every.items()} | {**names})


def _kinds(kind: Any) -> tuple[type, ...]:
    """Return the kinds of a union, or the kind itself."""
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


def lists_options(options: type) -> Callable[[Function], Function]:
    """Decorate a function: put its options into its signature and its documentation."""

    def listing(function: Function) -> Function:
        signature = inspect.signature(function)
        fixed = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        every = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=each.option.default,
                              annotation=each.kind)
            for name, each in declared(options).items()
        ]  # fmt: skip
        listed = signature.replace(parameters=[*fixed, *every])
        function.__signature__ = listed  # type: ignore[attr-defined]  # read by inspect and help
        if function.__doc__ is not None:  # `python -OO` has none
            function.__doc__ = _with_options(inspect.cleandoc(function.__doc__), options)
        return function

    return listing


def _with_options(documentation: str, options: type) -> str:
    """Put the documentation of each option after that of `options`, the last parameter."""
    head, _, rest = documentation.partition("\n\nRaises\n")
    entries = [head]
    for name, each in declared(options).items():
        entries += [name, indent("\n".join(wrap(each.option.documentation, WIDTH - 4)), " " * 4)]
    return "\n".join([*entries, "", "Raises", rest])
