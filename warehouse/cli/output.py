"""What the command line prints: tables and lines for people, JSON for programs.

Only printing belongs here. Answers go to standard output, progress and errors to standard error.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from warehouse.errors import MtmError
from warehouse.serving.neutral import neutral


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json` on a command that answers."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


def wants_json() -> bool:
    """Whether the command line asked for JSON (for errors that come before the options are known)."""
    return "--json" in sys.argv


def say(text: str) -> None:
    """A line of progress, on standard error."""
    click.echo(text, err=True)


def print_json(data: Any) -> None:
    """JSON, dates as ISO text."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def print_error(error: MtmError, *, as_json: bool) -> None:
    """One line on standard error, or a JSON object on standard output."""
    if as_json:
        print_json(error.as_dict())
    click.echo(f"mtm: {error}" + (f" · code: {error.code}" if error.code else ""), err=True)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
    """A table that fits the terminal; numbers to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for i, column in enumerate(columns):
        numeric = any(isinstance(row[i], int | float | Decimal) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    widest = [max(len(_shown(row[i])) for row in [columns, *rows]) + 2 for i in range(len(columns))]
    width = None if sys.stdout.isatty() else max(100, sum(widest))  # a pipe has no width: nothing is folded
    Console(width=width, highlight=False).print(table)


def print_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """CSV; texts that a spreadsheet would run as a formula get an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([neutral(column) for column in columns])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    click.echo(buffer.getvalue(), nl=False)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell)


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


__all__ = ["json_option", "neutral", "print_csv", "print_error", "print_json", "print_table", "say", "wants_json"]
