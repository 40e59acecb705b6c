"""Layouts of other rounds (`operations/<op>/layouts.yml`): in which order they had their columns.

The order of columns belongs here, told by their labels; what a column means is the codebook's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from warehouse.codebooks.folding import fold, fold_label, in_rounds
from warehouse.codebooks.model import Codebook, Sheet
from warehouse.normalize.drift.alignment import Place
from warehouse.normalize.drift.cells import Cells
from warehouse.normalize.frame import TextFrame
from warehouse.operation_look import fingerprint
from warehouse.operations import load_operation, read_yaml


class Strict(BaseModel):
    """A part of the file: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Layout(Strict):
    """The columns of a sheet in the rounds of one codebook, from left to right."""

    codebook: str
    sheet: str
    rounds: str
    columns: list[str]


class Layouts(Strict):
    """The file. `same`: labels of one column that the codebook does not use, under one name."""

    same: dict[str, list[str]] = {}
    layouts: list[Layout] = []


def known_places(frame: TextFrame, cells: Cells, book: Codebook, number: int) -> list[Place]:
    """Where the values of the sheet's columns stand in rows of other rounds."""
    known = _layouts(load_operation(book.operation).folder / "layouts.yml", fingerprint())
    sheet = frame.match.sheet
    others = [
        layout for layout in known.layouts
        if (layout.codebook, layout.sheet) == (book.codebook, sheet.name) and not in_rounds(layout.rounds, number)
    ]  # fmt: skip
    if not others:
        return []
    keys = _Keys(known, sheet)
    own = [keys.of(label) for label in cells.labels]
    found: dict[bytes, Place] = {}
    for layout in others:
        if place := _place(own, [keys.of(label) for label in layout.columns], layout.rounds):
            same = found.get(place.source.tobytes())
            rounds = f"{same.rounds},{place.rounds}" if same else place.rounds
            length = max(place.length, same.length if same else 0)
            found[place.source.tobytes()] = replace(place, rounds=rounds, length=length)
    return list(found.values())


@lru_cache(maxsize=16)
def _layouts(path: Path, fingerprint: int) -> Layouts:
    """The file; read again when any file of an operation changes."""
    return read_yaml(path, Layouts)


def _place(own: list[str], theirs: list[str], rounds: str) -> Place | None:
    """The place, or None where the layouts are one as far as the sheet goes."""
    at = {key: i for i, key in enumerate(theirs) if key}
    source = np.array([at.get(key, -1) for key in own], dtype=np.int32)
    source[source >= len(own)] = -1  # the sheet was cut off there
    away = np.flatnonzero((source >= 0) & (source != np.arange(len(own))))
    labelled = len([key for key in own if key])
    if not len(away) and len(theirs) <= labelled:
        return None
    return Place(source, int(away[0]) if len(away) else labelled, 0, rounds, len(theirs))


class _Keys:
    """One name for all labels of a column: the file's own, else the codebook's field, else the folded label."""

    def __init__(self, known: Layouts, sheet: Sheet) -> None:
        self.names = {fold_label(label): c.field for c in sheet.columns for label in c.labels}
        self.names |= {fold_label(label): name for name, labels in known.same.items() for label in labels}
        self.patterns = [(re.compile(c.pattern), c) for c in sheet.columns if c.pattern]

    def of(self, label: str) -> str:
        """The column's name; empty for a column without a label."""
        folded, plain = fold_label(label), fold(label)
        for pattern, column in self.patterns if folded not in self.names else []:
            if match := pattern.fullmatch(plain):
                measure = column.measure
                return " ".join([measure.category, measure.dimension, *match.groups()]) if measure else column.field
        return self.names.get(folded, folded)
