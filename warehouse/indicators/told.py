"""What the codebooks of an operation can tell: fields with their options, and what is counted.

Reading codebooks for the catalogue belongs here: which common indicators an operation has follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from warehouse.codebooks.model import Codebook, Measure
from warehouse.indicators.model import Counted, Indicator

DERIVED = {"age_group": "age_years"}  # questions that normalization answers from another field
ANY = "*"  # a category that only the delivery names


@dataclass
class Told:
    """`fields`: per component and field, its option codes (empty: the answer is no code of a list)."""

    components: set[str] = field(default_factory=set)
    fields: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    measures: dict[str, list[Counted]] = field(default_factory=dict)

    @classmethod
    def of(cls, books: Iterable[Codebook]) -> Told:
        """What all codebooks together tell."""
        told = cls()
        for book in books:
            told.components.add(book.component)
            told.measures.setdefault(book.component, []).extend(_counted(book))
            for name, codes in _fields(book):
                told.fields.setdefault((book.component, name), set()).update(codes)
        return told

    def fits(self, indicator: Indicator) -> bool:
        """Whether a common indicator is one of the operation's: its question is asked, what it counts is counted."""
        if indicator.component not in self.components:
            return False
        if indicator.is_survey:
            return self.has_question(indicator) and not self.unknown_options(indicator)
        return indicator.measure is None or self.counts(indicator)

    def has_question(self, indicator: Indicator) -> bool:
        """Whether a codebook of the component has the field."""
        return (indicator.component, indicator.question or "") in self.fields

    def unknown_options(self, indicator: Indicator) -> set[str]:
        """Options of the codebook that the indicator does not name: answers would stand outside its list."""
        listed = {o.code for o in indicator.options}
        return self.codes(indicator) - listed if listed else set()

    def codes(self, indicator: Indicator) -> set[str]:
        """The options that the codebook has for the indicator's question."""
        return self.fields.get((indicator.component, indicator.question or ""), set())

    def counts(self, indicator: Indicator) -> bool:
        """Whether a codebook of the component counts what the indicator is made of."""
        wanted = indicator.measure or Counted()
        return any(_is(m, wanted) for m in self.measures.get(indicator.component, []))

    def restricted(self, indicator: Indicator) -> Indicator:
        """Without the options that the operation's codebook does not have (where it has a list)."""
        codes = self.codes(indicator)
        kept = [o for o in indicator.options if o.code in codes]
        return indicator.model_copy(update={"options": kept}) if codes and kept else indicator


def _is(measure: Counted, wanted: Counted) -> bool:
    pairs = ((measure.category, wanted.category), (measure.dimension, wanted.dimension), (measure.unit, wanted.unit))
    return all(want is None or said in (want, ANY) for said, want in pairs)


def _fields(book: Codebook) -> Iterator[tuple[str, set[str]]]:
    names = set()
    for sheet in book.sheets:
        for column in sheet.columns:
            names.add(column.field)
            yield column.field, {o.code for o in book.code_lists.get(column.options or "", [])}
    for derived, source in DERIVED.items():
        if source in names and derived not in names:
            yield derived, set(book.age_bands)


def _counted(book: Codebook) -> Iterator[Counted]:
    for sheet in book.sheets:
        found: list[Measure] = [c.measure for c in sheet.columns if c.measure]
        found += [g.measure for g in sheet.groups]
        for m in found:
            yield Counted(category=_plain(m.category), dimension=_plain(m.dimension), unit=m.unit)
        if long := sheet.measure:
            category = long.category if long.category and not long.category_field else ANY
            yield Counted(category=_plain(category), dimension=long.dimension, unit=long.unit)


def _plain(text: str) -> str:
    """A text that takes a part of the header may be anything."""
    return ANY if "{" in text else text
