"""Hiding personal values in the words of canonical tables: names of sheets, headers, files, what findings say.

Which columns are words belongs here. Data columns are never changed: what is personal in them stops at the gate.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from warehouse.personal.shapes import HIDDEN, masked, shown

WORDS = {
    "finding": ("file_name", "sheet", "column_label", "what", "expected", "todo"),
    "rejected": ("file_name", "sheet", "column_label", "detail"),
    "column_map": ("sheet", "column_label"),
    "assessment": ("sheet",),
    "response": ("sheet",),
}


def hide_personal(tables: dict[str, pl.DataFrame], values: Collection[str]) -> dict[str, pl.DataFrame]:
    """The tables with `values` (those of the delivery's identifiers) and all that looks personal hidden in words.

    Cells of rejected rows stay whole: they are for the field, and never leave the build side.
    """
    names = names_among(values)
    return tables | {name: hidden(name, tables[name], names) for name in WORDS}


def names_among(values: Collection[str]) -> list[str]:
    """The values that are looked for inside of words: names, and what is written in other letters."""
    return [value for value in values if " " in value.strip() or not value.isascii()]


def hidden(name: str, table: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """One table, or a part of it, likewise. `names`: `names_among` the delivery's values."""
    return _hidden(table, WORDS[name], names) if name in WORDS and not table.is_empty() else table


def _hidden(table: pl.DataFrame, columns: tuple[str, ...], names: Collection[str]) -> pl.DataFrame:
    changed = []
    for column in columns:
        hide = _name if column in ("sheet", "column_label") else _text
        texts = {text: hide(text, names) for text in table[column].unique().drop_nulls().to_list()}
        other = {before: after for before, after in texts.items() if before != after}
        if other:
            changed.append(pl.col(column).replace(other))
    return table.with_columns(changed) if changed else table


def _text(text: str, names: Collection[str]) -> str:
    return masked(text, names)


def _name(text: str, names: Collection[str]) -> str:
    """A sheet or a header; `column 5: header` where nobody knows the header."""
    number, colon, label = text.partition(": ") if text.startswith("column ") else ("", "", text)
    return number + colon + (HIDDEN if masked(label) != label else shown(masked(label, names)))
