"""Tile layouts: each place and each square once, every place of the level of the gazetteer, names in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.errors import MtmError
from warehouse.gazetteer.check import check_operation
from warehouse.gazetteer.tiles import load_tiles
from warehouse.operations import Operation, load_operation

TILE = "- {{place_code: {code}, column: {column}, row: 1, label: {{en: A}}}}\n"


def test_the_kyrgyz_layout_has_every_unit_of_the_first_level(kgz: Operation) -> None:
    tiles = load_tiles(kgz.folder)
    assert tiles is not None and (tiles.columns, tiles.rows) == (5, 3)
    first = {row["place_code"] for row in kgz.gazetteer if row["place_level"] == "1"}
    assert {tile.place_code for tile in tiles.tiles} == first and len(first) == 9
    assert all(tile.label.ru and tile.label.ky for tile in tiles.tiles)
    assert [t for t in check_operation(kgz, None) if t.code == "tile_of_nothing"] == []


@pytest.mark.parametrize(("second", "said"), [("A:1", "place"), ("B:1", "square"), ("B:99", "12")])
def test_a_place_or_a_square_twice_is_refused(tmp_path: Path, second: str, said: str) -> None:
    code, column = second.split(":")
    text = "tiles:\n" + TILE.format(code="A", column=1) + TILE.format(code=code, column=column)
    (tmp_path / "tiles.yml").write_text(text, "utf-8")
    with pytest.raises(MtmError, match=said):
        load_tiles(tmp_path)


def test_a_country_without_a_layout_has_none() -> None:
    assert load_tiles(load_operation("nga").folder) is None
