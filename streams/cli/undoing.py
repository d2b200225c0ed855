"""A command whose orders one option lifts: whoever guesses another name for it is told its name.

The nearest name would mislead: of `--unfreeze` and `--resume`, that is `--freeze`.
"""

from __future__ import annotations

import click
from click.exceptions import NoSuchOption

GUESSES = frozenset(
    f"--{word}"
    for word in (
        "resume", "unpause", "unfreeze", "unpin", "uncap", "undo", "lift", "clear", "remove",
        "continue", "restart", "start", "reset", "thaw",
    )
)  # fmt: skip
"""What people call an option that undoes an order."""


class LiftedByCancel(click.Command):
    """A command whose option `--cancel` lifts all orders.

    Examples
    --------
    >>> from click.testing import CliRunner
    >>> command = LiftedByCancel("control", params=[click.Option(["--freeze"], is_flag=True)])
    >>> print(CliRunner().invoke(command, ["--unfreeze"]).output.splitlines()[-1])
    Error: No such option '--unfreeze'; to lift all orders, use --cancel.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except NoSuchOption as error:
            if error.option_name not in GUESSES:
                raise
            raise click.UsageError(
                f"No such option {error.option_name!r}; to lift all orders, use --cancel.", ctx
            ) from error
