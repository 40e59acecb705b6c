"""Commands about places: what a round leaves to decide, and the gazetteer: import, show, check, decide.

Only the asking and the answering belong here; the work is done in `gazetteer/` and `normalize/`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.boundaries import boundaries
from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.errors import UsageError
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.operations import Operation

SHOWN = 200
DOUBTS = ["reason", "level", "parent_name", "code", "name", "rows", "people", "first_row", "may be", "score"]
PLACES = ["vintage", "level", "code", "name", "ru", "ky", "parent", "type", "soate"]


@click.command()
@click.argument("round_key", metavar="ROUND")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the review file (.csv or .yml).")
@json_option
def places(round_key: str, out: Path | None, as_json: bool) -> None:
    """The places of a round that are not certain, with what they may be.

    Fill in place (a code, or: not a place), by and why in the file, then: mtm gazetteer decide FILE.
    """
    from warehouse.gazetteer.decisions import write_atomic
    from warehouse.normalize.place_review import as_csv, as_row, as_yaml, review
    from warehouse.personal.shapes import (
        masked,
    )  # a phone may stand where a village was asked; --out is for whoever decides

    doubts = review(Home.from_env().ensure(), round_key)
    if out is not None:
        write_atomic(out, as_yaml(doubts) if out.suffix.lower() in (".yml", ".yaml") else as_csv(doubts))
        say(f"{len(doubts)} places to look at, written to {out}; then mtm gazetteer decide {out}")
    if as_json:
        print_json([{k: masked(v) if isinstance(v, str) else v for k, v in as_row(d).items()} for d in doubts])
    elif not doubts:
        click.echo(f"Every place of {round_key} is certain.")
    elif out is None:
        shown = [(d.reason, d.level, d.parent_name, d.code, d.name, d.rows, d.people, d.first_row,
                  d.candidates[0].name if d.candidates else "", d.candidates[0].score if d.candidates else None)
                 for d in doubts[:SHOWN]]  # fmt: skip
        print_table(DOUBTS, [[masked(v) if isinstance(v, str) else v for v in row] for row in shown])
        click.echo(f"{len(doubts)} to look at. A file to decide them in: mtm places {round_key} --out places.csv")


@click.group(invoke_without_command=False)
def gazetteer() -> None:
    """The places of an operation: import lists, show, check, decide."""


gazetteer.add_command(boundaries)


@gazetteer.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--operation", required=True, metavar="CODE", help="Whose places they are (kgz).")
@click.option("--vintage", help="Name of the vintage; the one that rounds use adds the places to it.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["soate", "cod", "geojson", "csv"]),
    help="As the columns say, if not given.",
)
@json_option
def import_(file: Path, operation: str, vintage: str | None, format_: str | None, as_json: bool) -> None:
    """Take in a list of places; says how many, and what is wrong with the list."""
    from warehouse.gazetteer.imports.run import import_places
    from warehouse.operations import load_operation

    done = import_places(file, load_operation(operation), Home.from_env().ensure(), format_, vintage)
    if as_json:
        problems = [p.__dict__ for p in done.problems]
        print_json({**done.__dict__, "file": str(done.file), "problems": problems})
        return
    total = sum(done.counts.values())
    levels = ", ".join(f"level {level}: {n:,}" for level, n in done.counts.items())
    click.echo(
        f"{total:,} places ({levels}) as vintage {done.vintage}, {done.new:,} of them new to it; format {done.format}"
    )
    click.echo(f"kept in {done.file}")
    _print_problems(done.problems)


def _print_problems(problems: list[Any]) -> None:
    """How often each kind of problem, and where the graver ones are."""
    if not problems:
        return
    counted = Counter((p.severity, p.code, p.what) for p in problems)
    order = ["block", "review", "note"]
    rows = [(s, c, n, w, next(p.row for p in problems if (p.severity, p.code, p.what) == (s, c, w)))
            for (s, c, w), n in sorted(counted.items(), key=lambda x: (order.index(x[0][0]), x[0]))]  # fmt: skip
    print_table(["severity", "code", "times", "what", "first row"], rows[:SHOWN], title="What is wrong with the list")


@gazetteer.command()
@click.argument("name_or_code", required=False)
@click.option("--operation", metavar="CODE", help="One operation only.")
@click.option("--vintage", help="One vintage only.")
@json_option
def show(name_or_code: str | None, operation: str | None, vintage: str | None, as_json: bool) -> None:
    """The vintages and how many places they have; or the places that a name or code means."""
    home = Home.from_env()
    chosen = _operations(operation)
    if name_or_code is None:
        _show_vintages(chosen, home, as_json)
        return
    found = [row for o in chosen for row in _matches(o, home, name_or_code, vintage)]
    if as_json:
        print_json([dict(zip(PLACES, row, strict=True)) for row in found])
    elif found:
        print_table(PLACES, found[:SHOWN])
    else:
        click.echo("No place has this name or code. mtm gazetteer show lists the vintages.")


def _show_vintages(chosen: list[Operation], home: Home, as_json: bool) -> None:
    from warehouse.gazetteer.store import all_decisions, crosswalk_rows, gazetteer_rows

    counted = [(o.code, row.get("geography_vintage") or "", int(row["place_level"]))
               for o in chosen for row in gazetteer_rows(o, home)]  # fmt: skip
    rows = [(*key, n) for key, n in sorted(Counter(counted).items())]
    if as_json:
        print_json([dict(zip(("operation", "vintage", "level", "places"), row, strict=True)) for row in rows])
        return
    print_table(["operation", "vintage", "level", "places"], rows)
    for o in chosen:
        links, decisions = len(crosswalk_rows(o, home)), len(all_decisions(o, home))
        if links or decisions:
            click.echo(f"{o.code}: {links} links between vintages, {decisions} decisions about places")


def _matches(operation: Operation, home: Home, wanted: str, vintage: str | None) -> list[tuple[Any, ...]]:
    """Places whose code, name or spelling it is, or whose name has its skeleton."""
    from warehouse.gazetteer.index import Index
    from warehouse.gazetteer.names import Words
    from warehouse.gazetteer.store import gazetteer_rows, of_vintage, vintages

    rows = gazetteer_rows(operation, home)
    words = Words.of(operation.aliases.words, operation.aliases.kinds)
    spelled = {a.place_code: a.names for a in operation.aliases.aliases}
    forms, found = words.forms(wanted), []
    for name in [v for v in vintages(rows) if vintage in (None, v)]:
        listed = of_vintage(rows, name, operation.code)
        index, types = Index(listed, spelled, words), {r["place_code"]: r for r in listed}
        coded = index.coded(wanted)
        for p in index.places.values():
            if p is coded or (p.fits(forms.kind) and (forms.bare in p.bares or forms.skeleton in p.skeletons)):
                row, parent = types[p.code], index.places.get(p.parent or "")
                found.append(
                    (
                        name,
                        p.level,
                        p.code,
                        *p.names,
                        parent.names[0] if parent else "",
                        row.get("place_type") or "",
                        row.get("soate") or "",
                    )
                )
    return found


@gazetteer.command()
@click.option("--operation", metavar="CODE", help="One operation only.")
@json_option
def check(operation: str | None, as_json: bool) -> None:
    """What is wrong with vintages, links between them, spellings and decisions (exit 1 where something blocks)."""
    from warehouse.gazetteer.check import check_operation

    home = Home.from_env()
    found = [
        (o.code, t.severity, t.code, t.where, t.what) for o in _operations(operation) for t in check_operation(o, home)
    ]
    if as_json:
        print_json([dict(zip(("operation", "severity", "code", "where", "what"), row, strict=True)) for row in found])
    elif found:
        print_table(["operation", "severity", "code", "where", "what"], found)
    else:
        click.echo("Nothing is wrong with the places.")
    if any(row[1] == "block" for row in found):
        raise SystemExit(1)


@gazetteer.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def decide(file: Path, as_json: bool) -> None:
    """Take the decisions of a filled-in review file; they hold from now on, for all rounds."""
    from warehouse.gazetteer.decisions import FILE, write_decisions
    from warehouse.gazetteer.store import ensure_overlay
    from warehouse.normalize.place_decide import decided

    if not file.is_file():
        raise UsageError(
            "there is no such file", where=str(file), expected="the file of mtm places ROUND --out", code="no_file"
        )
    home = Home.from_env().ensure()
    operation, decisions, left = decided(file, home)
    folder = ensure_overlay(home, operation)
    counts = write_decisions(folder, decisions)
    if as_json:
        print_json({"operation": operation, **counts, "left_open": left, "file": str(folder / FILE)})
        return
    click.echo(
        f"{counts['added']} decisions added, {counts['replaced']} replaced, {counts['unchanged']} unchanged, {left} lines left open"
    )
    click.echo(f"kept in {folder / FILE}. mtm run reads the rounds again that they touch.")


def _operations(code: str | None) -> list[Operation]:
    from warehouse.operations import all_operations, load_operation

    return [load_operation(code)] if code else all_operations()
