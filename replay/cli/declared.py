"""Command-line options made from declared ones (`replay/runtime/declared_options.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import click

from bandit.errors import BadValue
from replay.runtime.declared_options import declared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from replay.runtime.declared_options import TypedOption

PYTHON_ONLY = frozenset({"tell"})
"""Options of the functions that no command has."""

FORMS: Mapping[str, Mapping[str, Any]] = {
    "reward_range": {"nargs": 2, "type": float},
    "level": {"type": click.FloatRange(0, 1, min_open=True, max_open=True)},
    "jobs": {"type": click.IntRange(1)},
    "engine": {"type": click.Choice(["local", "spark"])},
    "delay_usd_per_hour": {"type": click.FloatRange(0)},
    "audit_usd": {"type": click.FloatRange(0)},
    "horizon": {"type": click.IntRange(1)},
    "replays": {"type": click.IntRange(2)},
    "percentile": {"type": click.FloatRange(0, 0.5, max_open=True)},
    "worth": {"type": click.FloatRange(0, min_open=True)},
    "candidates": {"type": click.Path(readable=False, path_type=Path)},
    "explorer": {"multiple": True},
    "rate": {"multiple": True},
    "floor": {"multiple": True},
    "today": {"type": str},
    "tasks": {"type": click.IntRange(1)},
    "precision": {"type": click.FloatRange(0, min_open=True)},
}
"""What a command checks itself, by option; others are made from their type alone."""


def declared_options(options: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a command: give it every option of a `TypedDict` but those for Python only."""

    def giving(command: Callable[..., Any]) -> Callable[..., Any]:
        for name, each in reversed(declared(options).items()):
            if name not in PYTHON_ONLY:
                command = _option(name, each)(command)
        return command

    return giving


def _option(name: str, each: TypedOption) -> Callable[..., Any]:
    kind, (default, _, empty, metavar) = each
    flag, text = f"--{name.replace('_', '-')}", each.option.documentation
    if kind is bool:
        return click.option(flag, is_flag=True, default=default, help=text)
    form = dict(FORMS.get(name, {}))
    if get_origin(kind) is Sequence:
        text = f"{each.option.text} Separate several by commas.{f'  [{empty}]' if empty else ''}"
        form |= {"callback": _numbers if get_args(kind) == (float,) else _names}
        default = () if form.get("multiple") else ""
    else:
        form.setdefault(
            "type", next(choice for choice in (get_args(kind) or (kind,)) if choice is not None)
        )
    shown = default is not None and default not in ("", ())
    return click.option(
        flag, default=default, show_default=shown, help=text, metavar=metavar, **form
    )


def names(text: str) -> list[str]:
    """Split names that commas separate.

    Examples
    --------
    >>> names("country, device,")
    ['country', 'device']
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def _names(_: click.Context, __: click.Parameter, given: str | tuple[str, ...]) -> list[str]:
    """Read names; those of an option that is given twice are one longer list."""
    return names(given if isinstance(given, str) else ",".join(given))


def _numbers(
    ctx: click.Context, parameter: click.Parameter, given: str | tuple[str, ...]
) -> list[float]:
    words = _names(ctx, parameter, given)
    try:
        return [float(word) for word in words]
    except ValueError as error:
        text = given if isinstance(given, str) else ",".join(given)
        raise BadValue(
            f"{parameter.opts[0]} {text!r}: must be numbers, separated by commas"
        ) from error
