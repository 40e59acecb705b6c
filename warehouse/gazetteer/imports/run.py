"""Importing a list of places: read, checked against itself and the gazetteer, written into the installation's folder.

The order of the steps and what is written belong here. The result is `MTM_HOME/gazetteer/<operation>/<vintage>.<format>.csv`
with a `.yml` note of where it is from; the operation's own files are never changed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import yaml

from warehouse.errors import MtmError, UsageError
from warehouse.gazetteer.decisions import write_atomic
from warehouse.gazetteer.imports import cod, generic, soate
from warehouse.gazetteer.imports.geojson import read_geojson
from warehouse.gazetteer.imports.listed import Listed, Lot, Problem, checked
from warehouse.gazetteer.imports.tables import read_tables
from warehouse.gazetteer.index import LIST, Index
from warehouse.gazetteer.names import Words
from warehouse.gazetteer.store import COLUMNS, Rows, ensure_overlay, gazetteer_rows, of_vintage, vintages
from warehouse.operations import Operation
from warehouse.settings import Home

Format = Literal["soate", "cod", "geojson", "csv"]
VINTAGE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True)
class Imported:
    """What an import came to."""

    file: Path
    format: str
    vintage: str
    sha256: str
    counts: dict[int, int]  # places by level
    new: int  # places that the vintage did not have
    problems: list[Problem]


def import_places(path: Path, operation: Operation, home: Home, format: str | None, vintage: str | None) -> Imported:
    """Read a list and keep it; the same list of the same vintage and format takes the place of the earlier one."""
    content = _content(path)
    kind = _format(path, format)
    words = Words.of(operation.aliases.words, operation.aliases.kinds)
    existing = gazetteer_rows(operation, None)
    lot = _read(path, kind, operation, words, existing)
    chosen = _vintage(path, kind, vintage, lot)
    there = of_vintage(existing, chosen, operation.code) if chosen in vintages(existing) else []
    lot = checked(lot, {row["place_code"]: int(row["place_level"]) for row in there})
    if not any(p.level for p in lot.places):
        raise MtmError(
            "the list has no place that can be used", where=path.name, expected="rows with code, level, name and parent",
            todo="look at the list, or give the format with --format", code="bad_place_list",
        )  # fmt: skip
    _compare(lot, there, operation, words)
    digest = hashlib.sha256(content).hexdigest()
    target = ensure_overlay(home, operation.code) / f"{chosen}.{kind}.csv"
    source = f"{path.name}, imported; sha256 {digest[:12]}"
    counts = dict(sorted(Counter(p.level for p in lot.places).items()))
    write_atomic(target, _csv(lot, chosen, source))
    write_atomic(target.with_suffix(".yml"), _note(path, kind, chosen, digest, counts, lot))
    known = {row["place_code"] for row in there}
    return Imported(target, kind, chosen, digest, counts, sum(p.code not in known for p in lot.places), lot.problems)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the list can't be read: {error.strerror}", where=str(path), expected="a file", code="no_file"
        ) from None


def _format(path: Path, format: str | None) -> str:
    """As given; else by the columns, never by the file's ending alone."""
    if format:
        return format
    if path.read_bytes()[:1000].lstrip(b"\xef\xbb\xbf \n\r\t").startswith(b"{"):
        return "geojson"
    tables = read_tables(path)
    fitting = [
        name
        for name, fits in (("soate", soate.fits), ("cod", cod.fits), ("csv", generic.fits))
        if any(map(fits, tables))
    ]
    if len(fitting) == 1:
        return fitting[0]
    raise MtmError(
        "the format of the list can't be told" + (f": {' and '.join(fitting)} both fit" if fitting else ""), where=path.name,
        expected="the columns of a SOATE list, a COD table, or place_code, place_level, parent_code, place_name_en",
        todo=f"give --format {'|'.join(get_args(Format))}", code="bad_place_list",
    )  # fmt: skip


def _read(path: Path, kind: str, operation: Operation, words: Words, existing: Rows) -> Lot:
    if kind == "soate":
        return soate.read_soate(path, words)
    if kind == "cod":
        return cod.read_cod(path, operation.programme.country_iso3)
    if kind == "csv":
        return generic.read_generic(path)
    known = vintages(existing)
    rows = of_vintage(existing, known[0] if known else None, operation.code)
    return read_geojson(path, Index(rows, {a.place_code: a.names for a in operation.aliases.aliases}, words))


def _vintage(path: Path, kind: str, given: str | None, lot: Lot) -> str:
    """As given; else what the list says; else format and year in the file's name. Never today's date."""
    years = set(YEAR.findall(path.stem))
    chosen = given or lot.vintage or (f"{kind}-{years.pop()}" if len(years) == 1 else "")
    if not VINTAGE.fullmatch(chosen):
        raise UsageError(
            "the vintage of the list is not known" if not chosen else "the vintage can't be a name",
            where=path.name, expected="small letters, digits and hyphens, such as soate-2021",
            todo="give --vintage; the vintage of the rounds (rounds.yml) adds the places to it", code="no_vintage",
        )  # fmt: skip
    return chosen


def _compare(lot: Lot, there: Rows, operation: Operation, words: Words) -> None:
    """Where the list and the gazetteer's own row of a place differ: the own row stands, and it is said."""
    index = Index(there, {a.place_code: a.names for a in operation.aliases.aliases}, words)
    for place in lot.places:
        known = index.places.get(place.code)
        if known is None:
            if there and place.parent and any(_named(index, place, words)):
                lot.add(
                    "known_under_other_code",
                    "review",
                    "a place of this name stands in the parent under another code",
                    place.row,
                    place.code,
                )
            continue
        if known.level != place.level:
            lot.add(
                "level_differs",
                "review",
                f"the gazetteer has the place at level {known.level}: that stands",
                place.row,
                place.code,
            )
        elif (known.parent or "") != place.parent and place.parent:
            lot.add("parent_differs", "review", "the gazetteer has another parent: that stands", place.row, place.code)
        said = [words.forms(n) for n in place.names.values()]
        if not any(f.full in known.fulls or f.bare in known.bares or f.skeleton in known.skeletons for f in said):
            lot.add(
                "name_differs",
                "review",
                "the gazetteer has another name: that stands, this one is not taken",
                place.row,
                place.code,
            )
            lot.places[lot.places.index(place)] = _nameless(place, known.names)


def _named(index: Index, place: Listed, words: Words) -> Iterator[str]:
    """Codes of the gazetteer's places that bear the name in the same parent."""
    near = index.scope(place.parent, place.level)
    for name in place.names.values():
        forms = words.forms(name)
        yield from (
            p.code for p in near.places if forms.bare in p.bares and p.fits(forms.kind or words.kind(place.kind))
        )


def _nameless(place: Listed, names: tuple[str, str, str]) -> Listed:
    return replace(place, names={lang: n for lang, n in zip(("en", "ru", "ky"), names, strict=True) if n}, aliases=())


def _csv(lot: Lot, vintage: str, source: str) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for p in sorted(lot.places, key=lambda p: (p.level, p.code)):
        named = p.names.get("en") or p.names.get("ru") or p.names.get("ky") or p.code
        writer.writerow({
            "place_code": p.code, "place_level": p.level, "parent_code": p.parent, "place_name_en": named,
            "place_name_ru": p.names.get("ru") or named, "place_name_ky": p.names.get("ky") or named,
            "geography_vintage": vintage, "place_type": p.kind, "population": p.population,
            "population_year": p.population_year, "valid_from": p.valid_from, "valid_to": p.valid_to, "soate": p.soate,
            "latitude": p.latitude, "longitude": p.longitude, "aliases": LIST.join(p.aliases), "place_source": source,
        })  # fmt: skip
    return buffer.getvalue()


def _note(path: Path, kind: str, vintage: str, digest: str, counts: dict[int, int], lot: Lot) -> str:
    """Where the list is from, when it came, and what is wrong with it, by kind of problem."""
    found = Counter((p.severity, p.code) for p in lot.problems)
    note = {
        "source": path.name, "format": kind, "vintage": vintage, "sha256": digest,
        "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "places_by_level": counts, "problems": {f"{severity}.{code}": n for (severity, code), n in sorted(found.items())},
    }  # fmt: skip
    return yaml.safe_dump(note, allow_unicode=True, sort_keys=False)
