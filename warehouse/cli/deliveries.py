"""Commands about deliveries: receive, read.

Only asking and printing belongs here; the work is done in `deliveries/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse.cli.output import json_option, print_json, say, wants_json
from warehouse.errors import MtmError, UsageError


@click.command()
@click.argument("places", nargs=-1, metavar="PATH_OR_URL_OR_SOURCE…")
@click.option("--source", "names", multiple=True, metavar="NAME", help="A source of sources.yml, by its name.")
@click.option("--operation", help="The operation, where the file does not say it (kgz, nga, mli).")
@click.option("--component", help="The component: bma, rms, baseline.")
@click.option("--round", "number", type=int, help="The round's number, where the file does not say it.")
@click.option("--partial", is_flag=True, help="The round is still being collected: keep it, don't publish it.")
@json_option
def receive(
    places: tuple[str, ...],
    names: tuple[str, ...],
    operation: str | None,
    component: str | None,
    number: int | None,
    partial: bool,
    as_json: bool,
) -> None:
    """Take files into the vault; says what each one is and why.

    A place is a file, a folder (its files, in the order of their names; folders below are not looked into), a URL
    (s3://, sftp://, https://, kobo+https://, dtm://; docs/sources.md) or the name of a source in sources.yml.

    The bytes that stand are nothing new. Other bytes for a round supersede what came before; bytes that were
    superseded stand again when the file is named itself, not when its folder is. A file that can't be read or
    recognised is refused (exit 4); the others go on.
    """
    from warehouse.cli.received import chosen, name_of, told
    from warehouse.cli.shown import show
    from warehouse.corrections.amend import Intake
    from warehouse.deliveries.sources.pull import receive_source, with_declared
    from warehouse.settings import Home

    if not places and not names:
        raise UsageError(
            "nothing to receive", expected="a path, a URL or the name of a source", todo="mtm receive FILE"
        )
    vault, errors, answers = Intake(Home.from_env()), [], []
    for place, is_name in [*((p, False) for p in places), *((n, True) for n in names)]:
        try:
            source = with_declared(chosen(place, is_name=is_name), operation, component, number, partial)
        except MtmError as error:
            errors.append(error)
            answers.append(told(name_of(place), None, error, [], as_json))
            continue
        for outcome in receive_source(vault, source):
            errors += [outcome.error] if outcome.error else []
            answers.append(told(outcome.name, outcome.receipt, outcome.error, outcome.notes, as_json))
    show(Home.from_env())
    if as_json:
        print_json([answer for answer in answers if answer])
    if errors:
        raise SystemExit(max(error.exit_code for error in errors))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", help="Only the sheet of this name.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@json_option
def read(file: Path, sheet: str | None, form: str, as_json: bool) -> None:
    """Read any file, every cell as it was; or the reason why it is refused (exit 4)."""
    from warehouse.deliveries.readers.open import read_file

    as_json = as_json or form == "json"
    try:
        sheets = read_file(file)
        if sheet is not None:
            sheets = _only(sheets, sheet, file.name)
    except MtmError as error:
        if as_json and not wants_json():  # with --json the error's object is printed where errors end
            print_json(error.as_dict())
        raise
    _print_json_sheets(file.name, sheets) if as_json else _print_csv_sheets(sheets)


def _only(sheets: list[Any], name: str, file_name: str) -> list[Any]:
    if found := [s for s in sheets if s.name == name]:
        return found
    names = ", ".join(repr(s.name) for s in sheets)
    raise UsageError(
        f"there is no sheet {name!r}", where=file_name, expected=f"one of {names}", todo="leave out --sheet to see all",
        code="no_sheet",
    )  # fmt: skip


def _print_json_sheets(file_name: str, sheets: list[Any]) -> None:
    from dataclasses import asdict

    from warehouse.deliveries.readers.cells import cell_json

    print_json([
        {"file": file_name, "sheet": s.name, "hidden": s.hidden, "notices": [asdict(n) for n in s.notices],
         "rows": [{"row": i, "cells": [cell_json(c) for c in row]} for i, row in enumerate(s.rows, 1)]}
        for s in sheets
    ])  # fmt: skip


def _print_csv_sheets(sheets: list[Any]) -> None:
    """As delivered: nothing is neutralised, this is what the file holds."""
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for s in sheets:
        if len(sheets) > 1:
            say(f"sheet {s.name}: {s.height} rows")
        for notice in s.notices:
            say(f"sheet {s.name}: {notice.what}")
        writer.writerows(zip(*(column.texts() for column in s.columns), strict=True))
