"""What the floor runs: the marts' SQL, as plain statements in order. Prepared once, before anything is timed.

The text is what the models compile to, with dbt's names made plain; models written in Python are their own `model` function.
Nothing is kept that no mart needs, tables in between are temporary and have no contracts, keys, comments or tests.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from warehouse.releases.models import compiled_models, manifest_path
from warehouse.settings import DBT_PROJECT, Home

NAME = re.compile(r'"(?:build|memory)"\."(\w+)"\."(\w+)"')
SOURCES = ("canonical", "reference", "control")


@dataclass(frozen=True)
class Step:
    """One table, view or seed. `text`: its SQL, the path of its Python file, or of its CSV."""

    name: str
    kind: str  # seed | view | table | by_round | python
    text: str
    types: dict[str, str]
    is_mart: bool
    after: tuple[str, ...]


def steps(home: Home) -> list[Step]:
    """All steps in an order in which each finds what it reads."""
    nodes = json.loads(manifest_path(home).read_text(encoding="utf-8"))["nodes"]
    compiled = compiled_models(home)
    found = {
        uid: _step(node, compiled.get(uid)) for uid, node in nodes.items() if node["resource_type"] in ("model", "seed")
    }
    reads = {uid: [d for d in nodes[uid].get("depends_on", {}).get("nodes", []) if d in found] for uid in found}
    needed = _needed([uid for uid, step in found.items() if step.is_mart], reads)
    order = TopologicalSorter({uid: reads[uid] for uid in sorted(needed)}).static_order()
    return [found[uid] for uid in order]


def _needed(ends: list[str], reads: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(ends)
    while waiting:
        uid = waiting.pop()
        if uid not in found:
            found.add(uid)
            waiting += reads[uid]
    return found


def _step(node: dict[str, Any], sql: str | None) -> Step:
    name, config, path = node["name"], node["config"], DBT_PROJECT / node["original_file_path"]
    after = tuple(
        d.rsplit(".", 1)[1] for d in node.get("depends_on", {}).get("nodes", []) if d.startswith(("model.", "seed."))
    )
    types = dict(config.get("column_types") or {})
    if node["resource_type"] == "seed":
        return Step(name, "seed", str(path), types, False, after)
    if node["language"] == "python":
        return Step(name, "python", str(path), {}, False, after)
    kind = {"incremental": "by_round"}.get(config["materialized"], config["materialized"])
    typed = {c["name"]: c["data_type"] for c in node["columns"].values() if c.get("data_type")}
    return Step(name, kind, plain(sql or ""), typed, node["schema"] == "marts", after)


def plain(sql: str) -> str:
    """The SQL with names of one part: sources as `reference_place`, models by their name."""
    return NAME.sub(lambda m: f"{m[1]}_{m[2]}" if m[1] in SOURCES else m[2], sql)
