"""Which delivered label is which field: whole labels first, then patterns, options and last parts of a path.

Reading labels belongs here; finding the header row and what a sheet's match is do not (`match.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from warehouse.codebooks.folding import fold, fold_label
from warehouse.codebooks.kobo import is_export, system_fields
from warehouse.codebooks.lookalike import LookAlikes
from warehouse.codebooks.model import Codebook, Column, Group, Sheet

folded_label = lru_cache(maxsize=20_000)(fold_label)
folded_text = lru_cache(maxsize=20_000)(fold)


@dataclass(frozen=True)
class MappedColumn:
    """A delivered column (0-based index) and the field it carries. `option` is set for 0/1 columns of a select_multiple."""

    index: int
    label: str
    column: Column
    groups: dict[str, str] = field(default_factory=dict)
    option: str | None = None
    member: tuple[str, int, str] | None = None  # of a group: its name, number of the repetition, "item" or "value"
    by_part: bool = False  # known by the last part of its path only

    @property
    def claim(self) -> tuple[object, ...]:
        """What the column claims to be: two columns with one claim contradict each other."""
        return (self.column.field, tuple(sorted(self.groups.items())), self.option)


class Labels:
    """The labels of a codebook's sheet, for one round and the form versions of one delivery."""

    def __init__(self, book: Codebook, sheet: Sheet, columns: list[Column], groups: list[Group]) -> None:
        """`columns` and `groups` are those that hold in the round."""
        self.columns = columns
        self.whole: dict[str, MappedColumn] = {}
        self.clashes: dict[
            str, list[str]
        ] = {}  # labels of two fields, where rows of several form versions stand in one sheet
        for column in columns:
            self._add(column.labels, MappedColumn(0, "", column))
        for group in groups:
            self._add_group(group)
        self.patterns = [(re.compile(c.pattern), c) for c in columns if c.pattern]
        self.options = LookAlikes(_option_labels(book, columns))
        self.ends = self._ends()
        self.whole = LookAlikes(self.whole)
        self.own = {c.field for c in sheet.columns}

    def _add(self, labels: list[str], mapped: MappedColumn) -> None:
        for label in labels:
            known = self.whole.setdefault(fold_label(label), mapped)
            if known.column.field != mapped.column.field and not mapped.member:
                self.clashes[fold_label(label)] = [known.column.field, mapped.column.field]

    def _add_group(self, group: Group) -> None:
        for n in range(1, group.count + 1):
            item = Column(field=f"{group.name}_{n}_item", type=group.item_type, options=group.options)
            value = Column(field=f"{group.name}_{n}", type="count", measure=group.measure)
            for kind, column, labels in (("item", item, group.item_labels), ("value", value, group.value_labels)):
                numbered = [label.replace("{n}", str(n)) for label in labels]
                self._add(numbered, MappedColumn(0, "", column, member=(group.name, n, kind)))

    def _ends(self) -> dict[str, set[str]]:
        """Last parts of the codebook's own paths to the whole labels that end so; counts are left out: a part says too little."""
        ends: dict[str, set[str]] = {}
        for label, mapped in self.whole.items():
            parts = label.split("/")
            if mapped.column.measure is None:
                for i in range(1, len(parts)):
                    ends.setdefault("/".join(parts[i:]).strip(), set()).add(label)
        return ends

    def hits(self, labels: list[str]) -> bool:
        """Whether any label could be one of this sheet's: a cheap look before the whole mapping."""
        return any(
            (folded := folded_label(label)) in self.whole
            or folded.rsplit("/", 1)[-1].strip() in self.whole
            or folded in self.ends
            for label in labels
            if label
        )

    def map(self, labels: list[str]) -> tuple[list[MappedColumn], list[tuple[int, str]]]:
        """Mapped columns in the delivery's order, and the rest. Blank labels are left out."""
        found = {i: m for i, label in enumerate(labels) if (m := self._by_whole(i, label))}
        export = is_export([folded_text(label) for label in labels])
        if export:
            found |= self._system(labels, found)
        found |= self._by_part(labels, found, export=export)
        rest = [(i, label) for i, label in enumerate(labels) if i not in found and label.strip()]
        return [found[i] for i in sorted(found)], rest

    def _by_whole(self, index: int, label: str) -> MappedColumn | None:
        if not label:
            return None
        folded, plain = folded_label(label), folded_text(label)
        if mapped := self.whole.get(folded):
            return MappedColumn(index, label, mapped.column, member=mapped.member)
        return self._by_pattern(index, label, plain) or self._by_option(index, label, folded)

    def _by_pattern(self, index: int, label: str, plain: str) -> MappedColumn | None:
        matches = [(m, c) for p, c in self.patterns if (m := p.fullmatch(plain))]
        return MappedColumn(index, label, matches[0][1], matches[0][0].groupdict()) if len(matches) == 1 else None

    def _by_option(self, index: int, label: str, folded: str) -> MappedColumn | None:
        known = self.options.get(folded)
        return MappedColumn(index, label, known[0], option=known[1]) if known else None

    def _system(self, labels: list[str], found: dict[int, MappedColumn]) -> dict[int, MappedColumn]:
        """Columns that KoboToolbox adds, as far as the codebook does not name the field itself."""
        fields = {folded: c for folded, c in system_fields().items() if c.field not in self.own}
        return {
            i: MappedColumn(i, label, fields[folded_text(label)])
            for i, label in enumerate(labels)
            if i not in found and folded_text(label) in fields
        }

    def _by_part(self, labels: list[str], found: dict[int, MappedColumn], *, export: bool) -> dict[int, MappedColumn]:
        """Columns known by the last part of a path (`group/question`), each only where nothing else claims the same."""
        taken = {m.claim for m in found.values()}
        guesses = {
            i: guess
            for i, label in enumerate(labels)
            if i not in found and label and (guess := self._guess(i, label, export=export)) and guess.claim not in taken
        }
        claims = [guess.claim for guess in guesses.values()]
        return {i: guess for i, guess in guesses.items() if claims.count(guess.claim) == 1}

    def _guess(self, index: int, label: str, *, export: bool) -> MappedColumn | None:
        """A count is guessed in exports of KoboToolbox only: elsewhere the part left out may name another category."""
        folded, plain = folded_label(label).split("/"), folded_text(label).split("/")
        for i in range(1, len(folded)):
            end = "/".join(folded[i:]).strip()
            mapped = self.whole.get(end) or self._by_option(index, label, end)
            if mapped is None and len(plain) == len(folded):
                mapped = self._by_pattern(index, label, "/".join(plain[i:]).strip())
            if mapped and (export or mapped.column.measure is None):
                return MappedColumn(
                    index, label, mapped.column, mapped.groups, mapped.option, mapped.member, by_part=True
                )
        columns = {(c := self.whole[whole].column).field: c for whole in self.ends.get(folded_label(label), ())}
        return MappedColumn(index, label, columns.popitem()[1], by_part=True) if len(columns) == 1 else None


def _option_labels(codebook: Codebook, columns: list[Column]) -> dict[str, tuple[Column, str]]:
    """`question/option` headers of select_multiple questions, folded, to column and option code."""
    found: dict[str, tuple[Column, str]] = {}
    for column in columns:
        if column.type == "choices" and column.options:
            for option in codebook.code_lists[column.options]:
                for label in [option.code, *option.labels]:
                    for question in [column.field, *column.labels]:
                        found[fold_label(f"{question}/{label}")] = (column, option.code)
    return found
