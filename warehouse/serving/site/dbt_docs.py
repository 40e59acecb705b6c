"""dbt's own documentation as one page that works offline: its manifest without anything of this machine, and the catalog.

Parsing dbt's project (its files only), leaving out what a reader needs not, and putting it into dbt's page belong here. The
catalog (columns and types of the marts) is taken from the release, so no build database is opened.
"""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError
from warehouse.serving.site.page import ICON

if TYPE_CHECKING:
    from warehouse.indicators.marts import Mart
    from warehouse.settings import Home

PAGE = "dbt/task/docs/index.html"
HEAD = "<head>"
FAVICON = "${require('./assets/favicons/favicon.ico')}"  # as it stands in dbt's page
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; script-src \'unsafe-inline\' \'unsafe-eval\' data:; '
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src 'none'\">"
)
METADATA = ("dbt_schema_version", "dbt_version", "project_name", "adapter_type")
OVERVIEW = "doc.dbt.__overview__"  # the page on which dbt's documentation opens
WELCOME = """## The models behind the figures

Every table of the release (`models/marts`) is made by the models below, from canonical tables of all rounds. Open one for its
columns, its SQL and its tests; the button at the lower right draws its lineage.

This page is a copy for reading: it loads nothing and asks no server. [Back to the catalogue](../index.html)
"""
LEFT_OUT = {"created_at", "root_path", "build_path", "compiled_path", "compiled", "compiled_code", "deferred", "extra_ctes",
            "extra_ctes_injected", "checksum", "unrendered_config", "unrendered_database", "unrendered_schema"}  # fmt: skip
EMPTY_MAPS = ("disabled", "group_map", "groups", "selectors", "saved_queries", "functions", "semantic_models")


def parsed(home: Home) -> dict[str, Any]:
    """dbt's manifest of this project; parsed where that was not done yet. Raises MtmError where dbt can't."""
    from warehouse.releases import lock
    from warehouse.releases.models import manifest_path

    home.build.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock.acquire(home.build / "dbt.lock")
    try:
        path = manifest_path(home)
    finally:
        lock.release(home.build / "dbt.lock")
    if not path.is_file():
        raise MtmError("dbt could not parse its project", where="dbt_project/", expected="models without errors",
                       todo="dbt parse --project-dir dbt_project --profiles-dir dbt_project shows where", code="dbt_failed")  # fmt: skip
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def page(manifest: dict[str, Any], marts: dict[str, Mart], rows: dict[str, int]) -> str:
    """dbt's page with the manifest and the catalog inside: it loads nothing."""
    template = Path(str(distribution("dbt-core").locate_file(PAGE))).read_text(encoding="utf-8")
    data = {"MANIFEST": told(manifest), "CATALOG": catalog(manifest, marts, rows)}
    for name, content in data.items():
        slot = f'"{name}.JSON INLINE DATA"'
        if slot not in template:
            raise MtmError("dbt's documentation has another shape", where=PAGE, expected=slot,
                           todo="install the version of dbt-core that uv.lock names", code="dbt_docs")  # fmt: skip
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        template = template.replace(slot, text.replace("</", "<\\/"))
    return template.replace(FAVICON, ICON, 1).replace(HEAD, HEAD + POLICY, 1)


def told(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest without dates, ids, paths and names of a machine or a person, and without dbt's own macros."""
    macros = {i for i, m in manifest["macros"].items() if m["package_name"] == manifest["metadata"]["project_name"]}
    kept = {key: _scrubbed(value, macros) for key, value in manifest.items() if key != "metadata"}
    kept["macros"] = {i: m for i, m in kept["macros"].items() if i in macros}
    kept["docs"][OVERVIEW] = {**kept["docs"].get(OVERVIEW, {"name": "__overview__", "package_name": "dbt"}), "block_contents": WELCOME}
    metadata = {name: manifest["metadata"].get(name) for name in METADATA}
    return {**kept, "metadata": {**metadata, "env": {}, "send_anonymous_usage_stats": False, "user_id": None}}


def catalog(manifest: dict[str, Any], marts: dict[str, Mart], rows: dict[str, int]) -> dict[str, Any]:
    """dbt's catalog: columns, types and rows of the marts as they are in the release."""
    nodes = {}
    for identity, node in manifest["nodes"].items():
        mart = marts.get(node["name"]) if node["resource_type"] == "model" and node["fqn"][1] == "marts" else None
        if mart:
            nodes[identity] = _table(identity, node, mart, rows.get(mart.name))
    return {"metadata": {"dbt_version": manifest["metadata"]["dbt_version"]}, "nodes": nodes, "sources": {}, "errors": None}


def _table(identity: str, node: dict[str, Any], mart: Mart, rows: int | None) -> dict[str, Any]:
    columns = {
        c.name: {"name": c.name, "type": c.data_type.upper(), "index": i, "comment": c.description}
        for i, c in enumerate(mart.columns, 1)
    }
    named = {"type": "BASE TABLE", "database": node["database"], "schema": node["schema"], "name": node["name"], "owner": None}
    count = {"id": "row_count", "label": "Rows", "value": rows, "include": rows is not None, "description": "Rows in the release"}
    has = {"id": "has_stats", "label": "Has Stats?", "value": rows is not None, "include": False, "description": ""}
    return {
        "metadata": {**named, "comment": mart.description},
        "columns": columns,
        "stats": {"row_count": count, "has_stats": has},
        "unique_id": identity,
    }


def _scrubbed(value: Any, macros: set[str]) -> Any:
    if isinstance(value, dict):
        found = {k: _scrubbed(v, macros) for k, v in value.items() if k not in LEFT_OUT}
        if isinstance(found.get("macros"), list):  # depends_on: of macros that are left out nothing is told
            found["macros"] = [m for m in found["macros"] if m in macros]
        return found
    if isinstance(value, list):
        return [_scrubbed(v, macros) for v in value]
    return value
