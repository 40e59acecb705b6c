"""From which columns a column is made, read out of the models' compiled SQL; of models in Python, out of what is declared.

Reading SQL belongs here. Filters, joins and orders are no origin: they decide which rows there are, not what a cell holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warehouse.trace.column_shapes import Shape, Shapes
from warehouse.trace.columns import Column, Columns, Known, Origin

if TYPE_CHECKING:
    from sqlglot.lineage import Node

DIALECT = "duckdb"
Made = dict[str, list[Origin]]  # column → what it is made from
Tables = dict[tuple[str, str], str]  # schema and table → dbt's unique id


def origins(manifest: Mapping[str, Any], sql: Mapping[str, str], shapes: Shapes) -> Known:
    """The columns of every table with their origins. A model whose SQL can't be read has columns without any."""
    nodes = {**manifest["sources"], **manifest["nodes"]}
    tables = {(nodes[uid]["schema"], _table(nodes[uid])): uid for uid in shapes}
    schema = _schema(tables, shapes)
    found: Known = {}
    for uid, shape in shapes.items():
        made, problem = _of_model(nodes[uid], sql.get(uid), manifest["parent_map"].get(uid, []), shapes, tables, schema)
        found[uid] = Columns([Column(c, t, made.get(c, [])) for c, t in shape.items()], problem)
    return found


def _of_model(
    node: Mapping[str, Any], sql: str | None, parents: list[str], shapes: Shapes, tables: Tables, schema: Any
) -> tuple[Made, str]:
    if node["resource_type"] != "model":
        return {}, ""
    if sql is None:
        return _of_python(node, {p: shapes[p] for p in parents if p in shapes}, tables), ""
    try:
        return _of_sql(sql, tables, schema), ""
    except (
        Exception
    ) as error:  # a parser of SQL in a place where nothing may stop: its kind is told, its text quotes SQL
        return {}, f"the SQL can't be read ({type(error).__name__})"


def _of_sql(sql: str, tables: Tables, schema: Any) -> Made:
    from sqlglot.lineage import lineage

    # Without trim_selects no copy of the query is made for every step: twenty times faster, and the origins are the same.
    by_column = lineage(None, sql, schema, dialect=DIALECT, trim_selects=False, validate_qualify_columns=False)
    return {name.lower(): _leaves(node, tables) for name, node in by_column.items()}


def _leaves(node: Node, tables: Tables) -> list[Origin]:
    from sqlglot import exp

    found: set[Origin] = set()
    for step in node.walk():
        table = step.expression if isinstance(step.expression, exp.Table) else None
        if not step.downstream and table is not None and (uid := tables.get((table.db, table.name))):
            found.add((uid, exp.to_column(step.name).name.lower()))
    return sorted(found)


def _of_python(node: Mapping[str, Any], parents: Shapes, tables: Tables) -> Made:
    """What is declared; a column that is not is made from those of the same name in what the model reads."""
    from warehouse.trace.python_models import declared

    named = {table: uid for (_, table), uid in tables.items()}
    told = declared(node["name"])
    made: Made = {}
    for column in told or node["columns"]:
        stated = told[column].made_from if column in told else ()
        pairs = [tuple(text.split(".")) for text in stated]
        made[column] = sorted((named[table], name) for table, name in pairs if table in named)
        made[column] = made[column] or sorted((uid, column) for uid, shape in parents.items() if column in shape)
    return made


def _schema(tables: Tables, shapes: Mapping[str, Shape]) -> Any:
    from sqlglot import MappingSchema

    nested: dict[str, dict[str, dict[str, Shape]]] = {}
    for (schema, table), uid in tables.items():
        nested.setdefault("build", {}).setdefault(schema, {})[table] = shapes[uid]
    return MappingSchema(nested, dialect=DIALECT)  # type: ignore[arg-type]


def _table(node: Mapping[str, Any]) -> str:
    return str(node.get("identifier") or node.get("alias") or node["name"])
