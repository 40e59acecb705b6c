"""The personal values of a delivery: what must not be found outside of the vault and `build/`.

Collecting them from what was read belongs here, and keeping them (in `build/personal/<sha256>.json`, for the owner only,
removed with the delivery's purge). Looking for them does not.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import polars as pl

from warehouse.codebooks.match import MappedColumn, SheetMatch
from warehouse.codebooks.personal import looks_personal
from warehouse.codebooks.recognise import Recognised
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.vault import Delivery
from warehouse.errors import MtmError
from warehouse.personal.forms import SHORTEST
from warehouse.personal.search import CELL, Needles
from warehouse.personal.shapes import personal_in
from warehouse.settings import PROJECT, Home

RULES = 2  # of collecting: values collected by other rules are collected again
HEADS = 3  # rows at the top of a sheet that nobody knows among which its header is
FIELDS = ("uuid",)  # fields whose delivered values identify a submission, though the codebook keeps their keyed hash
AT_ONCE = 1_000_000  # cells of columns that are looked at together
TEXTS = ("text", "choice", "choices", "country", "boolean")  # types of columns in which no figure is asked
PERSONS = {"corrections.yml", "place_decisions.yml"}  # files of operations in which people write
KINDS = (".yml", ".csv", ".py", ".sql")
ROOMS = ("warehouse", "expectations", "orchestration", "dbt_project")  # of the project, beside the operations' files
_HINT = r"[@°]|(?:AN|AC|ID) ?\d{7}|\d(?:[\s().,-]*\d){8}"
_FIGURE = r"^[A-Za-z]{0,4}[-\d.,\s]+$|^\d{4}-\d{2}-\d{2}|^(uuid:)?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-"
_NAME = re.compile(r"[^\W\d_][^\d_]*")  # letters, blanks, hyphens


def values_of(found: Recognised, file_name: str) -> frozenset[str]:
    """All personal values of a delivery: cells of identifiers, and what looks personal anywhere else."""
    columns = {(m.raw.name, c.index): c for m in found.matches for c in m.columns}
    read = {m.raw.name for m in found.matches}
    values: set[str] = set(personal_in(file_name))
    for raw in found.sheets:
        values |= set(personal_in(raw.name))
        hinted = _hinted(raw)
        for index in range(raw.width):
            values |= _shaped(raw.column(index), columns.get((raw.name, index))) if index in hinted else set()
            values |= set() if raw.name in read else set(_headed(raw, index))
    values -= _among(values, (cells for match in found.matches for cells in _codes(match)))
    named = {v for match in found.matches for v in _identifiers(match)}
    single = {v for v in named if " " not in v and _NAME.fullmatch(v)}
    if single:  # one word alone may be a place's name, or an answer
        named -= _among(single, (cells for match in found.matches for cells in _plain_cells(match)))
    return frozenset(v for v in values | named if len(v) >= (4 if _NAME.fullmatch(v) else SHORTEST))


def remember(home: Home, delivery: Delivery, found: Recognised) -> frozenset[str]:
    """Collect the values of a delivery and keep them."""
    values = values_of(found, delivery.file_name)
    path = values_path(home, delivery.sha256)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump({"rules": RULES, "values": sorted(values)}, file)
    os.replace(temporary, path)
    return values


def remembered(home: Home, delivery: Delivery) -> frozenset[str] | None:
    """The values that are kept of a delivery; None where there are none, or by other rules."""
    with suppress(OSError, ValueError, KeyError):
        kept = json.loads(values_path(home, delivery.sha256).read_text(encoding="utf-8"))
        if kept["rules"] == RULES:
            return frozenset(kept["values"])
    return None


def personal_values_of(home: Home, delivery: Delivery) -> frozenset[str]:
    """The values of a delivery of the vault, kept or collected now; none where its file was purged."""
    if (kept := remembered(home, delivery)) is not None:
        return kept
    from warehouse.normalize.reopen import reopen
    from warehouse.operations import load_operation
    from warehouse.personal.tombstones import is_purged

    if is_purged(home, delivery.sha256):
        return frozenset()
    try:
        found = reopen(home, delivery, load_operation(delivery.operation))
    except MtmError as error:
        if error.code == "vault_damaged":
            raise
        return _of_sheets(home, delivery)
    return remember(home, delivery, found)


def values_path(home: Home, sha256: str) -> Path:
    """Where the values of a delivered file are kept."""
    return home.build / "personal" / f"{sha256}.json"


def nobodys(values: Iterable[str]) -> frozenset[str]:
    """Those of the values that are no person's: the project's own files say them (places, options, words)."""
    values = list(values)
    if not values:
        return frozenset()
    parts = Needles.in_parts(values, encoded=False)
    return frozenset(needles.values[number] for needles in parts for number in needles.found_in(_own_words()))


def _of_sheets(home: Home, delivery: Delivery) -> frozenset[str]:
    """What looks personal in a file that no codebook reads any more."""
    from warehouse.deliveries.readers.open import read_file
    from warehouse.deliveries.vault import Vault

    sheets = read_file(Vault(home).path(delivery), delivery.file_name, keep_errors=True)
    found = {v for raw in sheets for i in range(raw.width) for v in (*_shaped(raw.column(i), None), *_headed(raw, i))}
    return frozenset(v for v in found if len(v) >= SHORTEST)


def _headed(raw: RawSheet, index: int) -> Iterator[str]:
    """The cells of a column below the header of an identifier, on a sheet that nobody knows."""
    cells = raw.column(index)
    head = next((i for i, text in enumerate(cells[:HEADS].to_list()) if text.strip() and looks_personal(text)), None)
    if head is not None and raw.width > 1:
        yield from (text.strip() for text in cells[head + 1 :].to_list() if text.strip())


def _identifiers(match: SheetMatch) -> Iterator[str]:
    wanted = {c.index for c in match.columns if c.column.column_class == "identifier" or c.column.field in FIELDS}
    wanted |= {index for index, label in match.unknown if looks_personal(label)}
    for index in wanted:
        cells = match.raw.column(index)[match.first_row :].str.strip_chars().unique().to_list()
        yield from (cell for cell in cells if cell)


def _among(values: set[str], columns: Iterable[pl.Series]) -> set[str]:
    """Those of the values that are a cell of a column."""
    wanted, found = sorted(values), set[str]()
    for cells in columns if values else ():
        found |= set(cells.filter(cells.is_in(wanted)).to_list())
    return found


def _codes(match: SheetMatch) -> Iterator[pl.Series]:
    """Codes of places: they stand in columns that nobody reads, too."""
    for c in match.columns:
        if c.column.type == "code" and c.column.column_class != "identifier":
            yield match.raw.column(c.index)[match.first_row :].str.strip_chars().unique()


def _plain_cells(match: SheetMatch) -> Iterator[pl.Series]:
    for c in match.columns:
        if c.column.column_class != "identifier":
            yield match.raw.column(c.index)[match.first_row :].str.strip_chars().unique()


def _shaped(cells: pl.Series, column: MappedColumn | None) -> set[str]:
    """What looks personal in a column. Bare figures count only where no figure is asked: a code is nobody's number."""
    if column is not None and column.column.column_class == "identifier":
        return set()
    found = cells.unique()
    found = found.filter(found.str.contains(_HINT))
    if column is not None and column.column.type not in TEXTS:
        found = found.filter(~found.str.contains(_FIGURE))
    return {part.strip() for text in found.to_list() for part in personal_in(text)}


def _hinted(raw: RawSheet) -> set[int]:
    """The columns in which anything may look personal: a first look at many columns at once, for a call costs more."""
    at_once = max(1, AT_ONCE // max(1, raw.height))
    found: set[int] = set()
    for start in range(0, raw.width, at_once):
        cells = pl.DataFrame([raw.column(i) for i in range(start, min(raw.width, start + at_once))])
        told = cells.select(pl.all().unique().str.contains(_HINT).any())
        found |= {start + i for i, hit in enumerate(told.row(0)) if hit}
    return found


def _own_words() -> bytes:
    """The project's own files as one text, and every word of them as a cell."""
    from warehouse.settings import operations_dirs

    folders = {str(f): None for f in (*operations_dirs(), *(PROJECT / room for room in ROOMS))}
    found: dict[str, int] = {}
    for base, below, names in (step for folder in folders for step in os.walk(folder)):  # once for all endings
        below[:] = [name for name in below if name != "target"]
        for name in names:
            if name.endswith(KINDS) and name not in PERSONS and os.path.isfile(path := os.path.join(base, name)):
                found[path] = os.stat(path).st_mtime_ns
    return _text_of(tuple((Path(path), found[path]) for path in sorted(found)))


@lru_cache(maxsize=2)
def _text_of(files: tuple[tuple[Path, int], ...]) -> bytes:
    """Read again where a file changed."""
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path, _ in files)
    words = CELL + CELL.join(w.encode() for w in sorted(set(re.findall(r"[A-Za-z]+", text)))) + CELL
    return text.encode("utf-8", "surrogatepass") + b"\n" + words


__all__ = ["nobodys", "personal_values_of", "remember", "remembered", "values_of", "values_path"]
