"""Which place each feature is: by the code it carries, and by its name where it carries none that is known.

Only the matching belongs here. A code that means another place than the name is told, and the code holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.errors import UsageError
from warehouse.gazetteer.agree import by_name
from warehouse.gazetteer.boundaries.read import Feature
from warehouse.gazetteer.index import Index, Known


@dataclass
class Matched:
    """What came of the features of one level."""

    by_code: dict[str, list[Feature]] = field(default_factory=dict)  # place code → its features
    methods: Counter[str] = field(default_factory=Counter)  # code | name
    unknown: list[Feature] = field(default_factory=list)
    without: list[Known] = field(default_factory=list)  # places of the level that no feature is
    code_field: str = ""
    name_field: str = ""


def match(
    features: list[Feature], index: Index, level: int, root: str, code_field: str | None, name_field: str | None,
    path: Path,
) -> Matched:  # fmt: skip
    """The places of a level that the features are; `root` is the code of the country."""
    _known_fields(features, [f for f in (code_field, name_field) if f], path)
    found = Matched(code_field=code_field or _likeliest(features, lambda v: _coded(index, v, level) is not None))
    found.name_field = name_field or _likeliest(features, lambda v: _named(index, v, level, root) is not None)
    for feature in features:
        place = _coded(index, feature.properties.get(found.code_field, ""), level)
        method = "code" if place else "name"
        place = place or _named(index, feature.properties.get(found.name_field, ""), level, root)
        if place is None:
            found.unknown.append(feature)
            continue
        found.by_code.setdefault(place.code, []).append(feature)
        found.methods[method] += 1
    found.without = [p for p in index.everywhere(level).places if p.code not in found.by_code]
    return found


def _known_fields(features: list[Feature], wanted: list[str], path: Path) -> None:
    there = sorted({name for feature in features for name in feature.properties})
    for name in wanted:
        if name not in there:
            raise UsageError(
                f"no feature has the property {name}", where=path.name, expected=f"one of {', '.join(there) or '(none)'}",
                todo="give another --code-field or --name-field", code="no_such_property",
            )  # fmt: skip


def _likeliest(features: list[Feature], fits: Callable[[str], bool]) -> str:
    """The property that most features carry a fitting value of; the first by name among equals; blank where none fits."""
    counted = Counter(name for f in features for name, value in f.properties.items() if value.strip() and fits(value))
    return min(counted, key=lambda name: (-counted[name], name)) if counted else ""


def _coded(index: Index, code: str, level: int) -> Known | None:
    """The place of this level with the code; a code cut short (41707) is lengthened with zeros."""
    code = code.strip()
    if not code:
        return None
    for form in (code, *(c for c in _lengthened(code, index) if c != code)):
        known = index.coded(form)
        if known and known.level == level:
            return known
    return None


def _lengthened(code: str, index: Index) -> list[str]:
    lengths = sorted({len(c) for p in index.places.values() for c in (p.code, *p.other_codes) if len(c) > len(code)})
    return [code.ljust(length, "0") for length in lengths]


def _named(index: Index, name: str, level: int, root: str) -> Known | None:
    if not name.strip():
        return None
    found = by_name(index, root, level, name)
    return found.place if found else None
