"""Filling the reference tables of a candidate from the operations' files and the manifests.

One function per table belongs here; the tables' shapes are in `reference_schema.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.errors import MtmError
from warehouse.frame import frame_of
from warehouse.gazetteer.store import crosswalk_rows, gazetteer_rows
from warehouse.normalize.countries import country_rows
from warehouse.operation_files import Names, Others
from warehouse.operations import Operation, find_round, load_operation
from warehouse.parts import parts_of
from warehouse.plan import planned_places
from warehouse.releases.former_cells import load_former_cells
from warehouse.releases.manifest import RoundVersion
from warehouse.releases.quality_codes import code_rows
from warehouse.releases.reference_schema import REFERENCE
from warehouse.releases.statements import statement_rows
from warehouse.settings import Home, operations_dirs
from warehouse.survey.reliability import reliability_rows
from warehouse.survey.stated import stock_round

Rows = list[dict[str, Any]]
_ARROW = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(),
          "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us")}  # fmt: skip


def load_reference(con: duckdb.DuckDBPyConnection, versions: list[RoundVersion], releases: Rows, home: Home) -> None:
    """Create schema `reference` anew with every table of REFERENCE; `home` may have imported places."""
    operations = [load_operation(code) for code in sorted({v.round_key.split("-")[0] for v in versions})]
    tables: dict[str, Rows] = {
        "operation": [operation_row(o) for o in operations],
        "round": [round_row(v) for v in sorted(versions, key=lambda v: v.round_key)],
        "place": [place_row(o, row) for o in operations for row in gazetteer_rows(o, home)],
        "place_crosswalk": [crosswalk_row(o, row) for o in operations for row in crosswalk_rows(o, home)],
        "country": [dict(row) for row in country_rows()],
        "indicator": [row for o in operations for row in indicator_rows(o)],
        "indicator_comparability": [row for v in versions for row in comparability_rows(v)],
        "frame": [row for o in operations for row in frame_rows(o, home)],
        "round_plan": [row for v in versions for row in plan_rows(v, home)],
        "part_dimension": [row for o in operations for row in dimension_rows(o)],
        "part_item": [row for o in operations for row in item_rows(o)],
        "survey_design": [row for o in operations for row in survey_design_rows(o)],
        "survey_reliability": reliability_rows(operations_dirs()[-1] / "common"),
        "survey_margin": survey_margin_rows([v.round_key for v in versions]),
        "indicator_option": [row for o in operations for row in option_rows(o)],
        "published_figure": [row for o in operations for row in figure_rows(o)],
        "registered_round": [row for o in operations for row in registered_rows(o)],
        "quality_code": code_rows(operations),
        "release": releases,
        "release_statement": statement_rows(releases, home),
        "release_cell": [],
    }
    con.execute("BEGIN; CREATE SCHEMA IF NOT EXISTS reference")  # one transaction: each would be written down by itself
    for name, columns in REFERENCE.items():
        schema = pa.schema([(column, _ARROW[kind]) for column, kind in columns.items()])
        arrow = pa.Table.from_pylist(tables[name], schema=schema)
        con.register("_incoming", arrow)
        con.execute(f"CREATE OR REPLACE TABLE reference.{name} AS SELECT * FROM _incoming")
        con.unregister("_incoming")
    con.execute("COMMIT")
    load_former_cells(con, versions, releases, home)


def operation_row(operation: Operation) -> dict[str, Any]:
    """The row of `reference.operation`."""
    p = operation.programme
    return {
        "operation": p.operation,
        **p.name.row("operation_name"),
        "country_iso3": p.country_iso3,
        "programme": p.programme,
        "credit_line": p.credit_line,
        "licence": p.licence,
        **p.in_words.programme.row("programme", p.programme),
        **p.in_words.credit_line.row("credit_line", p.credit_line),
        **p.in_words.licence.row("licence", p.licence),
        **p.publication.model_dump(exclude={"sensitive_parts"}),
        "sensitive_parts": ",".join(p.publication.sensitive_parts),
    }


def round_row(version: RoundVersion) -> dict[str, Any]:
    """The row of `reference.round`: registered facts, and the delivery that stands."""
    operation, known = find_round(version.round_key)
    title = known.title or Names(en=f"Round {known.number}", ru=f"Раунд {known.number}", ky=f"{known.number}-айлампа")
    source = known.source or Names(en="")
    book = next(b for b in operation.codebooks if b.component == known.component)
    return {
        "round_key": version.round_key,
        "operation": operation.code,
        "round_number": known.number,
        "round_title": title.en,
        **Others(ru=title.ru, ky=title.ky).row("round_title", title.en),
        "round_source": source.en or None,
        "round_source_ru": source.ru or source.en or None,
        "round_source_ky": source.ky or source.en or None,
        "row_grain": book.row_grain,
        "delivery_id": version.delivery_id,
        "delivery_seq": version.delivery_seq,
        "normalized_id": version.normalized_id,
        **known.model_dump(exclude={"number", "title", "source"}),
    }


def place_row(operation: Operation, row: dict[str, str]) -> dict[str, Any]:
    """The row of `reference.place` from a gazetteer file; blank cells are null."""
    kept = {column: row.get(column) or None for column in REFERENCE["place"]}
    numbers = {c: int(kept[c] or 0) if kept[c] else None for c in ("place_level", "population", "population_year")}
    days = {
        c: _parsed(date.fromisoformat, kept[c], f"{operation.code} gazetteer, {c}") for c in ("valid_from", "valid_to")
    }
    return {**kept, **numbers, **days, "operation": operation.code}


def crosswalk_row(operation: Operation, row: dict[str, Any]) -> dict[str, Any]:
    """The row of `reference.place_crosswalk` from a crosswalk file; a blank share is one that nobody knows."""
    kept = {column: row.get(column) or None for column in REFERENCE["place_crosswalk"]}
    share = _parsed(float, kept["share"], f"{operation.code} crosswalks, share")
    return {**kept, "share": share, "operation": operation.code}


def _parsed(read: Callable[[str], Any], text: str | None, where: str) -> Any:
    try:
        return read(text) if text else None
    except ValueError:
        raise MtmError(
            "a cell of the gazetteer can't be read", where=where, expected="a date such as 2024-12-31, a share such as 0.25",
            todo="mtm gazetteer check, then correct the file", code="bad_operation_file",
        ) from None  # fmt: skip


def indicator_rows(operation: Operation) -> Rows:
    """The rows of `reference.indicator`, in the order of the file."""
    return [
        {
            "operation": operation.code,
            "indicator_code": i.code,
            "component": i.component,
            **i.name.row("indicator_name"),
            **i.definition.row("definition"),
            **(i.denominator.row("denominator") if i.denominator else {}),
            "unit": i.unit,
            "kind": i.kind,
            "topic": i.topic,
            "question_code": i.question,
            "is_sensitive": i.sensitive,
            "population_category": i.measure.category if i.measure else None,
            "mart_name": i.mart,
            "mart_column": i.column,
            "sort_order": order,
        }
        for order, i in enumerate(operation.indicators, 1)
    ]


def comparability_rows(version: RoundVersion) -> Rows:
    """The rows of `reference.indicator_comparability` for one round: one per indicator of its component."""
    operation, known = find_round(version.round_key)
    found = [(i, i.standing(known.number)) for i in operation.indicators if i.component == known.component]
    nobody = {"reason_en": None, "reason_ru": None, "reason_ky": None}
    return [
        {
            "operation": operation.code,
            "component": known.component,
            "indicator_code": indicator.code,
            "round_key": version.round_key,
            "series": standing.series,
            "is_limited": standing.limited,
            "is_asked": standing.asked,
            **(standing.reason.row("reason") if standing.reason else nobody),
        }
        for indicator, standing in found
    ]


def frame_rows(operation: Operation, home: Home | None) -> Rows:
    """The rows of `reference.frame` from `frame.csv`."""
    return [{**row.model_dump(), "operation": operation.code} for row in frame_of(operation, home)]


def plan_rows(version: RoundVersion, home: Home | None) -> Rows:
    """The rows of `reference.round_plan` for one round, from `plan.csv`."""
    operation, known = find_round(version.round_key)
    return [
        {
            "round_key": version.round_key,
            "place_code": code,
            "planned_communities": p.communities,
            "planned_interviews": p.interviews,
        }
        for code, p in planned_places(operation, known, home).items()
    ]


def dimension_rows(operation: Operation) -> Rows:
    """The rows of `reference.part_dimension`; a dimension without a name is called by its code."""
    return [
        {
            "operation": operation.code,
            "dimension": code,
            **(d.name or Names(en=code)).row("dimension_name"),
            "adds_up": d.adds_up,
        }
        for code, d in parts_of(operation).items()
    ]


def item_rows(operation: Operation) -> Rows:
    """The rows of `reference.part_item`: parts that have a name of their own."""
    return [
        {"operation": operation.code, "dimension": code, "item": item, **name.row("item_name")}
        for code, d in parts_of(operation).items()
        for item, name in d.items.items()
    ]


def survey_design_rows(operation: Operation) -> Rows:
    """The rows of `reference.survey_design`, in the order of the file."""
    return [
        {
            "operation": operation.code,
            **stated.model_dump(include={"component", "weights", "lonely_psu"}),
            **(stated.raking.model_dump(include={"minimum_cell", "gaps", "max_iterations", "tolerance"}) if stated.raking else {}),
            **(dict(zip(("lower_bound", "upper_bound"), stated.raking.bounds, strict=True)) if stated.raking else {}),
        }
        for stated in operation.surveys.values()
    ]  # fmt: skip


def survey_margin_rows(round_keys: list[str]) -> Rows:
    """The rows of `reference.survey_margin`: the margins of the release's survey rounds, and whose stock they are."""
    found = [(key, *find_round(key)) for key in sorted(round_keys)]
    stated = [(key, operation.surveys.get(known.component)) for key, operation, known in found]
    return [
        {
            "round_key": key,
            "margin_number": number,
            "by_oblast": "oblast" in margin.by,
            "by_sex": "sex" in margin.by,
            "population_category": margin.category,
            "minimum_told": margin.minimum_told,
            "stock_round_key": stock_round(design.raking, margin, key, round_keys),
        }
        for key, design in stated
        if design and design.raking
        for number, margin in enumerate(design.raking.margins, 1)
    ]


def option_rows(operation: Operation) -> Rows:
    """The rows of `reference.indicator_option`, in the order of the file."""
    return [
        {
            "operation": operation.code,
            "component": i.component,
            "indicator_code": i.code,
            "option_code": o.code,
            **o.name.row("option_name"),
            "sort_order": order,
        }
        for i in operation.indicators
        for order, o in enumerate(i.options, 1)
    ]


def figure_rows(operation: Operation) -> Rows:
    """The rows of `reference.published_figure`."""
    return [operation.publications.row(figure) for figure in operation.published]


def registered_rows(operation: Operation) -> Rows:
    """The rows of `reference.registered_round`: none where rounds come that are not registered."""
    if not operation.programme.require_registered_rounds:
        return []
    return [
        {
            "operation": operation.code,
            "component": r.component,
            "round_number": r.number,
            "fieldwork_start": r.fieldwork_start,
            "fieldwork_end": r.fieldwork_end,
        }
        for r in operation.rounds
    ]
