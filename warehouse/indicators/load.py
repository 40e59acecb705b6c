"""The indicators of an operation: the common ones that its codebooks can tell, and its own over them.

Reading and joining the files belongs here; their shape is in `model.py`, what a codebook tells in `told.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from warehouse.codebooks.model import Codebook
from warehouse.errors import MtmError
from warehouse.indicators.model import Entry, Indicator, Indicators
from warehouse.indicators.told import Told
from warehouse.operation_files import Component, read_yaml
from warehouse.settings import operations_dirs

FILE = "indicators.yml"


def common_file() -> Path:
    """The catalogue that all operations share."""
    return operations_dirs()[-1] / "common" / FILE


def common_entries() -> list[Entry]:
    """The entries of the common catalogue."""
    path = common_file()
    return _read(path, path.stat().st_mtime_ns) if path.exists() else []


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> list[Entry]:
    return read_yaml(path, Indicators).indicators


def indicators_of(folder: Path, books: Iterable[Codebook]) -> list[Indicator]:
    """The indicators of the operation whose files lie in `folder`, in the order of the files, common ones first."""
    path = folder / FILE
    own = read_yaml(path, Indicators)
    told = Told.of(books)
    shared = [e for e in common_entries() if e.code not in own.without]
    codes = {e.code for e in shared}
    said = {e.code: e for e in own.indicators}
    found: list[Indicator] = []
    for entry in shared:
        mine = said.get(entry.code)
        whole = joined(entry, mine) if mine else _data(entry)
        built = _built(path, whole, own, told)
        found += built if mine else [told.restricted(i) for i in built if told.fits(i)]
    for entry in own.indicators:
        if entry.code not in codes:
            found += _built(path, _data(entry), own, told)
    return found


def joined(common: Entry, own: Entry) -> dict[str, Any]:
    """The common entry with what the operation says of it."""
    return {**_data(common), **_data(own)}


def _data(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(exclude_none=True)


def _built(path: Path, data: dict[str, Any], own: Indicators, told: Told) -> list[Indicator]:
    """One indicator per component that the operation has (all that are named where it has no codebook yet)."""
    named = data.get("component") or []
    components = cast(list[Component], [named] if isinstance(named, str) else named)
    kept = [c for c in components if not told.components or c in told.components or isinstance(named, str)]
    if not components:
        raise _mistake(path, f"{data['code']}.component: a new indicator needs it")
    return [_indicator(path, data, component, own) for component in kept]


def _indicator(path: Path, data: dict[str, Any], component: Component, own: Indicators) -> Indicator:
    general = [c.model_dump(exclude={"component"}) for c in own.comparability if c.component == component]
    whole = {**data, "component": component, "comparability": [*data.get("comparability", []), *general]}
    try:
        return Indicator.model_validate(whole)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (data["code"], *first["loc"]))
        raise _mistake(path, f"{key}: {first['msg'].removeprefix('Value error, ')}") from None


def _mistake(path: Path, what: str) -> MtmError:
    return MtmError(
        f"{path.name} can't be used: {what}", where=str(path), expected="the keys of an indicator",
        todo="mtm indicators check; docs/adding-a-country.md shows each key", code="bad_operation_file",
    )  # fmt: skip
