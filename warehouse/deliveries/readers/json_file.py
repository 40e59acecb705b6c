"""JSON to sheets: answers of the KoboToolbox and DTM APIs and plain lists of objects, strictly parsed.

Parsing and the envelopes of APIs belong here; how records become rows does not (json_records.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from warehouse.deliveries.readers.encoding import decode_json
from warehouse.deliveries.readers.json_records import Number, Record, Tables
from warehouse.deliveries.readers.memory import without_collection
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.errors import UnreadableDelivery

EXPECTED = "the answer of the KoboToolbox or DTM API, or a list of objects"
WHOLE = "fetch it again, whole: every page, until the count is reached"
_JSON_START = re.compile(r'\s*(\{\s*["}]|\[\s*([\[{\]]|"[^"\n]*"\s*[,\]\r\n]|-?\d|true\b|false\b|null\b))')
_SURROGATE, _NUL = re.compile("[\ud800-\udfff]"), re.compile(r"(?<!\\)(\\\\)*\\u0000")


class _Refused(Exception):
    """What the parser met that no answer of an API holds: the code, and what it is."""


def looks_like_json(head: str) -> bool:
    """Whether a text starts as JSON does (a table may start with a bracket too, but not so)."""
    return _JSON_START.match(head) is not None


def read_json(data: bytes, name: str) -> list[RawSheet]:
    """The sheets of a JSON file: the records, and one sheet for each group that repeats within them.

    Raises UnreadableDelivery where the JSON is broken, an envelope tells of an error, or its count is not that of the rows.
    """
    text = decode_json(data, name)
    if _NUL.search(text):
        raise refuse("the text holds NUL characters", name, "nul", "plain text")
    try:
        with without_collection():
            records = list(_records(_parsed(text, name), name))
            return Tables(PurePath(name).stem or name).fill(records, name)
    except RecursionError:
        raise refuse("the JSON is nested too deep", name, "too_deep", EXPECTED) from None


def _parsed(text: str, name: str) -> Any:
    """The value of the whole text. Numbers stay as they are written."""
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise _broken(text, error, name) from None
    except _Refused as error:
        code, what = error.args
        raise refuse(what, name, code, EXPECTED) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("duplicate_keys", "an object has the same key twice")
    if any(map(_half, found)) or any(map(_half, found.values())):
        raise _Refused("bad_encoding", "a text holds half a character (a lone surrogate)")
    return found


def _half(value: Any) -> bool:
    """Whether a text holds half a character; objects within were looked at already."""
    if isinstance(value, str):
        return not value.isascii() and _SURROGATE.search(value) is not None
    return isinstance(value, list) and any(map(_half, value))


def _no_constant(word: str) -> Any:
    raise _Refused("not_json", f"the file holds {word}, which is not JSON")


def _broken(text: str, error: json.JSONDecodeError, name: str) -> UnreadableDelivery:
    where = f"{name}, line {error.lineno}, character {error.colno}"
    lines = [line for line in text.splitlines() if line.strip()][:2]
    if error.msg == "Extra data" and len(lines) == 2 and all(line.lstrip().startswith("{") for line in lines):
        return refuse("the file is JSON lines (one object in each line)", where, "unknown_format", EXPECTED)
    cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
    what = "the JSON ends too early: the file is cut" if cut else "the JSON is broken"
    return refuse(what, where, "truncated" if cut else "not_json", EXPECTED, "fetch it again")


def _records(value: Any, name: str) -> Iterator[Record]:
    """The records of an envelope or of a plain list."""
    if isinstance(value, dict):
        value = _opened(value, name)
    if not isinstance(value, list):
        raise refuse("the JSON is no table", name, "unknown_format", EXPECTED)
    for number, record in enumerate(value, 1):
        if not isinstance(record, dict):
            raise refuse(
                "not every entry of the list is an object", f"{name}, entry {number}", "unknown_format", EXPECTED
            )
        yield record


def _opened(envelope: dict[str, Any], name: str) -> Any:
    """What is inside an envelope, once it says that it is whole."""
    if "isSuccess" in envelope or "statusCode" in envelope:  # DTM API v3
        good = envelope.get("isSuccess", True) is True and envelope.get("statusCode", "200") == "200"
        if not good or envelope.get("errorMessages"):
            raise refuse("the answer tells of an error", name, "api_error", "a successful answer", "ask the API again")
        return _counted(envelope, "result", "totalRecordsCount", name)
    if "results" in envelope:  # KoboToolbox API v2
        if envelope.get("next") or envelope.get("previous"):
            raise refuse("the answer is one page of several", name, "incomplete", "all records", WHOLE)
        return _counted(envelope, "results", "count", name)
    if "detail" in envelope or "error" in envelope:
        raise refuse("the answer tells of an error", name, "api_error", "a successful answer", "ask the API again")
    kind = "a map (GeoJSON)" if "features" in envelope else "one object, not a list"
    raise refuse(f"the JSON is {kind}", name, "unknown_format", EXPECTED)


def _counted(envelope: dict[str, Any], rows: str, count: str, name: str) -> Any:
    records, declared = envelope.get(rows), envelope.get(count)
    if isinstance(records, list) and declared is not None and str(declared) != str(len(records)):
        what = "the answer holds another number of records than it says"
        raise refuse(f"{what} ({len(records)})", name, "incomplete", f"as many records as `{count}` says", WHOLE)
    return records
