"""Commands about deliveries: receive, read, status.

Only asking and printing belongs here; the work is done in `deliveries/` and `status.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse.cli.output import json_option, print_csv, print_json, print_table, say
from warehouse.errors import MtmError, UsageError


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--operation", help="The operation, where the file does not say it (kgz, nga, mli).")
@click.option("--component", help="The component: bma, rms, baseline.")
@click.option("--round", "number", type=int, help="The round's number, where the file does not say it.")
@click.option("--partial", is_flag=True, help="The round is still being collected: keep it, don't publish it.")
@json_option
def receive(
    paths: tuple[str, ...],
    operation: str | None,
    component: str | None,
    number: int | None,
    partial: bool,
    as_json: bool,
) -> None:
    """Take files into the vault; says what each one is and why.

    The same bytes again are nothing new. Other bytes for a round supersede what came before. A folder stands for its
    files, in the order of their names. A file that can't be read or recognised is refused (exit 4); the others go on.
    """
    from warehouse.codebooks.recognise import Declared
    from warehouse.deliveries.vault import Vault
    from warehouse.settings import Home

    vault, errors, answers = Vault(Home.from_env()), [], []
    for path in _files(paths):
        try:
            receipt = vault.receive(path, Declared(operation, component, number), partial=partial)
        except MtmError as error:
            errors.append(error)
            say(f"{path.name}: refused · {error}")
            answers.append({"file": path.name, **error.as_dict()})
            continue
        d = receipt.delivery
        answers.append({"file": path.name, "is_new": receipt.is_new, **d.__dict__})
        if not as_json:
            click.echo(_receipt_line(path.name, receipt.is_new, d))
            for reason in d.why if receipt.is_new else []:
                click.echo(f"    {reason}")
    if as_json:
        print_json(answers)
    if errors:
        raise SystemExit(max(error.exit_code for error in errors))


def _receipt_line(name: str, is_new: bool, d: Any) -> str:
    if not is_new:
        return f"{name}: nothing new, it is delivery {d.delivery_seq} of {d.round_key}"
    more = f", supersedes {d.supersedes}" if d.supersedes else ""
    partial = ", partial: kept as provisional" if d.partial else ""
    return f"{name}: delivery {d.delivery_seq} of {d.round_key} ({d.delivery_id}){more}{partial}"


def _files(paths: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for path in map(Path, paths):
        found += (
            sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith(".")) if path.is_dir() else [path]
        )
    return found


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", help="Only the sheet of this name.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def read(file: Path, sheet: str | None, form: str) -> None:
    """Read any file, every cell as it was; or the reason why it is refused (exit 4)."""
    from warehouse.deliveries.readers.open import read_file
    from warehouse.deliveries.readers.sheet import cell_json, cell_text

    sheets = read_file(file)
    if sheet is not None and not (sheets := [s for s in sheets if s.name == sheet]):
        raise UsageError(f"there is no sheet {sheet!r}", where=file.name, todo="leave out --sheet to see all")
    if form == "json":
        print_json([
            {"file": file.name, "sheet": s.name, "hidden": s.hidden,
             "rows": [{"row": i, "cells": [cell_json(c) for c in row]} for i, row in enumerate(s.rows, 1)]}
            for s in sheets
        ])  # fmt: skip
        return
    for s in sheets:
        if len(sheets) > 1:
            say(f"sheet {s.name}: {len(s.rows)} rows")
        print_csv([], []) if not s.rows else _print_cells([[cell_text(c) for c in row] for row in s.rows])


def _print_cells(rows: list[list[str]]) -> None:
    """As delivered: nothing is neutralised, this is what the file holds."""
    import csv
    import sys

    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Rounds, deliveries, states, and what to do next."""
    from warehouse.releases.manifest import current_id
    from warehouse.settings import Home
    from warehouse.status import round_states

    home = Home.from_env()
    states = round_states(home)
    rows = [
        {"round_key": s.round_key, "state": s.state, "deliveries": s.deliveries, "partial": s.delivery.partial,
         "release": s.release_id, "serves_delivery": s.serves_seq, "file": s.delivery.file_name, "todo": s.todo}
        for s in states
    ]  # fmt: skip
    if as_json:
        print_json({"home": str(home.root), "current": current_id(home), "rounds": rows})
        return
    if not rows:
        click.echo("No round was delivered yet. Start with: mtm receive FILE, or mtm demo")
        return
    click.echo(f"release {current_id(home) or 'none yet'} · {len(rows)} rounds · {home.root}")
    print_table(["round", "state", "deliveries", "served", "what to do next"],
                [(r["round_key"], r["state"], r["deliveries"], r["serves_delivery"], r["todo"]) for r in rows])  # fmt: skip
