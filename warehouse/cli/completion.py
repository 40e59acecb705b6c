"""The command `mtm completion`, and what completes the arguments of all commands: rounds, releases, operations, marts.

Names are read from folders and small files alone, so that a shell is never kept waiting; whatever is not there is left out
in silence. What the names mean does not belong here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from warehouse.errors import MtmError, UsageError
from warehouse.settings import DBT_PROJECT, Home, operations_dirs

VARIABLE = "_MTM_COMPLETE"
CHANNELS = ("current", "latest-candidate")
INDICATOR = re.compile(r"^\s*- (?:\{)?code: ([\w-]+)", re.MULTILINE)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes mtm in a shell: commands, options, rounds, releases, marts.

    \b
    bash: in ~/.bashrc      eval "$(mtm completion bash)"
    zsh: in ~/.zshrc        eval "$(mtm completion zsh)"
    fish, once              mtm completion fish
                              > ~/.config/fish/completions/mtm.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"{shell} is not known", expected="bash, zsh or fish", code="unknown_shell")
    try:
        script = kind(click.get_current_context().find_root().command, {}, "mtm", VARIABLE).source()
    except (RuntimeError, OSError):
        raise MtmError(f"{shell} is not installed, or too old", expected="bash 4.4 or newer", code="no_shell") from None
    click.echo(script)


def rounds() -> list[str]:
    """Rounds that were delivered."""
    return _folders(Home.from_env().vault / "deliveries")


def releases() -> list[str]:
    """Releases that are kept, newest first, then tags and channels."""
    home = Home.from_env()
    kept = sorted((name for name in _folders(home.releases) if re.fullmatch(r"r\d+", name)), reverse=True)
    return [*kept, *_tags(home), *CHANNELS] if kept else []


def operations() -> list[str]:
    """Operations that there are files of."""
    return sorted({path.parent.name for base in operations_dirs() for path in base.glob("*/operation.yml")})


def marts() -> list[str]:
    """Tables of the serving database."""
    return sorted(path.stem for path in (DBT_PROJECT / "models" / "marts").rglob("*.sql"))


def indicators() -> list[str]:
    """Codes of the catalogue: the common ones and those of operations."""
    paths = [path for base in operations_dirs() for path in base.glob("*/indicators.yml")]
    return sorted({code for path in paths for code in INDICATOR.findall(path.read_text(encoding="utf-8"))})


def either() -> list[str]:
    """Releases and rounds: what `mtm diff` compares."""
    return [*releases(), *rounds()]


def asked() -> list[str]:
    """Commands and topics: what `mtm help` knows."""
    from warehouse.cli import cli
    from warehouse.cli.told import topics

    return list(dict.fromkeys([*topics(), "environment", *cli.commands]))


class Known(click.ParamType[str]):
    """A text that is completed from what there is; any other text is taken too."""

    name = "text"

    def __init__(self, source: Callable[[], Iterable[str]]) -> None:
        """`source` is asked when the shell asks."""
        self.source = source

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so, without those that stand on the line already."""
        try:
            stands = ctx.params.get(param.name or "") or ()
            names = [n for n in self.source() if n.startswith(incomplete) and n not in stands]
        except (OSError, ValueError):
            return []
        return [CompletionItem(name) for name in names]


SOURCES: dict[str, Callable[[], list[str]]] = {
    "round_key": rounds, "round_keys": rounds, "release": releases, "release_id": releases, "operation": operations,
    "mart": marts, "code": indicators, "names": either,
}  # fmt: skip
OF_COMMAND: dict[tuple[str, str], Callable[[], list[str]]] = {("waive", "names"): rounds, ("receive", "names"): list}
NOT: set[tuple[str, str]] = {("decide", "code")}


def complete_params(command: click.Command) -> None:
    """Give the parameters of a command their names to complete; those with a type of their own keep it."""
    for param in command.params:
        key = (command.name or "", param.name or "")
        source = OF_COMMAND.get(key, SOURCES.get(param.name or ""))
        if source and key not in NOT and isinstance(param.type, type(click.STRING)):
            param.type = Known(source)


def _folders(path: Path) -> list[str]:
    return sorted(entry.name for entry in os.scandir(path) if entry.is_dir()) if path.is_dir() else []


def _tags(home: Home) -> list[str]:
    try:
        found = json.loads((home.published / "tags.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return sorted(map(str, found)) if isinstance(found, dict) else []


__all__ = ["Known", "complete_params", "completion"]
