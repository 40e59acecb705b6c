"""Where the tiles of a country stand: `operations/<op>/tiles.yml`, read and checked.

Only the layout belongs here; what is drawn on it belongs to the charts.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from warehouse.operation_files import Names, Strict, read_yaml


class Tile(Strict):
    """One place: its code in the gazetteer, its square (from 1, top left), a short name in three languages."""

    place_code: str = Field(min_length=1)
    column: int = Field(ge=1, le=12)
    row: int = Field(ge=1, le=12)
    label: Names

    def name(self, lang: str) -> str:
        """Its short name in a language, the English one where there is none."""
        return str(getattr(self.label, lang) or self.label.en)


class Tiles(Strict):
    """`tiles.yml`: the squares of one admin level; no square and no place twice."""

    place_level: int = Field(default=1, ge=1, le=3)
    tiles: list[Tile] = []

    @model_validator(mode="after")
    def _apart(self) -> Tiles:
        for what, seen in (
            ("place", [t.place_code for t in self.tiles]),
            ("square", [(t.column, t.row) for t in self.tiles]),
        ):
            twice = sorted({str(s) for s in seen if seen.count(s) > 1})  # type: ignore[arg-type]
            if twice:
                raise ValueError(f"the same {what} twice: {twice[0]}")
        return self

    @property
    def columns(self) -> int:
        """How many squares wide the map is."""
        return max((tile.column for tile in self.tiles), default=1)

    @property
    def rows(self) -> int:
        """How many squares high it is."""
        return max((tile.row for tile in self.tiles), default=1)


def tile_codes(folder: Path) -> list[str]:
    """The places that an operation's folder lays out."""
    tiles = load_tiles(folder)
    return [tile.place_code for tile in tiles.tiles] if tiles else []


def load_tiles(folder: Path) -> Tiles | None:
    """The layout of an operation's folder; None where it has none. Raises MtmError where the file is wrong."""
    path = folder / "tiles.yml"
    return read_yaml(path, Tiles) if path.is_file() else None
