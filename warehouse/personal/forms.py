"""The spellings in which one personal value may stand in a file, and the hashes that would give it away.

Only spellings belong here; which values are looked for is said in `values.py`, looking is done in `search.py`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from urllib.parse import quote

HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
PREFIX = 16  # hexadecimal digits of a hash that give it away: it may be cut
SHORTEST = 7  # characters (or digits) that a value needs to be anybody's
_PHONE = re.compile(r"\+?[\d\s().\u00a0-]{9,24}")
_SHORT = re.compile(r"-?\d+\.\d{0,3}")  # a height or an error in metres: no position
_POSITION = re.compile(r"(-?\d{1,3}\.\d{4,})[\s,;]+(-?\d{1,3}\.\d{4,})")
_SAFE = re.compile(r"[A-Za-z0-9._~-]+")  # is written like that in addresses, in JSON, in pages and in CSV
_NUMBER = re.compile(r"-?\d{1,3}\.\d+")


def spellings(value: str) -> list[str]:
    """The value and the other ways in which people write it: a phone without blanks, without its country, with a zero."""
    text = value.strip()
    if _SHORT.fullmatch(text):
        return []
    if position := _POSITION.match(text):
        return [text, f"{position[1]},{position[2]}", *(p for p in position.groups() if len(p) >= SHORTEST)]
    digits = re.sub(r"\D", "", text)
    if _NUMBER.fullmatch(text) or not _PHONE.fullmatch(text) or not 9 <= len(digits) <= 16:
        return [text] if len(text) >= SHORTEST else []
    found = [text, digits]
    if 10 <= len(digits) <= 13:  # the last nine digits are the number inside of the country
        found += [digits[-9:], "0" + digits[-9:]]
    return list(dict.fromkeys(found))


def is_number(text: str) -> bool:
    """Whether a spelling is bare digits (or a coordinate): it counts only where no digit stands beside it."""
    return text.isdigit() or bool(_NUMBER.fullmatch(text))


def written(text: str) -> set[bytes]:
    """The bytes in which a spelling may stand, but as it is: other alphabets, backwards, encoded, escaped."""
    plain = text.encode("utf-8", "surrogatepass")
    hexed = plain.hex()
    found = {plain[::-1], *(_aligned(plain, shift) for shift in range(3)), hexed.encode(), hexed.upper().encode()}
    if text.isascii():  # one pattern of UTF-16 for both byte orders: without the zero at its end
        found.add(text.encode("utf-16-le").strip(b"\0"))
    else:
        found |= {text.encode(code, "surrogatepass") for code in ("utf-16-le", "utf-16-be")}
        found |= {text.encode(code, "ignore") for code in ("cp1251", "koi8-r")} | {
            text[::-1].encode("utf-8", "surrogatepass")
        }
    if not _SAFE.fullmatch(text):
        found |= {e.encode("utf-8", "surrogatepass") for e in _escaped(text)}
    return found - {plain}


def _escaped(text: str) -> list[str]:
    """As it stands in addresses, in JSON, in pages (two ways to write quotes), in XML and in CSV."""
    plain = text.encode("utf-8", "surrogatepass")
    address, spaced = quote(plain, safe=""), quote(plain).replace("%20", "+")
    page = html.escape(text)
    marked = page.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")  # as templates write it
    found = [address, address.lower(), spaced, page, marked, html.escape(text, quote=False), text.replace('"', '""'),
             json.dumps(text)[1:-1]]  # fmt: skip
    if not text.isascii():
        found += ["".join(f"&#{form(c)};" for c in text) for form in (_decimal, _hexadecimal)]
    return found


def _decimal(letter: str) -> str:
    return str(ord(letter))


def _hexadecimal(letter: str) -> str:
    return f"x{ord(letter):x}"


def hashed(text: str) -> list[bytes]:
    """Its unsalted hashes: the beginning in hexadecimal (they may be cut), in base64, and the bytes themselves."""
    found: list[bytes] = []
    for plain in {text.encode("utf-8", "surrogatepass"), text.lower().encode("utf-8", "surrogatepass")}:
        for name in HASHES:
            digest = name(plain, usedforsecurity=False).digest()
            hexed = digest[: PREFIX // 2].hex()
            packed = base64.b64encode(digest[:12])
            found += [digest[:12], packed, hexed.encode(), hexed.upper().encode()]
            if b"+" in packed or b"/" in packed:
                found.append(packed.replace(b"+", b"-").replace(b"/", b"_"))
    return found


def _aligned(plain: bytes, shift: int) -> bytes:
    """The part of a base64 text that is the same whatever stands before and after the value."""
    text = base64.b64encode(b"\0" * shift + plain)
    whole, rest = divmod(shift + len(plain), 3)  # what the last characters say depends on what follows
    return text[(0, 2, 3)[shift] : whole * 4 + (0, 1, 2)[rest]]
