"""Commands that tell the field what is wrong: findings, rejected.

Only asking and printing belongs here; what the report says is in `serving/field_report/`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from warehouse.cli.output import json_option, print_csv, print_json, print_table, say
from warehouse.errors import UsageError

Table = tuple[list[str], list[tuple[Any, ...]]]


def reporting(command: Callable[..., Any]) -> Callable[..., Any]:
    """ROUND and the options that both commands have."""
    options: list[Callable[[Any], Any]] = [
        click.argument("round_key", metavar="ROUND"),
        click.option("--format", "form", type=click.Choice(["table", "xlsx", "html", "csv", "json"]), default="table", show_default=True),
        click.option("--lang", type=click.Choice(["en", "ru"]), default="en", show_default=True, help="The language of the report."),
        click.option("--out", type=click.Path(path_type=Path), help="Write there (needed for xlsx)."),
        json_option,
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@reporting
def findings(round_key: str, form: str, lang: str, out: Path | None, as_json: bool) -> None:
    """What is wrong in a round: where in the file, what was expected, what to do.

    xlsx and html are the whole report, for the field; the workbook holds the rejected rows (personal data) in the
    delivery's own layout: corrected there and sent back, mtm receive puts them into the delivery.
    """
    from warehouse.serving.field_report.flat import finding_rows

    report = _report(round_key, lang)
    _deliver(report, "json" if as_json else form, out, lambda: finding_rows(report), f"Findings of {round_key}", "no findings")  # fmt: skip


@click.command()
@reporting
def rejected(round_key: str, form: str, lang: str, out: Path | None, as_json: bool) -> None:
    """The rows that were not used, with reasons; whole rows in csv, xlsx and json (personal data: for the field only).

    The workbook can be corrected and sent back: mtm receive puts its rows into the delivery.
    """
    from warehouse.serving.field_report.flat import rejected_rows

    report, form = _report(round_key, lang), "json" if as_json else form
    _deliver(report, form, out, lambda: rejected_rows(report, whole=form != "table"), f"Rejected rows of {round_key}", "no rejected rows")  # fmt: skip


def _report(round_key: str, lang: str) -> Any:
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.run import normalize
    from warehouse.serving.field_report.report import FieldReport
    from warehouse.settings import Home

    home = Home.from_env()
    return FieldReport(normalize(home, Vault(home).current(round_key)), lang)  # type: ignore[arg-type]


def _deliver(report: Any, form: str, out: Path | None, table: Callable[[], Table], title: str, nothing: str) -> None:
    if form == "xlsx":
        _workbook(report, out)
    elif out is None:
        _print(report, form, table, title, nothing)
    else:
        buffer = io.StringIO()
        with redirect_stdout(buffer):
            _print(report, form, table, title, nothing)
        # a mark in front: spreadsheet programs read CSV in Cyrillic as UTF-8 only then
        out.write_text(buffer.getvalue(), encoding="utf-8-sig" if form == "csv" else "utf-8")
        say(f"wrote {out}")


def _print(report: Any, form: str, table: Callable[[], Table], title: str, nothing: str) -> None:
    if form == "html":
        from warehouse.serving.field_report.page import html

        click.echo(html(report))
        return
    columns, rows = table()
    if form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif form == "csv":
        print_csv(columns, rows)
    elif rows:
        print_table(columns, rows, title)
    else:
        click.echo(nothing)


def _workbook(report: Any, out: Path | None) -> None:
    from warehouse.serving.field_report.workbook import write_workbook

    if out is None:
        raise UsageError("xlsx needs a file to write to", expected="--out FILE.xlsx", todo="add --out")
    rows = write_workbook(report, out)
    out.chmod(0o600)
    say(f"wrote {out} ({rows} rejected rows{', personal data: for the field only' if rows else ''})")
