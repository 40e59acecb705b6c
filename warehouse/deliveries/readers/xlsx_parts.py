"""The parts of an XLSX file that its sheets share: the workbook's list of sheets, the texts, the number formats.

Shared parts belong here; the sheets themselves do not (`xlsx_sheet.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from warehouse.deliveries.readers.dates import built_in_kind, format_kind
from warehouse.deliveries.readers.markup import check_attributes, flag, is_plain_utf8, walk
from warehouse.deliveries.readers.refusal import refuse

SPACES = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
}
_OTHER_ENTITY = re.compile(rb"&(?!(?:lt|gt|quot|apos|amp);)")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ITEM = re.compile(rb'<si>(?:<t( xml:space="preserve")?>([^<\r]*)</t>|(.*?))</si>', re.DOTALL)


# The attributes that elements can have on which the meaning of cells hangs.
STATES = ("visible", "hidden", "veryHidden")
SHEET = frozenset({"name", "sheetId", "state", "r:id"})
WORKBOOK = frozenset(
    [
        "allowRefreshQuery",
        "autoCompressPictures",
        "backupFile",
        "checkCompatibility",
        "codeName",
        "date1904",
        "dateCompatibility",
        "defaultThemeVersion",
        "filterPrivacy",
        "hidePivotFieldList",
        "promptedSolutions",
        "publishItems",
        "refreshAllConnections",
        "saveExternalLinkValues",
        "showBorderUnselectedTables",
        "showInkAnnotation",
        "showObjects",
        "showPivotChartFilter",
        "updateLinks",
    ]
)
FORMAT = frozenset({"numFmtId", "formatCode"})
STYLE = frozenset(
    [
        "numFmtId",
        "fontId",
        "fillId",
        "borderId",
        "xfId",
        "quotePrefix",
        "pivotButton",
        "applyNumberFormat",
        "applyFont",
        "applyFill",
        "applyBorder",
        "applyAlignment",
        "applyProtection",
    ]
)


@dataclass
class Workbook:
    """What the workbook part says: sheets as (name, relationship, hidden), and how numbers are meant."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    from_1904: bool = False
    is_stale: bool = False  # formulas are to be calculated when the file is opened: their values may be placeholders


def read_workbook_part(xml: bytes, where: str) -> Workbook:
    """The workbook part."""
    book = Workbook()
    root: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        root.append(name)
        if name == "sheet":
            check_attributes(attributes, SHEET, where)
            title, relation = attributes.get("name", ""), attributes.get("r:id", "")
            state = attributes.get("state", "visible")
            if not title or not relation or not attributes.get("sheetId") or state not in STATES:
                raise refuse("a sheet has no name, no number, no part or no known state", where, "bad_package")
            book.sheets.append((title, relation, state != "visible"))
        elif name == "workbookPr":
            check_attributes(attributes, WORKBOOK, where)
            book.from_1904 = flag(attributes.get("date1904"), where)
        elif name == "calcPr":
            book.is_stale = flag(attributes.get("fullCalcOnLoad"), where)

    walk(xml, where, SPACES, start)
    if root[0] != "workbook":
        raise refuse("the workbook part is something else", where, "bad_package")
    names = [name.casefold() for name, _, _ in book.sheets]
    if not names or len(set(names)) != len(names):
        raise refuse("the workbook has no sheets, or two of the same name", where, "bad_package")
    return book


def read_styles(xml: bytes, where: str) -> list[int]:
    """What each cell style makes of a number: DATE, DURATION or 0."""
    custom: dict[int, int] = {}
    styles: list[str] = []
    counts: list[str] = []
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name)
        if name == "numFmt" and path[-2:-1] == ["numFmts"]:
            check_attributes(attributes, FORMAT, where)
            if not attributes.get("formatCode"):
                raise refuse("a number format is missing", where, "bad_style")
            custom[int(attributes.get("numFmtId", "x"))] = format_kind(attributes["formatCode"])
        elif name == "xf" and path[-2:-1] == ["cellXfs"]:
            check_attributes(attributes, STYLE, where)
            styles.append(attributes.get("numFmtId", "0"))
        elif name == "cellXfs":
            counts.append(attributes.get("count", ""))

    def end(_: str) -> None:
        path.pop()

    try:
        walk(xml, where, SPACES, start, end)
        if len(counts) != 1 or counts[0] not in ("", str(len(styles))):
            raise refuse("the formats of cells are not as many as declared", where, "bad_style")
        return [custom[n] if n in custom else built_in_kind(n) for n in map(int, styles)]
    except ValueError:
        raise refuse("a number format has no number", where, "bad_style") from None


def unescape(text: str) -> str:
    """`_x000D_` is how a workbook writes a character that XML has no place for; lone surrogates stay as written."""
    if "_x" not in text:
        return text
    decoded = _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text)
    try:
        return decoded.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return _ESCAPED.sub(
            lambda m: m.group() if 0xD800 <= int(m.group(1), 16) < 0xE000 else chr(int(m.group(1), 16)), text
        )


def plain_text(raw: bytes) -> str:
    """The text of an element without markup in it."""
    text = raw.decode("utf-8")
    if "&" in text:
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
            text = text.replace(entity, character)
    return text


def is_plain(raw: bytes) -> bool:
    """Whether `plain_text` is enough: no markup, no line ends to fold, no entities but the five."""
    if b"&" not in raw:
        return b"\r" not in raw and b"]]>" not in raw
    return b"\r" not in raw and b"]]>" not in raw and _OTHER_ENTITY.search(raw) is None


def read_strings(xml: bytes, where: str) -> list[str]:
    """The shared texts; rich text is joined, hints for pronunciation are left out."""
    texts = _fast_strings(xml, where)
    if texts is not None and (declared := re.search(rb'uniqueCount="(\d+)"', xml[: xml.find(b"<si>")])):
        _check_count(len(texts), declared.group(1).decode(), where)
    return texts if texts is not None else _slow_strings(xml, where)


def _fast_strings(xml: bytes, where: str) -> list[str] | None:
    """All texts, where the part is written in the plain way nearly throughout; else None."""
    first, last = xml.find(b"<si>"), xml.rfind(b"</sst>")
    head = xml[:first]
    if first < 0 or b"<sst " not in head or b"!--" in head or xml[last:].strip() != b"</sst>":
        return None
    if SPACES.get(default_space(head)) != "" or not is_plain_utf8(xml):
        return None
    items = _ITEM.findall(xml, first, last)
    sizes = sum(len(space) + len(raw) + len(odd) + (9 if odd else 16) for space, raw, odd in items)
    odds = [odd for _, _, odd in items if odd]
    if sizes != last - first or len(odds) * 10 > len(items) or any(b"<!" in odd or b"<?" in odd for odd in odds):
        return None
    if not all(is_plain(raw) for _, raw, odd in items if not odd):
        return None
    rest = iter(_slow_strings(head + b"".join(b"<si>%b</si>" % odd for odd in odds) + b"</sst>", where, count=False))
    return [next(rest) if odd else unescape(plain_text(raw)) for _, raw, odd in items]


def default_space(head: bytes) -> str:
    """The namespace of names without a prefix, "" where none is declared."""
    found = re.search(rb'\sxmlns="([^"]*)"', head)
    return found.group(1).decode("utf-8", "replace") if found else ""


def _slow_strings(xml: bytes, where: str, count: bool = True) -> list[str]:
    texts: list[str] = []
    path: list[str] = []
    parts: list[str] = []
    declared: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name)
        if name == "sst":
            declared.append(attributes.get("uniqueCount", ""))
        elif name == "si":
            parts.clear()

    def end(name: str) -> None:
        path.pop()
        if name == "si":
            texts.append(unescape("".join(parts)))

    def text(data: str) -> None:
        if path[-1] == "t" and path[-2] in ("si", "r"):
            parts.append(data)

    walk(xml, where, SPACES, start, end, text)
    if not declared:
        raise refuse("the shared texts are something else", where, "bad_package")
    if count:
        _check_count(len(texts), declared[0], where)
    return texts


def _check_count(found: int, declared: str, where: str) -> None:
    """Fewer texts than declared: some were lost, and every number behind them means another text."""
    if declared.isdigit() and found < int(declared):
        raise refuse(f"{found} shared texts where {declared} are declared", where, "bad_shared_strings")
