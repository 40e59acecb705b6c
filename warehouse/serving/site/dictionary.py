"""The data dictionary of the site: marts as the release holds them, with titles, units, keys; indicators by topic.

Putting the release's columns together with the catalogue of titles and dbt's keys belongs here; pages do not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from warehouse.indicators.labels import in_language
from warehouse.indicators.marts import Column, ForeignKey, Mart, marts

if TYPE_CHECKING:
    from warehouse.indicators.columns import ColumnTitles
    from warehouse.indicators.dictionary import Words
    from warehouse.serving.site.catalogue import Catalogue
    from warehouse.serving.words import Tongue

TABLES = "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'marts' ORDER BY table_name"
COLUMNS = """SELECT table_name, column_name, data_type, comment, is_nullable FROM duckdb_columns()
             WHERE schema_name = 'marts' ORDER BY table_name, column_index"""


@dataclass(frozen=True)
class Table:
    """One mart of the release: as dbt describes it, with its rows, and the marts that refer to it."""

    mart: Mart
    rows: int
    used_by: list[str] = field(default_factory=list)

    def key_of(self, column: str) -> ForeignKey | None:
        """The foreign key that a column is part of."""
        return next((k for k in self.mart.foreign_keys if column in k.columns), None)


def tables(c: Catalogue) -> list[Table]:
    """The marts of the served release, in the order in which a reader meets them."""
    with c.source.opened() as asker:
        comments = {str(r["table_name"]): str(r["comment"] or "") for r in asker.rows(TABLES)}
        columns: dict[str, list[dict[str, Any]]] = {}
        for row in asker.rows(COLUMNS):
            columns.setdefault(str(row["table_name"]), []).append(row)
    described = marts()
    order = [*(n for n in described if n in comments), *(n for n in comments if n not in described)]
    found = [_mart(n, comments[n], columns[n], described.get(n)) for n in order]
    uses = {m.name: sorted({o.name for o in found for k in o.foreign_keys if k.mart == m.name}) for m in found}
    told = c.served.manifest.marts if c.served.manifest else {}
    return [Table(m, int(told.get(m.name, {}).get("rows", 0)), uses[m.name]) for m in found]


def _mart(name: str, comment: str, columns: list[dict[str, Any]], described: Mart | None) -> Mart:
    """What the release itself says of its columns; keys as dbt's files have them."""
    key = set(described.key) if described else set()
    return Mart(
        name=name, folder=described.folder if described else "release", description=" ".join(comment.split()),
        columns=[
            Column(name=r["column_name"], data_type=str(r["data_type"]).lower(), description=" ".join((r["comment"] or "").split()),
                   is_required=not r["is_nullable"], is_key=r["column_name"] in key)
            for r in columns
        ],
        foreign_keys=described.foreign_keys if described else [],
    )  # fmt: skip


@cache
def _words() -> Words:
    from warehouse.indicators.dictionary import words

    return words()


@cache
def titles() -> ColumnTitles | None:
    """The titles of columns and marts; None where this installation has no such file yet."""
    from warehouse.indicators.columns import FILE, column_titles

    return column_titles() if FILE.is_file() else None


def column_title(name: str, t: Tongue) -> str:
    """What a column is called in a language; nothing where it has no title."""
    known = titles()
    return in_language(known.columns[name].title, t.lang) if known and name in known.columns else ""  # type: ignore[arg-type]


def column_unit(name: str, t: Tongue) -> str:
    """The unit of a column in a language."""
    known, units = titles(), _words().units
    unit = known.columns[name].unit if known and name in known.columns else None
    return in_language(units[unit], t.lang) if unit in units else unit or ""  # type: ignore[arg-type]


def mart_title(name: str, t: Tongue) -> str:
    """What a mart is called in a language; its name where it has no title."""
    known = titles()
    return in_language(known.marts[name], t.lang) if known and name in known.marts else name  # type: ignore[arg-type]


def topics(c: Catalogue, t: Tongue) -> list[tuple[str, list[dict[str, Any]]]]:
    """The indicators of the release by topic: topic → rows of dim_indicator with their answers under `options`."""
    names = _words().topics
    options: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for o in c.facts["options"]:
        options.setdefault((o["operation"], o["indicator_code"]), []).append(o)
    found: dict[str, list[dict[str, Any]]] = {}
    for i in c.facts["indicators"]:
        row = {**i, "options": options.get((i["operation"], i["indicator_code"]), [])}
        found.setdefault(str(i["topic"]), []).append(row)
    order = [*(k for k in names if k in found), *(k for k in found if k not in names)]
    return [(in_language(names[k], t.lang) if k in names else k, found[k]) for k in order]  # type: ignore[arg-type]


def unit_name(unit: str | None, t: Tongue) -> str:
    """A unit of an indicator in a language."""
    units = _words().units
    return in_language(units[unit], t.lang) if unit in units else unit or ""  # type: ignore[arg-type]
