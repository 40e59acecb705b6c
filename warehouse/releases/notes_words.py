"""The words of the release notes: their schema, and the file that holds them in three languages.

Reading and checking words belongs here; what is said with them is in `notes.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

LANGUAGES = ("en", "ru", "ky")


class Words(BaseModel):
    """One language: headings, columns of tables and sentences; `{…}` are filled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    made: str
    nothing_before: str
    synthetic: str
    rounds: str
    round_columns: list[str] = Field(min_length=5, max_length=5)
    added: str
    redelivered: str
    read_anew: str
    removed: str
    no_rounds: str
    people: str
    people_columns: list[str] = Field(min_length=6, max_length=6)
    no_people: str
    people_note: str
    marts: str
    mart_columns: list[str] = Field(min_length=7, max_length=7)
    equal: str
    not_compared: str
    waivers: str
    waiver_columns: list[str] = Field(min_length=5, max_length=5)
    no_waivers: str
    review: str
    no_review: str
    seen: str
    breaks: str
    no_breaks: str
    verify: str


@cache
def words(language: str) -> Words:
    """The words of `en`, `ru` or `ky`."""
    import yaml

    text = Path(__file__).with_name("notes.yml").read_text(encoding="utf-8")
    return Words.model_validate(yaml.safe_load(text)[language])
