"""By which models a mart is made, from the canonical tables on, in words.

Only the models' own files are read: their `ref` and `source`, and the first sentence of their descriptions.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from warehouse.operation_files import LOADER
from warehouse.settings import DBT_PROJECT
from warehouse.trace.key import Row

REFERENCE = re.compile(r"\bref\(\s*['\"](\w+)['\"]\s*\)")
SOURCE = re.compile(r"\bsource\(\s*['\"](\w+)['\"]\s*,\s*['\"](\w+)['\"]\s*\)")


@cache
def _models() -> dict[str, Path]:
    found = [*(DBT_PROJECT / "models").rglob("*.sql"), *(DBT_PROJECT / "models").rglob("*.py")]
    return {path.stem: path for path in found}


def lineage(mart: str) -> list[Row]:
    """The models that the mart is made from, nearest first, each with what it says of itself."""
    order, queue = [], [mart]
    while queue:
        name = queue.pop(0)
        if name in order or name not in _models():
            continue
        order.append(name)
        queue += sorted(set(REFERENCE.findall(_models()[name].read_text(encoding="utf-8"))))
    return [{"model": name, "what": description(name)} for name in order]


def sources(mart: str) -> list[str]:
    """The canonical tables that it ends at, as `canonical.population`."""
    found = {
        pair for step in lineage(mart) for pair in SOURCE.findall(_models()[step["model"]].read_text(encoding="utf-8"))
    }
    return sorted(f"{schema}.{table}" for schema, table in found if schema == "canonical")


@cache
def description(model: str) -> str:
    """The description of a model; empty where it has none."""
    path = _models()[model].with_suffix(".yml")
    if not path.exists():
        return ""
    data = yaml.load(path.read_bytes(), Loader=LOADER) or {}
    told = [m.get("description") or "" for m in data.get("models", []) if m.get("name") == model]
    return " ".join(told[0].split()) if told else ""
