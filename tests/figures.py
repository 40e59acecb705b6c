"""Holds the figures of a page against the marts: what each says of itself, what the mart has, what is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from html import unescape
from typing import Any

import duckdb

FIGURE = re.compile(r'<span class="fig" ([^>]*)>([^<]*)</span>')
ATTRIBUTE = re.compile(r"""data-([a-z]+)=(?:"([^"]*)"|'([^']*)')""")
DIGITS = {
    "number": 0,
    "signed": 0,
    "decimal": 1,
    "share": 1,
    "percent": 1,
    "points": 1,
    "signed_percent": 1,
    "ratio": 2,
}
WITHHELD = {"en": "withheld"}


def figures(page: str) -> Iterator[tuple[dict[str, str], str]]:
    """Every figure of a page: what it says of itself, and its text."""
    for attributes, text in FIGURE.findall(page):
        yield {name: unescape(one or other) for name, one, other in ATTRIBUTE.findall(attributes)}, unescape(text)


def number_in(text: str, lang: str) -> Decimal:
    """The number that a text in a language shows."""
    group, point = (",", ".") if lang == "en" else ("\u00a0", ",")
    plain = text.replace("\u00a0%", "").replace("%", "").replace("\u202f", group).replace(group, "").replace(point, ".")
    return Decimal(plain.replace("\u2212", "-"))


class Marts:
    """The rows of a serving database by mart and key, read as they are asked for."""

    def __init__(self, path: Any) -> None:
        as_served: Any = {
            "enable_external_access": "false",
            "lock_configuration": "true",
        }  # one process, one configuration
        self.con = duckdb.connect(str(path), read_only=True, config=as_served)
        self.known: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[dict[str, Any]]]] = {}

    def value(self, mart: str, column: str, key: dict[str, Any]) -> Any:
        """What the mart has there; fails where the key is no key, or has no row."""
        names = tuple(key)
        if (mart, names) not in self.known:
            answer = self.con.execute(f"SELECT * FROM marts.{mart}")
            columns = [c[0] for c in answer.description or []]
            rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
            for row in (dict(zip(columns, values, strict=True)) for values in answer.fetchall()):
                rows.setdefault(tuple(str(row[name]) for name in names), []).append(row)
            self.known[mart, names] = rows
        found = self.known[mart, names].get(tuple(str(value) for value in key.values()), [])
        assert len(found) == 1, f"{mart} {key}: {len(found)} rows"
        return found[0][column]


def raw(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def check(page: str, marts: Marts, lang: str) -> int:
    """Every figure is the mart's, raw and as it is read. Returns how many there are."""
    count = 0
    for about, text in figures(page):
        value = marts.value(about["mart"], about["column"], json.loads(about["key"]))
        assert about["value"] == raw(value), (about, value)
        if value is None:
            assert about["state"] in ("withheld", "missing", "not_asked") and not re.search(r"\d", text), about
        elif about["form"] in DIGITS:
            shown = value * 100 if about["form"] == "share" else value
            exact = Decimal(repr(value)) * (100 if about["form"] == "share" else 1)
            rounded = exact.quantize(Decimal(1).scaleb(-DIGITS[about["form"]]), ROUND_HALF_EVEN)
            assert number_in(text, lang) == rounded, (about, text, shown)
        elif about["form"] == "text":
            assert text == value
        else:
            assert str(value.year) in text and (str(value.day) in text), (about, text)
        count += 1
    return count
