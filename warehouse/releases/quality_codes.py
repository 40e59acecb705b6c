"""What the codes of findings, of rejected rows and of the conservation law are called: the reference table `quality_code`.

Only choosing the words belongs here; they stand in the catalogue of messages, the reasons, and the names of categories and parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from warehouse.indicators.load import common_entries
from warehouse.normalize.reasons import reasons
from warehouse.operation_files import Names
from warehouse.operations import Operation
from warehouse.parts import parts_of
from warehouse.serving.field_report.messages import catalogue

LAW = "conservation:"  # before a measure of the conservation law, which may be spelled like a finding


def code_rows(operations: Iterable[Operation] = ()) -> list[dict[str, Any]]:
    """The rows of `reference.quality_code`. `operations`: whose names of parts are known beside the common ones."""
    messages, found = catalogue().messages, []
    for code in sorted({*messages, *reasons()}):
        message, reason = messages.get(code), reasons().get(code)
        english = message.en.what if message and message.en else reason.what if reason else ""
        named = english if english and "{" not in english else code.replace("_", " ")
        russian = message.ru.what if message and "{" not in message.ru.what else named
        kyrgyz = message.ky if message else named
        found.append({"code": code, "code_name_en": named, "code_name_ru": russian, "code_name_ky": kyrgyz})
    return [*found, *_measures(operations)]


def _measures(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    """`rows`, `returned.individuals`, `returned.individuals.year`: category, unit and dimension by their names."""
    units = catalogue().measures
    stocks = {e.code.removeprefix("stock."): e.name for e in common_entries() if e.kind == "stock" and e.name}
    parts = {code: d.name for o in operations for code, d in parts_of(o).items() if d.name}
    found = [_measure("rows", units["rows"])]
    for category, name in stocks.items():
        for unit in ("individuals", "households"):
            found.append(_measure(f"{category}.{unit}", name, units[unit]))
            found += [_measure(f"{category}.{unit}.{part}", name, units[unit], named) for part, named in parts.items()]
    return found


def _measure(code: str, *names: Names) -> dict[str, Any]:
    rows = [name.row("code_name") for name in names]
    return {"code": LAW + code, **{column: ", ".join(row[column] for row in rows) for column in rows[0]}}
