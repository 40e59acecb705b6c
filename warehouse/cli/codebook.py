"""Commands about codebooks: suggest, check, import.

Only asking and printing belongs here; the work is done in `codebooks/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse.cli.output import json_option, print_json, print_table
from warehouse.errors import UsageError

if TYPE_CHECKING:
    pass

COMPONENTS = click.Choice(["bma", "rms", "baseline"])


@click.group()
def codebook() -> None:
    """Codebooks: draft one from a file or a form, check all of them."""


@codebook.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH…]")
@click.option("--operation", help="Only this operation.")
@json_option
def check(paths: tuple[Path, ...], operation: str | None, as_json: bool) -> None:
    """Every problem of all operations' files, with file and line; exit 1 where there is one.

    PATH is an operation's folder or one file (a draft).
    """
    from warehouse.codebooks.check import check_paths

    problems, files = check_paths(_folders(paths, operation))
    if as_json:
        print_json({"files": files, "problems": [p.as_dict() for p in problems]})
    elif problems:
        rows = [(f"{p.file}:{p.line}", p.key, p.what, p.expected) for p in problems]
        print_table(["where", "key", "what", "expected"], rows)
    if not as_json:
        click.echo(f"{files} files: " + (f"{len(problems)} problems" if problems else "nothing is wrong"))
    if problems:
        raise SystemExit(1)


def _folders(paths: tuple[Path, ...], operation: str | None) -> list[Path]:
    """The given paths, or the folders of all operations (of one)."""
    from warehouse.settings import operations_dirs

    if paths:
        return list(paths)
    found = {
        path.parent.name: path.parent for base in reversed(operations_dirs()) for path in base.glob("*/operation.yml")
    }
    if operation is not None and operation not in found:
        raise UsageError(
            f"there is no operation {operation!r}", expected=f"one of {', '.join(sorted(found))}",
            todo="add operations/<code>/operation.yml (docs/adding-a-country.md)", code="unknown_operation",
        )  # fmt: skip
    return [found[name] for name in sorted(found) if operation in (None, name)]
