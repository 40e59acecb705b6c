"""COD-AB tables and P-code lists: `ADM1_EN, ADM1_PCODE, …` in one row per finest place, or one P-code per row.

Both layouts of the common operational datasets belong here, as tables or as the properties of GeoJSON features.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from warehouse.gazetteer.imports.listed import Listed, Lot, clean_code, clean_name
from warehouse.gazetteer.imports.tables import Row, Table, first, read_tables, unusable

PCODE = re.compile(r"adm(\d) pcode")
DATES = ("validon", "valid on", "valid from date", "validfrom", "valid from")
ISO = re.compile(r"(\d{4})-\d{2}-\d{2}")


def fits(table: Table) -> bool:
    """Whether the columns are those of a COD table in either layout."""
    return is_wide(table.labels) or table.has("p code", "admin level", "name")


def is_wide(labels: Iterable[str]) -> bool:
    """`ADM1_PCODE` and the like: a row carries its whole chain."""
    return any(PCODE.fullmatch(label) for label in labels)


def read_cod(path: Path, country: str) -> Lot:
    """The places of a COD table; of a list of several countries those of `country` (ISO 3166-1 alpha-3)."""
    tables = [t for t in read_tables(path) if fits(t)]
    if not tables:
        raise unusable(path, "columns ADM1_EN and ADM1_PCODE (and so on), or P-Code, Name, Admin Level, Parent P-Code")
    lot = Lot()
    for table in tables:
        if is_wide(table.labels):
            add_wide(lot, table.rows)
        else:
            _add_long(lot, table, country)
    return lot


def add_wide(lot: Lot, rows: Iterable[tuple[int, Row]]) -> None:
    """Rows that carry their chain of names and codes; each place once."""
    seen = {p.code: p for p in lot.places}
    for number, row in rows:
        levels = sorted(int(m[1]) for label in row if (m := PCODE.fullmatch(label)) and row[label].strip())
        parent = ""
        for level in levels:
            place = _wide_place(lot, row, number, level, parent)
            old = seen.get(place.code)
            if old is None:
                seen[place.code] = place
                lot.places.append(place)
            elif (old.level, old.parent, old.names) != (place.level, place.parent, place.names):
                lot.places.append(place)  # the same code for another place: told where all lists are checked
            parent = place.code
        lot.vintage = lot.vintage or _vintage(row)


def _wide_place(lot: Lot, row: Row, number: int, level: int, parent: str) -> Listed:
    quiet = lot if level == max(int(m[1]) for x in row if (m := PCODE.fullmatch(x)) and row[x].strip()) else Lot()
    code = clean_code(quiet, row[f"adm{level} pcode"], number)
    names = _names(quiet, row, f"adm{level}", number, code)
    others = [row[x] for x in row if re.fullmatch(rf"adm{level}alt\d\w\w", x) and row[x].strip()]
    kind = clean_name(Lot(), first(row, *(f"adm{level}typ{lang}" for lang in (" en", "", " ru", " ky"))), number, code)
    typed = [row[x] for x in row if x.startswith(f"adm{level}typ")]
    if any("\u00a0" in text for text in typed):
        quiet.add("type_spaces", "note", "a type holds a non-breaking space", number, code)
    return Listed(code, level, parent, names, kind, valid_from=_date(row), aliases=tuple(others), row=number)


def _names(lot: Lot, row: Row, stem: str, number: int, code: str) -> dict[str, str]:
    """Names by language: `ADM1_EN`, `ADM1_RU`, `ADM1_KY` (or _KR, _KG), or any one that is there as English."""
    found = {"en": f"{stem} en", "ru": f"{stem} ru", "ky": first_label(row, f"{stem} ky", f"{stem} kr", f"{stem} kg")}
    names = {lang: clean_name(lot, row.get(label, ""), number, code) for lang, label in found.items()}
    if not any(names.values()):
        other = next((x for x in row if re.fullmatch(rf"{stem} [a-z]{{2}}", x) and row[x].strip()), f"{stem} name")
        names["en"] = clean_name(lot, row.get(other, ""), number, code)
    if not any(names.values()):
        lot.add("name_missing", "note", "the place has no name in the list", number, code)
    return {lang: name for lang, name in names.items() if name}


def first_label(row: Row, *labels: str) -> str:
    """The first of these columns that is filled, or the first at all."""
    return next((label for label in labels if row.get(label, "").strip()), labels[0])


def _add_long(lot: Lot, table: Table, country: str) -> None:
    top = {first(row, "location").strip() for _, row in table.rows} - {""}
    for number, row in table.rows:
        if top and first(row, "location").strip() not in ("", country):
            continue
        if not row["admin level"].strip().isdigit():
            lot.add("level_unknown", "block", "the admin level is not a number: the row is left out", number)
            continue
        code = clean_code(lot, row["p code"], number)
        level, parent = int(row["admin level"]), first(row, "parent p code").strip()
        names = {"en": clean_name(lot, row["name"], number, code)}
        lot.places.append(Listed(code, level, "" if level == 1 else parent, names, valid_from=_date(row), row=number))
        lot.vintage = lot.vintage or _vintage(row)


def _date(row: Row) -> str:
    found = ISO.match(first(row, *DATES))
    return found[0] if found else ""


def _vintage(row: Row) -> str:
    found = ISO.match(first(row, *DATES))
    return f"cod-{found[1]}" if found else ""
