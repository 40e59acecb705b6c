"""The words of alerts in three languages, from `words.yml`.

Looking a word up and filling it in belong here. A value that is put in is never looked through for more places to fill.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from warehouse.operation_files import Names, Strict, read_yaml

FILE = Path(__file__).with_name("words.yml")


class Words(Strict):
    """The file `words.yml`: a text by name, with {places} to be filled in."""

    words: dict[str, Names]


def word(name: str, language: str, **values: object) -> str:
    """A text in a language, filled in."""
    names = words()[name]
    text: str = getattr(names, language) or names.en
    return text.format(**values) if values else text


@cache
def words() -> dict[str, Names]:
    """All of them."""
    return read_yaml(FILE, Words).words
