"""Rows of dimensions: the file of the operation, and the line, that they come from.

Only finding the line belongs here; what the files may say is in `warehouse/operations.py` and the models beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from warehouse.settings import DBT_PROJECT, PROJECT, operations_dirs
from warehouse.trace.key import Row


def stated_in(mart: str, row: Row) -> list[Row]:
    """File and line of each statement behind a row of a dimension; a file alone where no line says it."""
    operation = str(row.get("operation") or str(row.get("round_key") or "").split("-")[0])
    folder = next((d / operation for d in operations_dirs() if operation and (d / operation).is_dir()), None)
    common = operations_dirs()[-1] / "common"
    places = sorted((folder / "gazetteer").rglob("*.csv")) if folder else []
    look: dict[str, tuple[list[Path | None], list[str]]] = {
        "dim_operation": ([_in(folder, "operation.yml")], [rf"^operation:\s*{_word(operation)}"]),
        "dim_round": ([_in(folder, "rounds.yml")], _round(row)),
        "dim_place": (list(places), [rf"^{_word(row.get('place_code'))},.*{_word(row.get('geography_vintage'))}"]),
        "mart_place_crosswalk": (list(places), [rf"{_word(row.get('from_code'))},.*{_word(row.get('to_code'))}"]),
        "dim_country": ([common / "countries.yml"], [rf"^\s*{_word(row.get('country_iso3'))}:"]),
        "dim_indicator": ([_in(folder, "indicators.yml"), common / "indicators.yml"], _code(row.get("indicator_code"))),
        "dim_indicator_option": (
            [_in(folder, "indicators.yml"), common / "indicators.yml"],
            [*_code(row.get("indicator_code")), *_code(row.get("option_code"))],
        ),
        "dim_indicator_comparability": (
            [_in(folder, "indicators.yml"), common / "indicators.yml"],
            [*_code(row.get("indicator_code")), r"comparability:"],
        ),
        "dim_population_category": (
            [common / "indicators.yml", DBT_PROJECT / "seeds" / "population_categories.csv"],
            _code(f"stock.{row.get('population_category')}"),
        ),
    }
    files, patterns = look.get(mart, ([], []))
    there = [file for file in files if file is not None and file.exists()]
    found = [line for file in there for line in _lines(file, patterns)]
    return found or [{"file": _name(file), "line": None} for file in there]


def _in(folder: Path | None, name: str) -> Path | None:
    return folder / name if folder else None


def _word(value: object) -> str:
    return rf'"?{re.escape(str(value))}"?\b'


def _code(code: object) -> list[str]:
    return [rf"code:\s*{_word(code)}(?=[\s,}}]|$)"]


def _round(row: Row) -> list[str]:
    key = str(row.get("round_key") or "--r0")
    return [rf"component:\s*{_word(key.split('-')[1])}", rf"number:\s*{int(key.rpartition('r')[2])}\b"]


def _lines(file: Path, patterns: list[str]) -> Iterator[Row]:
    """The first place where the patterns follow one another; each begins anew where the first comes again."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for start, line in enumerate(lines):
        if not re.search(patterns[0], line):
            continue
        at = start
        for pattern in patterns[1:]:
            ahead = range(at, len(lines))
            again = next((n for n in ahead if n > start and re.search(patterns[0], lines[n])), len(lines))
            at = next((n for n in ahead if n < again and re.search(pattern, lines[n])), -1)
            if at < 0:
                break
        if at >= 0:
            yield {"file": _name(file), "line": at + 1}
            return


def _name(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix() if file.is_relative_to(PROJECT) else file.as_posix()
