"""`warehouse/serving/neutral.py` as one SQL expression: millions of cells are made harmless inside the database.

Only this twin belongs here; a test holds that both say the same of any text.
"""

from __future__ import annotations

from warehouse.serving.neutral import MARK
from warehouse.sql_text import escaped

# What `\s` and `\d` mean to Python, spelled out: the database's own classes know ASCII only.
_SPACE = r"\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_BLANK = rf"[{_SPACE}\x{{180e}}\x{{200b}}-\x{{200f}}\x{{202a}}-\x{{202e}}\x{{2060}}-\x{{2069}}\x{{feff}}]*"
STARTS = rf"^'*(?:{_BLANK}[=+\-@\x{{ff1d}}\x{{ff0b}}\x{{ff0d}}\x{{ff20}}]|[\t\r\n])"
HARMLESS = r"[+-]?\p{Nd}+(?:[.,]\p{Nd}+)?|-+|\+"


def neutral_sql(text: str) -> str:
    """The expression for a text expression, `text`: what `neutral` makes of it; null stays null."""
    starts, harmless, mark = (_literal(part) for part in (STARTS, HARMLESS, MARK))
    return (
        f"CASE WHEN regexp_matches({text}, {starts}) AND NOT regexp_full_match({text}, {harmless})"
        f" THEN {mark} || {text} ELSE {text} END"
    )


def _literal(text: str) -> str:
    return f"'{escaped(text)}'"
