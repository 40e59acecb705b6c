"""Commands about codebooks: suggest, check, import.

Only asking and printing belongs here; the work is done in `codebooks/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from warehouse.codebooks.suggest import Draft

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


@codebook.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--operation", required=True, help="The operation that the file belongs to (a new code, or one that is known)."
)
@click.option("--component", type=COMPONENTS, help="bma, rms or baseline (default for a new layout).")
@click.option("--sheet", help="The sheet to look at (without it the likeliest one).")
@click.option("--out", type=click.Path(path_type=Path), help="Write the draft there; what is there already stays.")
@json_option
def suggest(
    file: Path, operation: str, component: str | None, sheet: str | None, out: Path | None, as_json: bool
) -> None:
    """Draft a codebook for an unknown layout, or the lines that a known one lacks. A person decides.

    Shows each column with the likeliest field and its score, what was seen in it and what is only possible.
    """
    from warehouse.codebooks.suggest import suggest as drafted
    from warehouse.codebooks.suggest_yaml import draft_yaml
    from warehouse.deliveries.readers.open import read_file
    from warehouse.operations import all_operations

    draft = drafted(read_file(file), file.name, _code(operation), component, all_operations(), sheet)
    text = draft_yaml(draft)
    _write(out, text)
    if as_json:
        print_json({"file": file.name, "known": draft.known.codebook if draft.known else None, "header": draft.header.why,
                    "columns": _columns(draft), "yaml": text})  # fmt: skip
        return
    click.echo(f"header: {draft.header.why}")
    shown = [tuple(row.values()) for row in _columns(draft)]
    if shown:
        print_table(list(_columns(draft)[0]), shown)
    click.echo(f"wrote {out}; look at every TODO, then: mtm codebook check {out}" if out else "\n" + text, nl=bool(out))


def _code(operation: str) -> str:
    import re

    if not re.fullmatch(r"[a-z]{2,8}", operation):
        raise UsageError(
            f"{operation!r} is no code of an operation", expected="two to eight small letters, as kgz", code="bad_code"
        )
    return operation


def _write(out: Path | None, text: str) -> None:
    """A new file only: a codebook that somebody worked on is never overwritten."""
    if out is not None:
        try:
            with out.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise UsageError(
                f"{out} is there already", expected="a new file", todo="choose another --out", code="file_exists"
            ) from None
        except OSError as error:
            raise UsageError(
                f"{out} can't be written: {error.strerror}", todo="choose another --out", code="not_written"
            ) from None


def _columns(draft: Draft) -> list[dict[str, str | int | None]]:
    return [
        {
            "column": c.index + 1, "label": " ".join(c.label.split()), "field": c.near.column.field if c.near else None,
            "score": c.near.score if c.near else None, "like": f"{c.near.label} ({c.near.source})" if c.near else "",
            "class": c.column_class, "seen": c.seen.seen, "todo": c.reason or ("" if c.decided or c.column_class == "identifier" else "decide"),
        }
        for c in draft.columns
    ]  # fmt: skip


@codebook.command(name="import")
@click.argument("form", type=click.Path(path_type=Path))
@click.option("--operation", required=True, help="The operation that the form belongs to.")
@click.option("--component", type=COMPONENTS, required=True, help="bma, rms or baseline.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the draft there; what is there already stays.")
@json_option
def import_form(form: Path, operation: str, component: str, out: Path | None, as_json: bool) -> None:
    """Draft a codebook from an XLSForm: questions, labels in all languages, options, skip logic."""
    from warehouse.codebooks.xlsform import every_question, read_form
    from warehouse.codebooks.xlsform_yaml import form_yaml

    read = read_form(form)
    text = form_yaml(read, form.name, _code(operation), component)
    _write(out, text)
    if as_json:
        print_json({"form": form.name, "title": read.title, "version": read.version, "questions": len(list(every_question(read))),
                    "repeats": [r.name for r in read.repeats], "warnings": read.warnings, "yaml": text})  # fmt: skip
        return
    for warning in read.warnings:
        say(f"the form: {' '.join(warning.split())}")
    click.echo(f"{len(read.questions)} questions, {len(read.repeats)} repeats")
    click.echo(f"wrote {out}; look at every TODO, then: mtm codebook check {out}" if out else "\n" + text, nl=bool(out))
