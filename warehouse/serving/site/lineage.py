"""Where a mart comes from: the models and sources of dbt that it is made of, drawn as a small static graph.

Reading dbt's manifest and drawing belong here. The drawing has classes, no colours of its own: they are in `site.css`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from html import escape
from itertools import pairwise
from typing import Any

KINDS = ("source", "seed", "staging", "intermediate", "marts")
LETTER, INSIDE, GAP_X, ROW, GAP_Y = 6, 7, 34, 24, 7  # pixels; letters are 11 pixels high


@dataclass(frozen=True)
class Node:
    """One model, seed or source: `kind` is its layer."""

    unique_id: str
    name: str
    kind: str
    description: str
    parents: list[str] = field(default_factory=list)


Graph = dict[str, Node]
Box = tuple[int, float, int]  # left, top, width


def graph(manifest: dict[str, Any]) -> Graph:
    """All models, seeds and sources, by dbt's unique id; tests and metrics are left out."""
    found = {**manifest["nodes"], **manifest["sources"]}
    known = {i for i, raw in found.items() if raw["resource_type"] in ("model", "seed", "source")}
    parents = manifest["parent_map"]
    return {i: _node(i, found[i], sorted(p for p in parents.get(i, []) if p in known)) for i in sorted(known)}


def upstream(all_nodes: Graph, name: str) -> Graph:
    """A mart and everything that it is made of."""
    start = next((i for i, n in all_nodes.items() if n.name == name and n.kind == "marts"), None)
    found: Graph = {}
    todo = [start] if start else []
    while todo:
        identity = todo.pop()
        if identity not in found:
            found[identity] = all_nodes[identity]
            todo += all_nodes[identity].parents
    return dict(sorted(found.items()))


def by_kind(found: Graph, name: str) -> dict[str, list[Node]]:
    """What it is made of, by layer, first the sources; the mart itself is left out."""
    mine = [n for n in found.values() if n.name != name or n.kind != "marts"]
    layers = {kind: sorted((n for n in mine if n.kind == kind), key=lambda n: n.name) for kind in KINDS}
    return {kind: nodes for kind, nodes in layers.items() if nodes}


def drawing(found: Graph, title: str) -> str:
    """The graph as SVG: from the sources at the left to the mart at the right."""
    if not found:
        return ""
    columns = _columns(found)
    height = max(len(c) for c in columns) * (ROW + GAP_Y) + GAP_Y
    at: dict[str, Box] = {}
    left = 2
    for column in columns:
        wide = max(len(_shown(found[i])) for i in column) * LETTER + 2 * INSIDE
        at |= {i: (left, _top(y, len(column), height), wide) for y, i in enumerate(column)}
        left += wide + GAP_X
    width = left - GAP_X + 2
    edges = [_edge(at[p], at[i]) for i, n in found.items() for p in n.parents]
    boxes = [_box(n, *at[i]) for i, n in found.items()]
    return (
        f'<svg class="lineage" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}"><g class="edges">{"".join(edges)}</g>{"".join(boxes)}</svg>'
    )


def _node(identity: str, raw: dict[str, Any], parents: list[str]) -> Node:
    kind = raw["resource_type"]
    if kind == "model":
        kind = raw["fqn"][1] if raw["fqn"][1] in KINDS else "intermediate"
    name = f"{raw['source_name']}.{raw['name']}" if raw["resource_type"] == "source" else raw["name"]
    return Node(identity, name, kind, " ".join(raw.get("description", "").split()), parents)


def _columns(found: Graph) -> list[list[str]]:
    """Nodes by their longest way from a source, a source right before what reads it first; within a column near to what
    they read, so that few lines cross."""
    depth: dict[str, int] = {}

    def of(identity: str) -> int:
        if identity not in depth:
            depth[identity] = 1 + max((of(p) for p in found[identity].parents), default=-1)
        return depth[identity]

    for identity in found:
        of(identity)
    for identity in [i for i, n in found.items() if not n.parents]:
        readers = [depth[i] for i, n in found.items() if identity in n.parents]
        depth[identity] = min(readers, default=1) - 1
    columns = [sorted(i for i in found if depth[i] == d) for d in range(max(depth.values()) + 1)]
    for before, column in pairwise(columns):
        column.sort(key=partial(_rank, found, {i: y for y, i in enumerate(before)}))
    return columns


def _rank(found: Graph, place: dict[str, int], identity: str) -> tuple[float, str]:
    parents = [place[p] for p in found[identity].parents if p in place]
    return _middle(parents) if parents else len(place), identity


def _shown(node: Node) -> str:
    return node.name if len(node.name) <= 32 else node.name[:31] + "…"


def _middle(places: list[int]) -> float:
    return sum(places) / len(places) if places else 0.0


def _top(y: int, of: int, height: int) -> float:
    return round((height - of * (ROW + GAP_Y)) / 2 + y * (ROW + GAP_Y) + GAP_Y / 2, 1)


def _edge(start: Box, end: Box) -> str:
    x1, y1, x2, y2 = start[0] + start[2], start[1] + ROW / 2, end[0], end[1] + ROW / 2
    bend = max(14.0, (x2 - x1) / 2)
    return f'<path d="M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"/>'


def _box(node: Node, x: int, y: float, wide: int) -> str:
    return (
        f'<g class="{node.kind}"><title>{escape(node.name)}</title><rect x="{x:g}" y="{y:g}" width="{wide}" height="{ROW}" rx="4"/>'
        f'<text x="{x + INSIDE:g}" y="{y + 16:g}">{escape(_shown(node))}</text></g>'
    )
