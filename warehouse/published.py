"""Figures that were published elsewhere (`published.yml`): what was said, where and when, as numbers or as words.

The shape of the file belongs here, and its rows for `reference.published_figure`; holding our own figures against them
is dbt's (`mart_published_figures`).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import model_validator

from warehouse.operation_files import Strict


class Document(Strict):
    """One publication that figures were taken from (`documents`)."""

    code: str
    kind: Literal["note", "report", "press_release", "news", "press"]
    title: str
    published_on: date | None = None
    url: str = ""


class PublishedFigure(Strict):
    """One figure that was published, as a number or as words, with where it was (`figures`)."""

    round_key: str
    figure_code: str
    name: str
    value: float | None = None
    text: str | None = None
    decimals: int = 0
    unit: str
    source: str
    also_in: list[str] = []
    as_of: date | None = None
    claim: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> PublishedFigure:
        if self.value is None and self.text is None:
            raise ValueError(f"{self.figure_code} of {self.round_key} needs a value or a text")
        return self


class Published(Strict):
    """The file `published.yml`. Without `documents` a source is free text."""

    figures: list[PublishedFigure] = []
    documents: list[Document] = []

    @model_validator(mode="after")
    def _sources_are_known(self) -> Published:
        known = {d.code for d in self.documents}
        named = {code for f in self.figures for code in [f.source, *f.also_in]}
        if known and not named <= known:
            raise ValueError(f"{sorted(named - known)[0]!r} is none of the documents")
        return self

    def documents_of(self, figure: PublishedFigure) -> list[Document]:
        """The documents that say it, the first one being its source; none where the source is free text."""
        by_code = {d.code: d for d in self.documents}
        return [by_code[code] for code in [figure.source, *figure.also_in] if code in by_code]

    def row(self, figure: PublishedFigure) -> dict[str, Any]:
        """The row of `reference.published_figure`; `as_of` is the document's day where nothing else is said."""
        documents = self.documents_of(figure)
        first = documents[0] if documents else None
        day = first.published_on if first else None
        return {
            "round_key": figure.round_key,
            "figure_code": figure.figure_code,
            "figure_name_en": figure.name,
            "published_value": figure.value,
            "published_text": figure.text,
            "decimals": figure.decimals,
            "unit": figure.unit,
            "figure_source": first.title if first else figure.source,
            "publication": first.code if first else None,
            "published_on": day,
            "as_of": figure.as_of or day,
            "is_press_release": any(d.kind == "press_release" for d in documents),
            "claim": figure.claim or None,
        }
