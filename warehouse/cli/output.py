"""What the command line prints: tables and lines for people, JSON for programs.

Only printing belongs here; a table's layout is in `layout.py`, a value's look in `cells.py`, colours in `style.py`.
Answers go to standard output, progress and errors to standard error.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from warehouse.cli import cells, layout
from warehouse.cli.style import Kind, coloured, meaning, paint
from warehouse.errors import MtmError
from warehouse.serving.neutral import neutral


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json` on a command that answers."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


def wants_json() -> bool:
    """Whether the command line asked for JSON (for errors that come before the options are known)."""
    return "--json" in sys.argv


def echo(text: str = "", kind: Kind = "plain") -> None:
    """A line of an answer, on standard output; coloured by its meaning where colours are on."""
    click.echo(paint(text, kind), color=coloured() or None)


def prose(text: str) -> None:
    """A long text on standard output: folded between words at a terminal, one line in a pipe."""
    room, bare = room_of(sys.stdout), text.lstrip(" ")
    indent = text[: len(text) - len(bare)]
    for line in layout.fold(bare, room - len(indent)) if room else [bare]:
        echo(indent + line)


def say(text: str, kind: Kind = "plain") -> None:
    """A line of progress or a note, on standard error."""
    click.echo(paint(text, kind, sys.stderr), err=True, color=coloured(sys.stderr) or None)


def print_json(data: Any) -> None:
    """JSON, dates as ISO text; letters that the output's encoding has not are written as \\u…, so that nothing is lost."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=_plain)
    click.echo(text if _fits(text) else json.dumps(data, indent=2, default=_plain))


def print_error(error: MtmError, *, as_json: bool) -> None:
    """One line on standard error, or a JSON object on standard output."""
    if as_json:
        print_json(error.as_dict())
    say(
        f"{paint('mtm:', 'bad', sys.stderr)} {cells.clean(str(error))}"
        + (f" · code: {error.code}" if error.code else "")
    )


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
    """A table that fits the terminal, numbers to the right; in a pipe one line a row with nothing folded."""
    if not columns:
        return
    room = room_of(sys.stdout)
    table = _columns(columns, rows, person=room is not None)
    if title:
        echo(title, "strong")
    for line in layout.lines(table, room, _painted, lambda _, __, piece: paint(piece, "strong")):
        click.echo(line, color=coloured() or None)


def room_of(stream: Any) -> int | None:
    """Cells of a terminal's line; None where the stream is no terminal, which has no width."""
    try:
        return max(shutil.get_terminal_size().columns, 20) if stream.isatty() else None
    except (AttributeError, ValueError):
        return None


def _columns(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, person: bool) -> list[layout.Column]:
    hidden = cells.withheld(columns, rows)
    return [
        layout.Column(
            cells.clean(str(name)),
            [cells.WITHHELD if (n, i) in hidden else cells.shown(row[i], name, person=person) for n, row in enumerate(rows)],
            right=any(cells.is_number(row[i]) for row in rows),
        )
        for i, name in enumerate(columns)
    ]  # fmt: skip


def _painted(column: str, text: str, piece: str) -> str:
    return paint(piece, "warn" if text == cells.WITHHELD else meaning(column, text))


def print_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """CSV; texts that a spreadsheet would run as a formula get an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([neutral(column) for column in columns])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    text = buffer.getvalue()
    if not _fits(text):
        raise MtmError(
            "the CSV holds letters that the output can't write", where=f"encoding {sys.stdout.encoding}", expected="UTF-8",
            todo="set PYTHONUTF8=1", code="bad_encoding",
        )  # fmt: skip
    click.echo(text, nl=False)


def _fits(text: str) -> bool:
    """Whether standard output can write every letter."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8", "strict")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


__all__ = [
    "echo", "json_option", "neutral", "print_csv", "print_error", "print_json", "print_table", "prose", "room_of", "say", "wants_json",
]  # fmt: skip
