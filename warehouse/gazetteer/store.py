"""Where the gazetteer of an operation lies: the operation's own files, and what this installation imported.

Reading and joining the two belong here. The operation's rows stand; an import adds places, codes and spellings to them.
`MTM_HOME/gazetteer/<operation>/` holds `<vintage>.<format>.csv` with its `.yml` note, and `place_decisions.yml`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError
from warehouse.gazetteer.decisions import Decision, read_decisions
from warehouse.gazetteer.index import LIST
from warehouse.operations import Operation
from warehouse.settings import Home

Rows = list[dict[str, str]]
COLUMNS = [
    "place_code", "place_level", "parent_code", "place_name_en", "place_name_ru", "place_name_ky", "geography_vintage",
    "place_type", "population", "population_year", "valid_from", "valid_to", "soate", "other_codes", "aliases",
    "latitude", "longitude", "place_source",
]  # fmt: skip
CROSSWALK = ["from_vintage", "from_code", "to_vintage", "to_code", "share", "share_basis", "note", "crosswalk_source"]


def overlay_folder(home: Home, operation: str) -> Path:
    """Where an installation keeps what it imported and decided about the places of an operation."""
    return home.root / "gazetteer" / operation


def ensure_overlay(home: Home, operation: str) -> Path:
    """The same, made where it is missing, for the owner only: decisions hold delivered names."""
    folder = overlay_folder(home, operation)
    for path in (folder.parent, folder):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def gazetteer_rows(operation: Operation, home: Home | None) -> Rows:
    """The places of all vintages: the operation's own, and what the installation imported."""
    own = operation.gazetteer
    imported = _read_all(overlay_folder(home, operation.code)) if home else []
    return merged(own, imported) if imported else own


def merged(own: Iterable[dict[str, str]], imported: Iterable[dict[str, str]]) -> Rows:
    """One row per vintage and code. The first row stands; later ones fill its blanks and add spellings and codes."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in (*own, *imported):
        key = (row.get("geography_vintage") or "", row["place_code"])
        found[key] = _joined(found[key], row) if key in found else dict(row)
    return list(found.values())


def _joined(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """Level and parent of the first row stand; names of the second become spellings."""
    names = {f"place_name_{lang}" for lang in ("en", "ru", "ky")}
    fixed = {"place_code", "place_level", "parent_code", "geography_vintage"}
    row = {k: first.get(k) or ("" if k in fixed else second.get(k) or "") for k in {**second, **first}}
    spelled = [*_list(first, "aliases"), *_list(second, "aliases"), *(second.get(n) or "" for n in sorted(names))]
    known = {row.get(n) or "" for n in names}
    row["aliases"] = LIST.join(dict.fromkeys(s for s in spelled if s and s not in known))
    row["other_codes"] = LIST.join(dict.fromkeys([*_list(first, "other_codes"), *_list(second, "other_codes")]))
    return row


def _list(row: dict[str, str], column: str) -> list[str]:
    return [part for part in (row.get(column) or "").split(LIST) if part]


def vintages(rows: Iterable[dict[str, str]]) -> list[str]:
    """The vintages that rows speak of."""
    return sorted({row.get("geography_vintage") or "" for row in rows} - {""})


def of_vintage(rows: Rows, wanted: str | None, where: str) -> Rows:
    """The rows of one vintage. Raises MtmError where it is not there, or none is named and there are several."""
    known = vintages(rows)
    if not known:
        return rows
    if wanted is None and len(known) > 1:
        raise MtmError(
            "the round names no geography vintage, and the gazetteer has several", where=where,
            expected=f"one of {', '.join(known)}", todo="set geography_vintage of the round in rounds.yml", code="no_vintage",
        )  # fmt: skip
    if wanted is not None and wanted not in known:
        raise MtmError(
            f"the gazetteer has no vintage {wanted}", where=where, expected=f"one of {', '.join(known)}",
            todo="correct geography_vintage of the round, or mtm gazetteer import that vintage", code="unknown_vintage",
        )  # fmt: skip
    chosen = wanted or known[0]
    return [row for row in rows if (row.get("geography_vintage") or chosen) == chosen]


def all_decisions(operation: Operation, home: Home | None) -> list[Decision]:
    """The decisions of the operation, then those of the installation."""
    own = read_decisions(operation.folder)
    return [*own, *(read_decisions(overlay_folder(home, operation.code)) if home else [])]


def overlay_hash(home: Home, operation: Operation, component: str, number: int, *, reads_places: bool = True) -> str:
    """The hash of what an installation adds to the places of a round; blank where it adds nothing.

    Places of the round's vintage (none where its codebook takes names as they are: `reads_places`), links between vintages,
    and the decisions that hold for the round: no other round changes. Rows are told by their vintage, as they are read.
    """
    folder = overlay_folder(home, operation.code)
    if not folder.is_dir():
        return ""
    vintage = operation.round(component, number).geography_vintage
    rows = [row for row in _read_all(folder) if vintage in (None, row.get("geography_vintage") or vintage)]
    links = [path.read_bytes() for path in sorted((folder / "crosswalks").glob("*.csv"))]
    held = [
        d.model_dump_json(exclude={"rounds", "vintage"}) for d in read_decisions(folder) if d.holds(number, vintage)
    ]
    rows = rows if reads_places else []
    if not (rows or links or held):
        return ""
    parts = [json.dumps([rows, held]).encode(), *links]
    return hashlib.sha256(b"".join(b"%d\0%s" % (len(part), part) for part in parts)).hexdigest()


def crosswalk_rows(operation: Operation, home: Home | None) -> list[dict[str, Any]]:
    """The crosswalks between vintages: `gazetteer/crosswalks/*.csv` of the operation and of the installation."""
    folders = [operation.folder / "gazetteer"] + ([overlay_folder(home, operation.code)] if home else [])
    return [row for folder in folders for path in sorted((folder / "crosswalks").glob("*.csv")) for row in _read(path)]


def _read_all(folder: Path) -> Rows:
    return [row for path in sorted(folder.glob("*.csv")) for row in _read(path)]


def _read(path: Path) -> Rows:
    stat = path.stat()
    return [dict(row) for row in _cached(path, stat.st_mtime_ns, stat.st_size)]


@lru_cache(maxsize=16)
def _cached(path: Path, changed: int, size: int) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
