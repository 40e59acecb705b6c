"""The command `mtm help`, what `mtm` alone says, and how the help of every command is laid out.

Only laying out belongs here; the texts are in `words/` and in the commands themselves.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from warehouse.cli.completion import Known, asked, complete_params
from warehouse.cli.output import echo, print_json
from warehouse.cli.style import choose
from warehouse.cli.told import Told, told
from warehouse.errors import UsageError

WELCOME = """Nothing was delivered to {home} yet. Begin with one of these:

  mtm demo              synthetic rounds, all the way to releases (two minutes)
  mtm receive FILE      your own round; then mtm run

mtm help rounds says how a round goes, mtm --help lists all commands."""


@click.command("help")
@click.argument("words", nargs=-1, metavar="[TOPIC or COMMAND]", type=Known(asked))
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def help_(words: tuple[str, ...], as_json: bool) -> None:
    """Short texts that teach; or the help of a command.

    Without a word: the list of topics.
    """
    name = " ".join(words)
    if name == "environment":
        _environment(as_json)
    elif name:
        _topic(name, as_json)
    else:
        _list(as_json)


def _list(as_json: bool) -> None:
    from warehouse.cli.told import topics

    found = {name: topic.title for name, topic in topics().items()} | {"environment": "Variables of the environment"}
    if as_json:
        print_json(found)
        return
    for name, title in found.items():
        click.echo(f"  mtm help {name.ljust(12)}  {title}")
    click.echo("  mtm help COMMAND       The help of a command, as mtm COMMAND --help")


def _topic(name: str, as_json: bool) -> None:
    from warehouse.cli.told import topics

    topic = topics().get(name)
    if topic and as_json:
        print_json({"topic": name, "title": topic.title, "text": topic.text})
    elif topic:
        echo(topic.title, "strong")
        click.echo("\n" + topic.text.rstrip())
    else:
        _command(name)


def _command(name: str) -> None:
    ctx = click.get_current_context().find_root()
    command: click.Command = ctx.command
    for word in name.split(" "):
        found = command.get_command(ctx, word) if isinstance(command, click.Group) else None
        if found is None:
            raise _unknown(name)
        ctx, command = click.Context(found, info_name=word, parent=ctx), found
    click.echo(command.get_help(ctx))


def _unknown(name: str) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name, asked(), n=3)
    return UsageError(
        f"there is no topic and no command {name!r}", expected=f"such as {', '.join(near)}" if near else "a topic or a command",
        todo="mtm help lists the topics, mtm --help the commands", code="unknown_topic",
    )  # fmt: skip


def _environment(as_json: bool) -> None:
    from warehouse.cli.layout import fold
    from warehouse.cli.told import variables

    if as_json:
        print_json([v.__dict__ for v in variables()])
        return
    group = ""
    for v in variables():
        if v.group != group:
            group = v.group
            echo(f"{group[0].upper()}{group[1:]}", "strong")
        first, *more = fold(v.what + (f" Without it: {v.default}." if v.default else ""), 52)
        click.echo(f"  {v.name.ljust(23)} {first}")
        for line in more:
            click.echo(f"  {' ' * 23} {line}")


def welcome() -> None:
    """What `mtm` alone says: how to begin where nothing was delivered, else the help."""
    from warehouse.cli.completion import rounds
    from warehouse.settings import Home

    ctx = click.get_current_context()
    click.echo(ctx.get_help() if rounds() else WELCOME.format(home=Home.from_env().root))


def finish(command: click.Command, path: str = "") -> None:
    """Give a command, and those below it, what all have: words of the help, completion, progress, `--color` and the like."""
    from warehouse.cli.progress import watched

    for name, below in command.commands.items() if isinstance(command, click.Group) else ():
        finish(below, f"{path} {name}".strip())
    if not path:
        return
    command.format_epilog = partial(_epilog, command, path)  # type: ignore[method-assign]
    if isinstance(command, click.Group):
        command.format_commands = partial(_commands, command, path)  # type: ignore[method-assign]
    complete_params(command)
    if not isinstance(command, click.Group):
        everywhere(command, hidden=True)
        if command.callback is not None:
            command.callback = watched(command.callback, partial(_doing, path))


def _doing(path: str) -> str:
    return told(path).doing


def short(command: click.Command, path: str) -> str:
    """The command's line in a list."""
    return told(path).short or command.get_short_help_str(62)


def _commands(group: click.Group, path: str, _: click.Context, formatter: click.HelpFormatter) -> None:
    with formatter.section("Commands"):
        formatter.write_dl([(name, short(below, f"{path} {name}")) for name, below in group.commands.items()])


def _epilog(command: click.Command, path: str, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    words: Told = told(path)
    for text in filter(None, [command.epilog, words.epilog]):
        formatter.write_paragraph()
        formatter.write_text(text)


def everywhere(command: click.Command, *, hidden: bool) -> None:
    """`--color`, `--no-color`, `--quiet` and `--debug`; they may stand before or after the command's name."""
    has = {name for param in command.params for name in param.opts}
    for option in _options(hidden):
        if not has & set(option.opts):
            command.params.append(option)


def _options(hidden: bool) -> list[click.Option]:
    common: dict[str, Any] = {"expose_value": False, "hidden": hidden, "is_eager": True}
    return [
        click.Option(["--color"], type=click.Choice(["auto", "always", "never"]), callback=_color,
                     help="Colours (auto: at a terminal, unless NO_COLOR is set).", **common),
        click.Option(["--no-color"], is_flag=True, callback=_no_color, help="No colours: the same as --color never.", **common),
        click.Option(["--quiet"], is_flag=True, callback=_quiet, help="No progress.", **common),
        click.Option(["--debug"], is_flag=True, callback=_debug, help="Show the whole traceback of an error.", **common),
    ]  # fmt: skip


def _color(_: click.Context, __: click.Parameter, value: Any) -> None:
    if value:
        choose(value)


def _no_color(_: click.Context, __: click.Parameter, value: bool) -> None:
    if value:
        choose("never")


def _quiet(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    from warehouse.cli.progress import silence

    if value:
        silence()
        ctx.find_root().call_on_close(partial(silence, False))


def _debug(_: click.Context, __: click.Parameter, value: bool) -> None:
    import os

    if value:
        os.environ["MTM_DEBUG"] = "1"


__all__ = ["everywhere", "finish", "help_", "short", "welcome"]
