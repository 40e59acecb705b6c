"""Numbers: texts of cells to whole numbers and decimals. What is not certainly a number has no value.

Reading numbers belongs here; what happens to cells that are none is decided by `rows.py` and `population.py`.

Commas and dots. In "1,234" the comma may part thousands or decimals. It is read only where the column tells: some cell has
two such groups ("1,234,567"), a group and decimals ("1,234.00"), or a part that is no group ("12,5"), and none contradicts.
Spaces, thin spaces and apostrophes part thousands in groups of three. "3.0" is 3; "1.000" alone is not certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from warehouse.normalize.mapped import mapped

# spaces, and marks that are not seen: zero width, direction, soft hyphen
MARKS = "".join(chr(c) for a, b in ((0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2069)) for c in range(a, b + 1))
OVERRIDE = "\u202e"  # shows the digits after it in reverse: nobody knows which number was meant
STRIPPED = " \t\r\n\u00a0\u00ad\u1680\u3000\ufeff" + MARKS.replace(OVERRIDE, "")
_DIGITS = {
    ord(sign): to
    for base in (0x0660, 0x06F0, 0xFF10)
    for digit in range(10)
    for sign, to in ((chr(base + digit), str(digit)),)
} | {0x2212: "-", 0xFF0D: "-", 0xFF0B: "+", 0xFF0E: ".", 0xFF0C: ",", 0x066B: ".", 0x066C: ","}
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_SPACED = re.compile(r"[+-]?\d{1,3}(?:([ '\u2019])\d{3})(?:\1\d{3})*(?=[.,]|$)", re.ASCII)
_WHOLE = re.compile(r"([+-]?)(\d+)", re.ASCII)
_ONE = re.compile(r"([+-]?)(\d+)([.,])(\d+)", re.ASCII)  # one comma or dot
_GROUPS = re.compile(r"([+-]?)(\d{1,3}(?:([.,])\d{3})(?:\3\d{3})*)(?:(?!\3)[.,](\d+))?", re.ASCII)
_POWER = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}", re.ASCII)
MOST_DIGITS = 12
_FIGURES = r"^[0-9]{1,12}$"

Style = dict[str, str | None]  # "," and "." to thousands, decimal, or None where the column does not tell


def clean(text: str) -> str:
    """A number's text without marks around it, with plain digits, and without spaces between groups of three."""
    text = text.strip(STRIPPED).translate(_DIGITS).strip(STRIPPED).removeprefix("'")
    text = _SPACES.sub(" ", text)
    spaced = _SPACED.match(text)
    return re.sub(r"[ '\u2019]", "", spaced.group()) + text[spaced.end() :] if spaced else text


def style_of(texts: list[str]) -> Style:
    """What commas and dots part in a column of cleaned texts."""
    found: dict[str, set[str]] = {",": set(), ".": set()}
    for text in texts:
        if (m := _GROUPS.fullmatch(text)) and (m[2].count(m[3]) > 1 or m[4] is not None):
            found[m[3]].add("thousands")
            if m[4] is not None:
                found[",.".replace(m[3], "")].add("decimal")
        elif (m := _ONE.fullmatch(text)) and (len(m[4]) != 3 or len(m[2]) > 3 or m[2] == "0"):
            found[m[3]].add("decimal")
    return {sign: min(seen) if len(seen) == 1 else None for sign, seen in found.items()}


def whole_number(text: str, style: Style) -> int | None:
    """A cleaned text as a whole number; None where it is none, or not certainly."""
    number = _parts(text, style)
    if number is None or number[2].strip("0"):
        return None
    sign, whole, _ = number
    return int(sign + whole) if len(whole.lstrip("0")) <= MOST_DIGITS else None


def decimal_number(text: str, style: Style) -> float | None:
    """A cleaned text as a number; a dot alone parts decimals unless the column says otherwise."""
    if _POWER.fullmatch(text):
        number = float(text)
        return number if abs(number) < 1e15 else None
    parts = _parts(text, {**style, ".": style["."] or "decimal"})
    return None if parts is None or len(parts[1]) > 15 else float(f"{parts[0]}{parts[1]}.{parts[2] or 0}")


def _parts(text: str, style: Style) -> tuple[str, str, str] | None:
    """Sign, whole part, decimals."""
    if m := _WHOLE.fullmatch(text):
        return m[1], m[2], ""
    if (m := _GROUPS.fullmatch(text)) and (m[2].count(m[3]) > 1 or m[4] is not None):
        return m[1], m[2].replace(m[3], ""), m[4] or ""
    if not (m := _ONE.fullmatch(text)):
        return None
    certain = len(m[4]) != 3 or len(m[2]) > 3 or m[2] == "0"
    if certain or style[m[3]] == "decimal":
        return m[1], m[2], m[4]
    return (m[1], m[2] + m[4], "") if style[m[3]] == "thousands" else None


def whole_numbers(texts: pl.Series, style: Style | None = None) -> pl.Series:
    """A column of counts; null where a cell is no whole number, also where it is missing. `style`: that of the whole column."""
    return all_whole_numbers([texts], [style])[0]


def all_whole_numbers(columns: list[pl.Series], styles: list[Style | None]) -> list[pl.Series]:
    """`whole_numbers` of columns of equal height: their plain figures are read in one go."""
    names = [str(i) for i in range(len(columns))]
    frame = pl.DataFrame([texts.alias(name) for name, texts in zip(names, columns, strict=True)])
    values = frame.select(pl.when(pl.col(n).str.contains(_FIGURES)).then(pl.col(n)).cast(pl.Int64) for n in names)
    rest = [n for n in names if values[n].null_count()]
    odd = frame.select(pl.col(n).filter(values[n].is_null()).unique().implode() for n in rest)
    texts_of = dict(zip(rest, odd.row(0), strict=True)) if rest else {}
    return [
        _with_odd(texts, values[n].alias(texts.name), texts_of.get(n, ()), style)
        for n, texts, style in zip(names, columns, styles, strict=True)
    ]


def _with_odd(texts: pl.Series, values: pl.Series, odd: Iterable[str | None], style: Style | None) -> pl.Series:
    """The values of a column, also of texts that are no plain figures (`odd`), as far as they are whole numbers."""
    cleaned = {t: clean(t) for t in odd if t}
    if not cleaned:
        return values
    style = style or style_of(list(cleaned.values()))
    read = {t: n for t, c in cleaned.items() if (n := whole_number(c, style)) is not None}
    return values if not read else values.fill_null(mapped(texts, read, pl.Int64))


def decimal_numbers(texts: pl.Series, style: Style | None = None) -> pl.Series:
    """A column of numbers; null where a cell is none. `style`: that of the whole column, where `texts` are a piece of it."""
    cleaned = {t: clean(t) for t in texts.unique().to_list() if t}
    style = style or style_of(list(cleaned.values()))
    read = {t: decimal_number(c, style) for t, c in cleaned.items()}
    return mapped(texts, read, pl.Float64)
