"""Texts that are no tables: pages, mails, keys and the like, told by their first words.

Only telling what a text is belongs here; binary kinds are told by their first bytes where files are opened.
"""

from __future__ import annotations

import re

_KINDS = {
    r"<(!doctype\s+)?html|<(table|head|body|meta|div|script)\b": "a web page (HTML)",
    r"<\?xml|<[a-z_][\w.:-]*(\s[^<>]*)?/?>|<!--|<!doctype": "XML",
    r"\{\\rtf": "a document (RTF)",
    r"(from|to|subject|date|received|return-path|mime-version|content-type|message-id|delivered-to):\s": "an e-mail or web archive",
    r"-----begin ": "a key or a signed message",
    r"begin:v(card|calendar)": "an address card or calendar",
    r"id;p": "a SYLK sheet",
    r"%pdf|%!ps": "a document (PDF or PostScript)",
    r"version https://git-lfs": "a pointer to a file, not the file",
    r"#!|#include|import |def |function |create table|insert into|select .* from ": "a program",
    r"table\r?\n0,1\r?\n": "a DIF sheet",
}


def kind_of_text(head: str) -> str | None:
    """What a text is that is no table (`a web page (HTML)`), by how it starts; None where it may be a table."""
    start = head.lstrip().lower()
    return next((kind for pattern, kind in _KINDS.items() if re.match(pattern, start)), None)
