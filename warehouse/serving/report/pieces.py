"""Pieces that several sections use: a bar chart with its table, a table of two kinds of names, who leads.

Only what says nothing about a single mart belongs here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Sub, Table
from warehouse.serving.report.cells import Cell, cell

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

DRAWN = 15  # so many bars are drawn; the table has all rows
ALONG = 12  # so many columns a table of two kinds of names has
LUMPS = frozenset({"OTHER", "UNKNOWN", "other", "unknown"})  # codes of what is no single thing
Column = tuple[Any, str, str]  # heading, column of the mart, form


def by_category(
    facts: Facts, t: Tongue, mart: str, code: str, make: Callable[[list[Row], str], list[Any]], *,
    counted: Callable[[list[Row]], list[Row]] = list,
) -> tuple[list[Sub], bool]:  # fmt: skip
    """A subsection for each category of which the country's rows of a mart hold a figure; and whether any was asked at all.

    `counted`: those of the rows that are told here; `make` gets them all.
    """
    subs, asked = [], False
    for category in facts.categories:
        name = str(category["population_category"])
        rows = facts.mart(mart, "place_level = 0 AND population_category = ? AND value_status <> 'not_asked'", name)
        told = counted(rows)
        asked = asked or bool(told)
        if any(row["individuals"] is not None for row in told):
            subs.append(Sub(t.named(category, "category_name"), make(rows, name), name, f"{code}-{name}"))
    return subs, asked


def table(
    mart: str, rows: Sequence[Row], t: Tongue, *, name: str, head: Any, columns: Sequence[Column], caption: Any,
    folded: bool = False, notes: Sequence[Any] = (),
) -> Table:  # fmt: skip
    """A row of the mart a line: its name (a stem such as `place_name`), then figures. Columns without any figure are left out."""
    used = [c for c in columns if any(row.get(c[1]) is not None or row.get("is_suppressed") for row in rows)]
    lines = [[t.named(row, name), *(cell(mart, row, column, t, form) for _, column, form in used)] for row in rows]
    return Table(caption, [head, *(title for title, _, _ in used)], lines, [mart], notes, folded=folded)


def bar_chart(
    rows: Sequence[Row], t: Tongue, made: Table, *, label: str, value: str, title: Any, alt: str, color: str = "",
    unit: str | None = None, subtitle: Any = "", notes: Sequence[Any] = (), **more: Any,
) -> Chart:  # fmt: skip
    """Bars of the largest rows, with the table of all of them. What is no single thing (`OTHER`) comes last."""
    from warehouse.serving.charts import bars

    drawn = list(rows)[:DRAWN]
    picture = bars(drawn, t, label=label, value=value, unit=unit, alt=alt, color=color, **more)
    left = len(rows) - len(drawn)
    said = [t.count("The picture leaves out {n} smaller row; the table has it.",
                    "The picture leaves out {n} smaller rows; the table has them.", left)] if left else []  # fmt: skip
    return Chart(title, picture, made, subtitle, [*notes, *said])


def crossed(
    mart: str, rows: Sequence[Row], t: Tongue, *, line: tuple[str, str], across: tuple[str, str], column: str, head: Any,
    caption: Any, order: Sequence[Any] | None = None, form: str = "number", lines: Sequence[Any] | None = None,
    notes: Sequence[Any] = (), folded: bool = True,
) -> Table:  # fmt: skip
    """A table of two kinds of names: `line` and `across` are (code column, stem of the name). Absent pairs stay empty.

    `order` and `lines` are the codes of the columns and rows that are shown, in order; by default as they come.
    """
    (by, name), (over, title) = line, across
    found = {(row[by], row[over]): row for row in rows}
    names = {row[by]: t.named(row, name) for row in rows}
    heads = {row[over]: t.named(row, title) or str(row[over]) for row in rows}
    shown = [code for code in (order or list(heads)) if code in heads][:ALONG]
    body: list[list[Any]] = [
        [names[code], *(_pair(mart, found.get((code, other)), column, t, form) for other in shown)]
        for code in (lines or list(names)) if code in names
    ]  # fmt: skip
    return Table(caption, [head, *(heads[code] for code in shown)], body, [mart], notes, folded=folded)


def _pair(mart: str, row: Row | None, column: str, t: Tongue, form: str) -> Cell | str:
    return cell(mart, row, column, t, form) if row else ""


def leader(rows: Sequence[Row], value: str, code: str) -> Row | None:
    """The row with the most, where that is safe to say: alone at the top, and no figure beside it is withheld."""
    if any(row.get("is_suppressed") for row in rows):
        return None
    found = sorted(
        (r for r in rows if r.get(value) is not None and r[code] not in LUMPS), key=lambda r: r[value], reverse=True
    )
    if not found or (len(found) > 1 and found[0][value] == found[1][value]):
        return None
    return found[0]


def lumps_last(rows: Sequence[Row], code: str, value: str = "individuals") -> list[Row]:
    """The largest first, equal ones by code; what is no single thing last."""
    return sorted(rows, key=lambda r: (r[code] in LUMPS, -(r[value] if r[value] is not None else -1), str(r[code])))
