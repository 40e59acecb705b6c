"""Taking boundaries in: read, matched with one level of the gazetteer, thinned, kept under `MTM_HOME`, and read again.

The order of the steps and the file that is kept belong here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError, UsageError
from warehouse.gazetteer.boundaries.geometry import Shape, east_of_180, wound
from warehouse.gazetteer.boundaries.match import Matched, match
from warehouse.gazetteer.boundaries.read import read_boundaries
from warehouse.gazetteer.boundaries.simplify import simplified
from warehouse.gazetteer.decisions import write_atomic
from warehouse.gazetteer.index import Index
from warehouse.gazetteer.names import Words
from warehouse.gazetteer.store import gazetteer_rows, of_vintage, vintages
from warehouse.operations import Operation
from warehouse.settings import Home

LARGEST = 2_000_000  # bytes of what is kept: it goes into every report
SHOWN = 5


@dataclass(frozen=True)
class TakenIn:
    """What an import came to. `unknown` are the numbers of features that are no place, `without` places without a shape."""

    file: Path
    operation: str
    level: int
    vintage: str
    places: int
    by_code: int
    by_name: int
    code_field: str
    name_field: str
    unknown: list[int]
    without: list[str]
    points_before: int
    points: int
    bytes: int


def boundary_file(home: Home, operation: str, level: int) -> Path:
    """Where the boundaries of a level lie."""
    return home.boundaries / operation / f"level{level}.geojson"


def load_boundaries(home: Home, operation: str, level: int) -> dict[str, Any] | None:
    """The FeatureCollection of a level (properties: `place_code`; member `mtm`: source, licence); None where there is none."""
    path = boundary_file(home, operation, level)
    try:
        data: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError):
        raise MtmError("the boundaries can't be read", where=path.name, expected="what the import wrote",
                       todo="import the boundaries again", code="bad_boundaries") from None  # fmt: skip
    return data


def kept(home: Home) -> list[tuple[str, int, int, str, str, str]]:
    """What is kept: operation, level, places, vintage, source, licence."""
    found = []
    for path in sorted(home.boundaries.glob("*/level*.geojson")):
        data = load_boundaries(home, path.parent.name, int(path.stem.removeprefix("level"))) or {}
        about = data.get("mtm") or {}
        found.append((path.parent.name, int(about["place_level"]), len(data["features"]), str(about["geography_vintage"]),
                      str(about["source"]), str(about["licence"])))  # fmt: skip
    return found


def take_in(
    path: Path, operation: Operation, home: Home, level: int, *, source: str, licence: str,
    code_field: str | None = None, name_field: str | None = None, vintage: str | None = None, partial: bool = False,
    thin: bool = True,
) -> TakenIn:  # fmt: skip
    """Keep the boundaries of a level; those of before are replaced. Raises MtmError, and then nothing has changed."""
    if not (source.strip() and licence.strip()):
        raise UsageError("boundaries without a source or a licence can't be shown", where=path.name,
                         expected="both, as they stand under a map", todo="give --source and --licence",
                         code="boundaries_without_source")  # fmt: skip
    features = read_boundaries(path)
    chosen, index = _index(operation, home, vintage)
    found = match(features, index, level, operation.programme.country_iso3, code_field, name_field, path)
    _refuse_gaps(found, level, chosen, path, partial)
    codes = sorted(found.by_code)
    shapes = east_of_180([[p for f in found.by_code[code] for p in f.shape] for code in codes])
    before = _points(shapes)
    shapes = simplified(shapes) if thin else shapes
    text = _text(codes, shapes, {"operation": operation.code, "place_level": level, "geography_vintage": chosen,
                                 "source": source, "licence": licence,
                                 "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})  # fmt: skip
    if len(text.encode()) > LARGEST:
        raise MtmError(f"the boundaries take {len(text) / 1e6:.1f} MB", where=path.name,
                       expected=f"{LARGEST // 1_000_000} MB at most", todo="leave out --no-simplify, or simplify the file",
                       code="boundaries_too_large")  # fmt: skip
    target = boundary_file(home, operation.code, level)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(target, text)
    return TakenIn(
        target, operation.code, level, chosen, len(codes), found.methods["code"], found.methods["name"],
        found.code_field, found.name_field, [f.number for f in found.unknown], [p.code for p in found.without],
        before, _points(shapes), len(text.encode()),
    )  # fmt: skip


def _index(operation: Operation, home: Home, vintage: str | None) -> tuple[str, Index]:
    """The places of a vintage: the one given, else that of the latest round that names one, else the newest."""
    rows = gazetteer_rows(operation, home)
    if not rows:
        raise UsageError(f"{operation.code} has no gazetteer to match boundaries with", where=operation.code,
                         expected="a list of places", todo="mtm gazetteer import", code="no_gazetteer")  # fmt: skip
    used = [r.geography_vintage for r in sorted(operation.rounds, key=lambda r: r.number) if r.geography_vintage]
    known = vintages(rows)
    chosen = vintage or (used[-1] if used and used[-1] in known else known[-1] if known else "")
    words = Words.of(operation.aliases.words, operation.aliases.kinds)
    spelled = {a.place_code: a.names for a in operation.aliases.aliases}
    index = Index(of_vintage(rows, chosen or None, operation.code), spelled, words)
    index.hold_all(operation.programme.country_iso3)
    return chosen, index


def _refuse_gaps(found: Matched, level: int, vintage: str, path: Path, partial: bool) -> None:
    """All places of the level and no other, or the person says that part of them is meant."""
    if not found.by_code:
        raise MtmError(f"no feature is a place of level {level}", where=path.name, expected=f"codes or names of {vintage}",
                       todo="give --code-field or --name-field, or another --level; mtm gazetteer show tells the places",
                       code="boundaries_match_nothing")  # fmt: skip
    if partial or not (found.unknown or found.without):
        return
    parts = [f"{len(found.unknown)} features are no place (feature {_listed([f.number for f in found.unknown])})"
             if found.unknown else "",
             f"{len(found.without)} places have no shape ({_listed([p.code for p in found.without])})"
             if found.without else ""]  # fmt: skip
    raise MtmError("; ".join(part for part in parts if part), where=path.name,
                   expected=f"all places of level {level} ({vintage or 'the gazetteer'}) and no other",
                   todo="correct codes or names, or keep what fits with --partial", code="boundaries_incomplete")  # fmt: skip


def _listed(some: list[Any]) -> str:
    return ", ".join(str(one) for one in some[:SHOWN]) + (", …" if len(some) > SHOWN else "")


def _points(shapes: list[Shape]) -> int:
    return sum(len(ring) for shape in shapes for polygon in shape for ring in polygon)


def _text(codes: list[str], shapes: list[Shape], about: dict[str, Any]) -> str:
    """The file, the same for the same input: rounded to five digits (a metre)."""
    features = [
        {"type": "Feature", "properties": {"place_code": code},
         "geometry": {"type": "MultiPolygon", "coordinates": [[[[round(x, 5), round(y, 5)] for x, y in ring] for ring in wound(p)]
                                                              for p in shape]}}
        for code, shape in zip(codes, shapes, strict=True)
    ]  # fmt: skip
    return json.dumps(
        {"type": "FeatureCollection", "mtm": about, "features": features}, separators=(",", ":"), ensure_ascii=False
    )
