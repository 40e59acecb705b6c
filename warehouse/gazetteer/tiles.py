"""Where the tiles of a country stand: `operations/<op>/tiles.yml`, read and checked.

Only the layout belongs here; what is drawn on it belongs to the charts.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from warehouse.operation_files import Names, Strict, read_yaml

NAMED = (("place_code", "place_name"), ("origin_code", "origin_name"), ("domain", "domain_name"))  # of the marts
LANGUAGES = ("en", "ru", "ky")


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

    @cached_property
    def by_code(self) -> dict[str, Tile]:
        """Its tiles by the code of their place."""
        return {tile.place_code: tile for tile in self.tiles}

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


def tiles_of(operation: str) -> Tiles | None:
    """The layout of an operation; None where no folder of operations has one."""
    from warehouse.settings import operations_dirs

    folders = [folder / operation for folder in operations_dirs()]
    found = (load_tiles(folder) for folder in folders if folder.is_dir())
    return next((made for made in found if made is not None), None)


def renamed(row: dict[str, Any], tiles: Tiles | None) -> dict[str, Any]:
    """A row of a mart whose places are called as on the tile map, so that maps, tables and sentences agree.

    Two places may share their name in the gazetteer (an oblast and its city); on the map they never do.
    """
    if tiles is None:
        return row
    named = {
        f"{stem}_{lang}": tiles.by_code[row[code]].name(lang)
        for code, stem in NAMED for lang in LANGUAGES
        if row.get(code) in tiles.by_code and f"{stem}_{lang}" in row
    }  # fmt: skip
    return {**row, **named} if named else row
