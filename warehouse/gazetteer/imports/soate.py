"""SOATE lists: id, name, 14-digit code, type and parent of every place of the Kyrgyz Republic.

The list's columns and codes belong here. Levels come from the type, parents from the parent column, never from digits.
"""

from __future__ import annotations

import re
from pathlib import Path

from warehouse.gazetteer.imports.listed import Listed, Lot, clean_code, clean_name
from warehouse.gazetteer.imports.tables import Row, Table, first, read_tables, unusable
from warehouse.gazetteer.names import Words

LEVELS = {
    "regionandcity": 1, "region": 1, "oblast": 1, "область": 1, "district": 2, "rayon": 2, "район": 2, "city": 2, "город": 2,
    "countryside": 3, "aiyl aimak": 3, "айылный аймак": 3, "village": 4, "село": 4,
}  # fmt: skip
CODE = re.compile(r"417\d{11}")
COUNTRY = "KG"
NAMES = {
    "ru": ("name ru", "name", "наименование", "название"),
    "ky": ("name ky", "name kg", "аталышы"),
    "en": ("name en",),
}
PARENTS = ("parent id", "parent soate", "parent code", "parent")
ROW_IDS = ("id",)


def fits(table: Table) -> bool:
    """Whether the columns are those of a SOATE list."""
    return table.has("soate", "type") and any(p in table.labels for p in PARENTS)


def read_soate(path: Path, words: Words) -> Lot:
    """The places of a SOATE list."""
    table = next((t for t in read_tables(path) if fits(t)), None)
    if table is None:
        raise unusable(path, "columns soate, name_ru, type and parent_id (or parent_soate)")
    lot = Lot()
    codes: dict[str, str] = {}
    for number, row in table.rows:
        code = clean_code(lot, row["soate"], number)
        for key in (code, *(row[c].strip() for c in ROW_IDS if row.get(c, "").strip())):
            codes.setdefault(key, code)
    lot.places.append(
        Listed(
            COUNTRY, 0, "", {"en": "Kyrgyzstan", "ru": "Кыргызская Республика", "ky": "Кыргыз Республикасы"}, "country"
        )
    )
    quiet = Lot()
    for number, row in table.rows:
        if place := _place(lot, row, number, clean_code(quiet, row["soate"], number), codes, words):
            lot.places.append(place)
    return lot


def _place(lot: Lot, row: Row, number: int, soate: str, codes: dict[str, str], words: Words) -> Listed | None:
    """One row, or None where code, level or parent can't be told; then the reason is noted."""
    level = LEVELS.get(" ".join(row["type"].split()).casefold())
    parent = first(row, *PARENTS).strip()
    parent = "" if parent.casefold() in ("null", "none", "-") else codes.get("".join(parent.split()), parent)
    if not CODE.fullmatch(soate):
        lot.add("code_pattern", "block", "the code is not 417 and 11 digits: the row is left out", number, soate)
        return None
    if level is None:
        lot.add("type_unknown", "block", "the type is none that SOATE lists have: the row is left out", number, soate)
        return None
    names = {lang: clean_name(lot, first(row, *labels), number, soate) for lang, labels in NAMES.items()}
    names = {lang: name for lang, name in names.items() if name}
    if not names:
        lot.add("name_missing", "block", "the place has no name: the row is left out", number, soate)
        return None
    _digits(lot, soate, level, number)
    own = _pcode(parent) if level > 1 and parent else COUNTRY if level == 1 else ""
    return Listed(_pcode(soate), level, own, names, _kind(level, names, parent, words), soate, row=number)


def _pcode(soate: str) -> str:
    """The P-code of a SOATE code: KG and its last 11 digits."""
    return f"KG{soate[3:]}" if CODE.fullmatch(soate) else soate


def _digits(lot: Lot, soate: str, level: int, number: int) -> None:
    """Digits after the level's own are zero; a code that says another level than the type is noted, the type stands."""
    told = 1 if soate[5:] == "0" * 9 else 2 if soate[8:] == "0" * 6 else 3 if soate[11:] == "000" else 4
    town = soate[5] in "4" or soate[8] in "4567"  # cities and towns end in 010 whatever their level
    if told != level and not town and not (level == 3 and told == 4 and soate[8] == "8"):
        lot.add(
            "code_level",
            "review",
            f"the code's digits are of level {told}, the type is of level {level}",
            number,
            soate,
        )


def _kind(level: int, names: dict[str, str], parent: str, words: Words) -> str:
    """The place type: as its name says, within what its level can be."""
    said = next((k for k in (words.forms(n).kind for n in names.values()) if k), "")
    if level == 1:
        return "city" if said == "city" else "oblast"
    if level == 2:
        city = parent[5:] == "0" * 9 and parent[3:5] in ("11", "21")
        return "independent city" if said == "city" else "city district" if city else "district"
    if level == 3:
        return "aiyl aimak" if said == "aimak" else "town" if said in ("city", "town") else "other unit"
    return "village"
