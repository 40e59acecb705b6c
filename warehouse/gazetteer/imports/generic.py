"""Plain tables of places: `place_code, place_level, parent_code, place_name_en, …` as the gazetteer's own files are.

Only this one layout belongs here.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.gazetteer.imports.listed import Listed, Lot, clean_code, clean_name
from warehouse.gazetteer.imports.tables import Row, Table, first, read_tables, unusable
from warehouse.gazetteer.index import LIST
from warehouse.gazetteer.positions import position_of

LANGUAGES = ("en", "ru", "ky")


def fits(table: Table) -> bool:
    """Whether the columns are those of the gazetteer's own files."""
    named = any(f"place name {lang}" in table.labels for lang in LANGUAGES) or "place name" in table.labels
    return table.has("place code", "place level", "parent code") and named


def read_generic(path: Path) -> Lot:
    """The places of a plain table."""
    table = next((t for t in read_tables(path) if fits(t)), None)
    if table is None:
        raise unusable(path, "columns place_code, place_level, parent_code and place_name_en (or _ru, _ky)")
    lot = Lot()
    for number, row in table.rows:
        if place := _place(lot, row, number):
            lot.places.append(place)
    said = {row.get("geography vintage", "").strip() for _, row in table.rows} - {""}
    lot.vintage = said.pop() if len(said) == 1 else ""
    return lot


def _place(lot: Lot, row: Row, number: int) -> Listed | None:
    code = clean_code(lot, row["place code"], number)
    level = row["place level"].strip().removesuffix(".0")
    names = {lang: clean_name(lot, row.get(f"place name {lang}", ""), number, code) for lang in LANGUAGES}
    names["en"] = names["en"] or clean_name(lot, row.get("place name", ""), number, code)
    names = {lang: name for lang, name in names.items() if name}
    if not code or not level.isdigit() or not names:
        lot.add("row_incomplete", "block", "code, level or name is missing: the row is left out", number, code)
        return None
    parent = clean_code(Lot(), first(row, "parent code"), number)
    spelled = tuple(a.strip() for a in row.get("aliases", "").split(LIST) if a.strip())
    return Listed(
        code, int(level), parent, names, row.get("place type", "").strip(), row.get("soate", "").strip(),
        row.get("valid from", "").strip(), row.get("valid to", "").strip(), spelled, row.get("population", "").strip(),
        row.get("population year", "").strip(), *_position(lot, row, number, code), number,
    )  # fmt: skip


def _position(lot: Lot, row: Row, number: int, code: str) -> tuple[str, str]:
    """Latitude and longitude as written; blank, and noted, where what stands there is no position."""
    told = row.get("latitude", "").strip(), row.get("longitude", "").strip()
    if not any(told) or position_of({"latitude": told[0], "longitude": told[1]}):
        return told
    lot.add("position_unreadable", "review", "latitude and longitude are no position: they are left out", number, code)
    return "", ""
