"""Taking a filled-in review file back: each line that somebody decided becomes a decision, or nothing does.

Only the reading of the file belongs here; decisions are kept by `gazetteer/decisions.py`.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from warehouse.codebooks.folding import fold_key, in_rounds
from warehouse.errors import MtmError, UsageError
from warehouse.gazetteer.decisions import Decision
from warehouse.gazetteer.resolve import Resolver
from warehouse.normalize.place_review import SHOWN
from warehouse.normalize.places import resolver_of
from warehouse.operations import find_round, load_operation
from warehouse.serving.neutral import plain
from warehouse.settings import Home

NOT_A_PLACE = "not a place"
AT_SOURCE = ("code_reused", "place_code_reused", "place_code_moved", "place_code_renamed")


def decided(path: Path, home: Home) -> tuple[str, list[Decision], int]:
    """The decisions of a filled-in file: operation, decisions, lines left open. Nothing is taken where one line is wrong."""
    rows = _rows(path)
    operations = {str(r.get("operation") or "").strip() for r in rows}
    if len(operations) != 1 or "" in operations:
        raise _wrong(path, 0, "all lines must be of one operation")
    operation = load_operation(operations.pop())
    filled = [(n, r) for n, r in enumerate(rows, 2) if str(r.get("place") or "").strip()]
    resolvers: dict[str, Resolver] = {}
    decisions = []
    for number, row in filled:
        decision, cell = _decision(path, number, row)
        key = cell.get("round_key", "")
        if key not in resolvers:
            resolvers[key] = _resolver(path, number, operation.code, key, home)
        if decision.place:
            _known(path, number, decision, cell, resolvers[key])
        decisions.append(decision)
    return operation.code, decisions, len(rows) - len(filled)


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() in (".yml", ".yaml"):
            data = yaml.safe_load(text)
            rows = data if isinstance(data, list) and all(isinstance(r, dict) for r in data) else []
        else:
            delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
            rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    except (OSError, UnicodeError, yaml.YAMLError, csv.Error) as error:
        raise UsageError(
            f"the review file can't be read: {type(error).__name__}", where=str(path), expected="the CSV or YAML of mtm places",
            todo="save it as CSV in UTF-8", code="bad_review_file",
        ) from None  # fmt: skip
    if not rows:
        raise UsageError(
            "the review file holds no line to decide", where=str(path), expected="a line for each place that is not certain",
            todo="nothing, where mtm places says that every place is certain", code="empty_review_file",
        )  # fmt: skip
    if not {"operation", "level", "place", "name", "code"} <= {str(k) for k in rows[0]}:
        raise _wrong(path, 1, "the columns are not those of mtm places ROUND --out")
    return rows


def _decision(path: Path, number: int, row: dict[str, Any]) -> tuple[Decision, dict[str, str]]:
    cell = {k: _text(v) for k, v in row.items() if isinstance(k, str)}
    place = cell["place"]
    nothing = " ".join(place.casefold().replace("_", " ").split()) == NOT_A_PLACE
    if cell.get("reason") in AT_SOURCE:
        raise _wrong(
            path, number, "a code that stands at several places is corrected at the source, it can't be decided"
        )
    try:
        decision = Decision.model_validate({
            "level": cell["level"], "parent": cell.get("parent", ""), "code": cell["code"], "name": cell["name"],
            "place": None if nothing else place, "not_a_place": nothing, "rounds": cell.get("rounds") or None,
            "by": cell.get("by", ""), "when": cell.get("when") or date.today().isoformat(), "why": cell.get("why", ""),
        })  # fmt: skip
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(p) for p in first["loc"]) or "line"
        raise _wrong(path, number, f"{field} is missing or wrong (who decides, and why, must be said)") from None
    return decision, cell


def _known(path: Path, number: int, decision: Decision, cell: dict[str, str], resolver: Resolver) -> None:
    """The place must be one that the round can have: of the gazetteer at that level, or one that the file offers."""
    offered = {decision.code, *(cell.get(f"candidate_{i}", "") for i in range(1, SHOWN + 1))} - {""}
    if resolver.scheme == "names":
        offered.add(f"{decision.parent}/{fold_key(decision.name)}")
    meant = resolver.index.places.get(str(decision.place))
    beyond = meant is None and not resolver.index.scope(decision.parent, decision.level).places
    if not (meant is not None and meant.level == decision.level) and not (beyond and decision.place in offered):
        raise _wrong(path, number, f"place is not a code of level {decision.level} that the round can have")


def _resolver(path: Path, number: int, operation: str, round_key: str, home: Home) -> Resolver:
    """The resolver of the round that a line is about."""
    try:
        found, known = find_round(round_key)
    except (ValueError, MtmError):
        raise _wrong(path, number, "round_key is not a round") from None
    books = [b for b in found.codebooks if b.component == known.component and in_rounds(b.rounds, known.number)]
    if not books or found.code != operation:
        raise _wrong(path, number, "round_key is not of the operation")
    return resolver_of(found, books[0], known.number, home)


def _text(value: Any) -> str:
    return "" if value is None else plain(str(value)).strip()


def _wrong(path: Path, number: int, problem: str) -> MtmError:
    return MtmError(
        f"nothing was decided: {problem}", where=f"{path.name}, line {number}" if number else path.name,
        expected="place (a code, or: not a place), by and why in each line that is decided; the rest left blank",
        todo="correct the line and give the file again", code="bad_review_file",
    )  # fmt: skip
