"""The words that a report or a dictionary shows for indicators and their answers, in one language.

Names only belong here, small and flat; definitions are with the indicators themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from warehouse.indicators.load import common_entries
from warehouse.indicators.model import Entry, Indicator
from warehouse.operation_files import Names

Lang = Literal["en", "ru", "ky"]


def labels(lang: Lang, indicators: Iterable[Indicator] | None = None) -> dict[str, str]:
    """`stock.returned` → its name, `intention/stay` → the name of an answer. Without indicators: of the common catalogue."""
    found: dict[str, str] = {}
    chosen: Iterable[Entry | Indicator] = common_entries() if indicators is None else indicators
    for i in chosen:
        if i.name:
            found[i.code] = in_language(i.name, lang)
        found |= {f"{i.code}/{o.code}": in_language(o.name, lang) for o in i.options or []}
    return found


def in_language(names: Names, lang: Lang) -> str:
    """The name in the language; the English one where there is none."""
    return getattr(names, lang) or names.en
