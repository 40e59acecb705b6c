"""GeoJSON: the names and codes that features carry as properties; shapes are not read.

The properties of boundary files belong here: those of the common operational datasets, and `Adm1_Code` beside `Adm1_EN`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from warehouse.codebooks.folding import fold_label
from warehouse.errors import MtmError
from warehouse.gazetteer.imports.cod import add_wide, is_wide
from warehouse.gazetteer.imports.listed import Lot
from warehouse.gazetteer.imports.tables import Row
from warehouse.gazetteer.index import Index

LARGEST = 200_000_000  # bytes; boundaries of a country take a few million
CODE = re.compile(r"adm(\d) (code|pcode)")
SOATE_DIGITS = 14


def read_geojson(path: Path, index: Index) -> Lot:
    """The places of the features. Codes cut short (41707) are lengthened where the place they then mean bears the name."""
    rows = [(n, _row(f)) for n, f in enumerate(_features(path), 1)]
    lot = Lot()
    rows = [(n, _lengthened(lot, n, row, index)) for n, row in rows]
    if not all(is_wide(row) for _, row in rows):
        raise _unusable(path, "features without a code")
    add_wide(lot, rows)
    return lot


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > LARGEST:
            raise _unusable(path, f"larger than {LARGEST // 1_000_000} MB")
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _unusable(path, type(error).__name__) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        raise _unusable(path, "no features")
    return [f if isinstance(f, dict) else {} for f in features]


def _row(feature: dict[str, Any]) -> Row:
    properties = feature.get("properties")
    texts = properties.items() if isinstance(properties, dict) else ()
    return {fold_label(str(k)): "" if v is None else str(v) for k, v in texts if not isinstance(v, dict | list)}


def _lengthened(lot: Lot, number: int, row: Row, index: Index) -> Row:
    """`adm1 code` as `adm1 pcode`."""
    found = dict(row)
    for label, level in [(label, int(m[1])) for label in row if (m := CODE.fullmatch(label)) and m[2] == "code"]:
        if row.get(f"adm{level} pcode") or not row[label].strip():
            continue
        code = row[label].strip()
        known = index.coded(code) or (index.coded(code.ljust(SOATE_DIGITS, "0")) if code.isdigit() else None)
        names = [row[n] for n in row if re.fullmatch(rf"adm{level} [a-z]{{2}}", n) and row[n].strip()]
        if known and known.level == level and any(index.words.forms(n).skeleton in known.skeletons for n in names):
            lot.add(
                "code_form",
                "note",
                "the code stands in another form; read as the place that bears the name",
                number,
                known.code,
            )
            found[f"adm{level} pcode"] = known.code
            if known.parent:
                found.setdefault(f"adm{level - 1} pcode", known.parent)
                parent = index.places[known.parent]
                found.setdefault(f"adm{level - 1} en", parent.names[0])
        else:
            lot.add("code_unknown_form", "review", "the code is in no known form: kept as it is", number, code)
            found[f"adm{level} pcode"] = code
    return found


def _unusable(path: Path, problem: str) -> MtmError:
    return MtmError(
        f"the GeoJSON can't be used: {problem}", where=path.name,
        expected="a FeatureCollection whose features have properties such as ADM1_PCODE and ADM1_EN",
        todo="give another file", code="bad_place_list",
    )  # fmt: skip
