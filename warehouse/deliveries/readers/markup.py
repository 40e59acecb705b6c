"""XML parts, read strictly: namespaces resolved, no document types, and an error that says where.

Walking through XML belongs here; what the elements mean does not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from xml.parsers import expat

from warehouse.deliveries.readers.refusal import refuse
from warehouse.errors import UnreadableDelivery

MAX_DEPTH = 200
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r")  # what XML has no place for
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
ENCODINGS = {"utf-8", "utf8", "us-ascii", "utf-16", "iso-8859-1"}

Start = Callable[[str, dict[str, str]], None]


def walk(
    xml: bytes,
    where: str,
    spaces: dict[str, str],
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for every element. Names in `spaces` become `prefix:name`, or `name` where the prefix is empty.

    Elements and attributes of other namespaces keep their whole name. Raises UnreadableDelivery where it is no XML.
    """
    parser = expat.ParserCreate(check_encoding(xml, where), namespace_separator=" ")
    parser.buffer_text = True
    names: dict[str, str] = {}
    depth = 0

    def short(name: str) -> str:
        space, _, local = name.rpartition(" ")
        if not space:
            return f"? {name}"  # an element without a namespace is none that we know
        prefix = spaces.get(space)
        return (f"{prefix}:{local}" if prefix else local) if prefix is not None else name

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise refuse("a part is nested too deep", where, "bad_xml")
        if name not in names:
            names[name] = short(name)
        start(names[name], {short(k) if " " in k else k: v for k, v in attributes.items()})

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(names[name])

    def on_doctype(*_: object) -> None:
        raise refuse("a part declares a document type or entities", where, "doctype")

    parser.StartElementHandler, parser.EndElementHandler = on_start, on_end
    parser.StartDoctypeDeclHandler = on_doctype
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise bad_xml(where, error.lineno, error.offset) from None


def bad_xml(where: str, line: int, column: int) -> UnreadableDelivery:
    """The refusal of a part that is no XML."""
    return refuse("a part is not well-formed XML", f"{where}, line {line}, character {column + 1}", "bad_xml")


def check_encoding(xml: bytes, where: str) -> str | None:
    """Refuse encodings that spreadsheets don't use; the name for the parser, where it does not know the one that is given."""
    declared = _DECLARED.match(xml[:200])
    name = declared.group(1).decode().lower() if declared else "utf-8"
    if name not in ENCODINGS:
        raise refuse("a part is in an encoding that spreadsheets don't use", where, "bad_encoding")
    return "utf-8" if name == "utf8" else None


def is_plain_utf8(xml: bytes) -> bool:
    """Whether the part can be searched as bytes: UTF-8 by declaration and in fact, no character that XML forbids."""
    declared = _DECLARED.match(xml[:200])
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or (declared and declared.group(1).lower() not in (b"utf-8", b"utf8")):
        return False
    if len(xml.translate(None, _CONTROLS)) != len(xml):
        return False
    if xml.isascii():
        return True
    if b"\xef\xbf\xbe" in xml or b"\xef\xbf\xbf" in xml:
        return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for i in range(0, len(xml), 2**20):
            decoder.decode(xml[i : i + 2**20])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def flag(value: str | None, where: str) -> bool:
    """A truth value of an attribute. Raises UnreadableDelivery where it is neither."""
    if value not in (None, "0", "false", "off", "1", "true", "on"):
        raise refuse("an attribute is neither true nor false", where, "bad_package")
    return value in ("1", "true", "on")


def check_attributes(attributes: dict[str, str], known: frozenset[str], where: str) -> None:
    """Refuse an element with an attribute that its kind does not have: a torn name would be passed over otherwise."""
    if unknown := [name for name in attributes if name not in known and " " not in name and ":" not in name]:
        raise refuse(f"an element has {len(unknown)} attributes that it can't have", where, "bad_package")
