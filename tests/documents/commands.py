"""Writes the reference of the command line from the commands themselves."""

from __future__ import annotations

from copy import copy
from importlib import import_module

import click

from poolwise import VERBS, cli

HEAD = """# Command line

<!-- Generated: change the commands, then run `python tests/test_documents.py`. -->

`poolwise VERB --help` prints the same. A LOG is a file (`labels.db`) or topics on a Kafka cluster
(`kafka://HOST:PORT[,HOST:PORT][/PREFIX]`).

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | an error; one line on standard error says what is wrong |
| 2 | an option or an argument is wrong |
| 3 | `evaluate`, `tune` and `experiment`: the log cannot answer the question |
| 130 | interrupted (Ctrl-C) |
"""


def help_of(command: click.Command, name: str) -> str:
    """Help of a command as a terminal of 80 columns shows it."""
    command = copy(command)
    command._help_option = None  # click keeps the option of whoever asked first, without `-h`
    parts = name.split()
    parent: click.Context | None = None
    for part in parts[:-1]:
        parent = click.Context(cli, info_name=part, parent=parent)
    with click.Context(
        command,
        info_name=parts[-1],
        parent=parent,
        help_option_names=["-h", "--help"],
        terminal_width=80,
        max_content_width=80,
    ) as context:
        lines = command.get_help(context).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def command_called(verb: str, rest: str = "") -> click.Command:
    """Return a verb's command, or that of its own commands that `rest` begins with."""
    module, attribute, _ = VERBS[verb]
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    if isinstance(command, click.Group):
        return command.commands.get(rest.strip().partition(" ")[0], command)
    return command


def commands_page() -> str:
    """Return the page, with a section for each verb."""
    parts = [HEAD, "## poolwise", f"```text\n{help_of(cli, 'poolwise')}\n```"]
    for verb in VERBS:
        command = command_called(verb)
        parts += [f"## {verb}", f"```text\n{help_of(command, f'poolwise {verb}')}\n```"]
        for name, below in command.commands.items() if isinstance(command, click.Group) else ():
            words = f"{verb} {name}"
            parts += [f"### {words}", f"```text\n{help_of(below, f'poolwise {words}')}\n```"]
    return "\n\n".join(part.strip() for part in parts) + "\n"
