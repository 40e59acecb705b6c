"""Commands about indicators: list, show, check, the data dictionary, and the files that are made from the catalogue.

Only asking and printing belongs here; the work is done in `indicators/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.output import json_option, print_csv, print_json, print_table
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from warehouse.indicators.dictionary import Listed

LANGS = click.Choice(["en", "ru", "ky"])
LISTED = ["code", "name", "kind", "unit", "topic", "where", "operations"]


@click.group()
def indicators() -> None:
    """What the figures mean: the catalogue of indicators and the data dictionary."""


@indicators.command("list")
@click.option("--operation", metavar="CODE", help="One operation only.")
@click.option("--lang", type=LANGS, default="en", help="Language of the names.")
@json_option
def list_(operation: str | None, lang: Any, as_json: bool) -> None:
    """Every indicator: its name, unit, and where its figures stand."""
    from warehouse.indicators.labels import in_language

    rows = [(x.indicator.code, in_language(x.indicator.name, lang), x.indicator.kind, x.indicator.unit, x.indicator.topic,
             f"{x.indicator.mart}.{x.indicator.column}" if x.indicator.mart else "", ", ".join(x.operations))
            for x in _listed(operation)]  # fmt: skip
    if as_json:
        print_json([dict(zip(LISTED, row, strict=True)) for row in rows])
    else:
        print_table(LISTED, rows)


@indicators.command()
@click.argument("code")
@click.option("--operation", metavar="CODE", help="One operation only.")
@click.option("--lang", type=LANGS, default="en", help="Language of names and definitions.")
@json_option
def show(code: str, operation: str | None, lang: Any, as_json: bool) -> None:
    """One indicator whole: definition, denominator, answers, which rounds may be compared."""
    found = [x for x in _listed(operation) if x.indicator.code == code]
    if not found:
        raise _unknown(code, operation)
    if as_json:
        print_json([{"operations": x.operations, **x.indicator.model_dump(exclude={"metric"})} for x in found])
        return
    for item in found:
        _print_one(item, lang)


def _print_one(item: Listed, lang: Any) -> None:
    from warehouse.indicators.labels import in_language

    i = item.indicator
    click.echo(f"{in_language(i.name, lang)} ({i.code}; {', '.join(item.operations)})")
    click.echo(f"  {in_language(i.definition, lang)}")
    facts = {"of": in_language(i.denominator, lang) if i.denominator else "", "unit": i.unit, "kind": i.kind,
             "question": i.question or "", "where": f"{i.mart}.{i.column}" if i.mart else ""}  # fmt: skip
    for name, value in facts.items():
        if value:
            click.echo(f"  {name}: {value}")
    for option in i.options:
        click.echo(f"  answer {option.code}: {in_language(option.name, lang)}")
    for said in i.comparability:
        standing = "not asked" if not said.asked else "limited" if said.limited else f"series {said.series}"
        reason = f": {in_language(said.reason, lang)}" if said.reason else ""
        click.echo(f"  rounds {said.rounds}: {standing}{reason}")


@indicators.command()
@click.option("--operation", metavar="CODE", help="One operation only.")
@json_option
def check(operation: str | None, as_json: bool) -> None:
    """What is wrong with the catalogue, with file and line; exit 1 where there is something."""
    from warehouse.codebooks.check_files import Checked
    from warehouse.indicators.check import check_common, check_indicators, not_used
    from warehouse.indicators.model import Indicators

    problems, notes = check_common(), []
    for o in _operations(operation):
        path = o.folder / "indicators.yml"
        if path.exists():
            file = Checked.read(path, f"{o.folder.name}/indicators.yml")
            file.parse(Indicators)
            problems += file.problems or check_indicators(o.folder)
        if not problems:
            notes += [(o.code, code, why) for code, why in not_used(o.folder, o.codebooks).items()]
    if as_json:
        print_json({"problems": [p.as_dict() for p in problems],
                    "not_used": [dict(zip(("operation", "indicator", "why"), n, strict=True)) for n in notes]})  # fmt: skip
    elif problems:
        print_table(
            ["where", "key", "what", "expected"], [(f"{p.file}:{p.line}", p.key, p.what, p.expected) for p in problems]
        )
    else:
        click.echo("Nothing is wrong with the indicators.")
        for code, indicator, why in notes:
            click.echo(f"{code}: the common indicator {indicator} is not used: {why}")
    if problems:
        raise SystemExit(1)


@indicators.command()
@click.option("--format", "format_", type=click.Choice(["md", "csv", "json"]), default="md", help="A page, or rows.")
@click.option("--lang", type=LANGS, default="en", help="Language of names and definitions (columns are English).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
def dictionary(format_: str, lang: Any, out: Path | None) -> None:
    """The data dictionary: every indicator, every table and column of the serving database."""
    from warehouse.indicators.dictionary import COLUMNS, dictionary_markdown, rows

    if out is not None:
        if format_ != "md":
            raise UsageError(
                "only the page is written to a file",
                expected="--format md",
                todo="redirect the output",
                code="bad_option",
            )
        out.write_text(dictionary_markdown(lang, own=False), encoding="utf-8")
        click.echo(f"wrote {out}")
    elif format_ == "md":
        click.echo(dictionary_markdown(lang, own=False), nl=False)
    elif format_ == "csv":
        print_csv(COLUMNS, rows(lang))
    else:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows(lang)])


@indicators.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 where a file is stale.")
def seeds(only_check: bool) -> None:
    """Write the files that are made from the catalogue: the seed, the metrics, docs/data-dictionary.md."""
    from warehouse.indicators.generated import FILES, stale, write
    from warehouse.settings import PROJECT

    changed = stale() if only_check else write()
    for path in changed:
        click.echo(f"{'stale' if only_check else 'wrote'}: {path.relative_to(PROJECT)}")
    if not changed:
        click.echo(f"{len(FILES)} files say what the catalogue says.")
    if only_check and changed:
        raise SystemExit(1)


def _listed(operation: str | None) -> list[Listed]:
    from warehouse.indicators.dictionary import Listed, catalogue

    if operation is None:
        return catalogue(own=False)
    return [Listed(indicator=i, operations=[o.code]) for o in _operations(operation) for i in o.indicators]


def _operations(code: str | None) -> list[Any]:
    from warehouse.operations import all_operations, load_operation

    return [load_operation(code)] if code else all_operations()


def _unknown(code: str, operation: str | None) -> UsageError:
    from difflib import get_close_matches

    codes = sorted({x.indicator.code for x in _listed(operation)})
    near = get_close_matches(code, codes, n=3, cutoff=0.4) or codes[:3]
    return UsageError(
        f"there is no indicator {code!r}",
        expected=f"such as {', '.join(near)}",
        todo="mtm indicators list",
        code="unknown_indicator",
    )
