"""Sentences of what was found, in three languages: the templates of collection.yml with numbers as a language writes them.

Filling templates belongs here; what is found, and the templates themselves, do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from warehouse.collection.checks.result import Named, Plain, Share
from warehouse.collection.checks.settings import Said
from warehouse.serving.words import LANGUAGES, Tongue, tongue


def in_words(stem: str, said: Said, values: Mapping[str, Any]) -> dict[str, str]:
    """`{stem}_en`, `_ru`, `_ky`: the template with its values."""
    return {f"{stem}_{lang}": filled(said, values, tongue(lang)) for lang in LANGUAGES}


def filled(said: Said, values: Mapping[str, Any], t: Tongue) -> str:
    """The template in one language; `{n}` and the like become what the language writes."""
    text = said.of(t.lang).format(**{name: _written(value, t) for name, value in values.items()})
    return re.sub(r"\.\.$", ".", text)  # a Russian date ends with a full stop of its own


def _written(value: Any, t: Tongue) -> str:
    if isinstance(value, Share):
        return t.percent(100 * value.value, 1 if 0 < value.value < 0.01 else 0)
    if isinstance(value, Named):
        return value.names.get(t.lang) or value.names["en"]
    if isinstance(value, Plain):
        return str(value.value)
    if isinstance(value, date):
        return t.day(value)
    if isinstance(value, float):
        return t.number(value, 0 if abs(value) >= 100 or round(value, 1) == round(value) else 1)
    return t.number(value) if isinstance(value, int) else str(value) if value is not None else t.number(None)
