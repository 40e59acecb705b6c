"""`datapackage.json`: the package as Frictionless Data describes one, with the schema of every table.

Only this description belongs here; what is told in it comes from the tables and from what the release is about.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.releases.contents import hashed_all
from warehouse.serving.package.about import About
from warehouse.serving.package.tables import Field, Table
from warehouse.serving.words import tongue

FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
}
DIALECT = {
    "header": True,
    "headerRows": [1],
    "commentRows": [2],
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
}


def descriptor(told: About, tables: list[Table], folder: Path) -> dict[str, Any]:
    """The description of the package in `folder`, whose CSV files are written already (their hashes stand in it)."""
    hashes = hashed_all(folder, [folder / "csv" / f"{t.name}.csv" for t in tables])
    t = tongue("en")
    names = {table.name for table in tables}
    return {
        "$schema": PROFILE,
        "name": told.name,
        "id": f"{told.name}-{told.content_hash[:12]}",
        "title": told.title(t),
        "description": _description(told),
        "version": told.release_id,
        "created": told.published_at,
        "licenses": [_licence(told, terms) for terms in told.licences],
        "contributors": [
            _without_none({"title": p.name, "path": p.url, "roles": ["publisher"]}) for p in told.publishers
        ],
        "sources": [_source(r) for r in told.rounds],
        "keywords": [
            "migration",
            "displacement",
            "Displacement Tracking Matrix",
            *(p.country_iso3 for p in told.programmes),
        ],
        "mtm:synthetic": told.synthetic,
        "mtm:credit": told.credits,
        "resources": [_resource(table, hashes[f"csv/{table.name}.csv"], names) for table in tables],
    }


def _description(told: About) -> str:
    mark = "SYNTHETIC: holds rounds that were made, not collected. " if told.synthetic else ""
    return (
        f"{mark}All published tables of release {told.release_id}. The second row of each CSV file holds HXL tags; a row"
        " with is_suppressed = true was withheld to protect people: its empty cells are not zero. Never add up figures"
        " of different rounds, levels, or totals and their parts. README.md says more."
    )


def _licence(told: About, terms: str) -> dict[str, Any]:
    path = next((p.licence_url for p in told.programmes if p.licence == terms and p.licence_url), None)
    return {"name": "terms-of-use", "title": terms, "path": path or "README.md"}


def _source(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": f"{row.get('round_key')}: {row.get('round_title') or ''}".rstrip(": "),
        "version": str(row.get("delivery_id") or ""),
    }


def _resource(table: Table, file: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {
        "name": table.name,
        "type": "table",
        "path": f"csv/{table.name}.csv",
        "title": table.title.en,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
        "dialect": DIALECT,
        "schema": _schema(table, names),
        "mtm:rows": table.rows,
        "mtm:parquet": f"parquet/{table.name}.parquet",
    }


def _schema(table: Table, names: set[str]) -> dict[str, Any]:
    links = [
        {
            "fields": link.columns,
            "reference": {"resource": "" if link.mart == table.name else link.mart, "fields": link.fields},
        }
        for link in table.foreign_keys
        if link.mart in names
    ]
    schema: dict[str, Any] = {"fields": [_field(f) for f in table.fields], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = table.key
    return {**schema, **({"foreignKeys": links} if links else {})}


def _field(field: Field) -> dict[str, Any]:
    told = {
        "name": field.name, "type": TYPES[field.kind], "title": field.title.en, "description": field.description,
        "mtm:hxl": field.hxl, "mtm:unit": field.unit, "mtm:title_ru": field.title.ru, "mtm:title_ky": field.title.ky,
        "constraints": {"required": True} if field.is_required else None,
    }  # fmt: skip
    return _without_none(told)


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}
