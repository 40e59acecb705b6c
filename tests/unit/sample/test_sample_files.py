"""The files as such: same bytes from the same seed, synthetic at first sight, every header known to the codebooks."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.unit.sample.conftest import NAMES, sheets
from warehouse.codebooks.model import Codebook, Column, Sheet
from warehouse.errors import MtmError
from warehouse.operations import load_operation
from warehouse.sample.figures import apportion, load_figures
from warehouse.sample.layout import bma_columns, load_layout
from warehouse.sample.make import make_round


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def test_nine_files_in_order_of_arrival(sample: Path) -> None:
    assert sorted(p.name for p in sample.iterdir()) == list(NAMES.values())


def test_same_seed_same_bytes(sample: Path, tmp_path: Path) -> None:
    for path in [*make_round(tmp_path, "bma", 1, 2024), *make_round(tmp_path, "rms", 3, 2024)]:
        assert digest(path) == digest(sample / path.name)


def test_same_bytes_from_another_process(sample: Path, tmp_path: Path) -> None:
    code = "import sys, pathlib; from warehouse.sample.make import make_round; make_round(pathlib.Path(sys.argv[1]), 'rms', 2, 2024)"
    root = Path(__file__).resolve().parents[3]
    environment = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Bishkek", "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment, cwd=root)
    name = NAMES["rms", 2]
    assert digest(tmp_path / name) == digest(sample / name)


def test_another_seed_other_bytes(sample: Path, tmp_path: Path) -> None:
    path = make_round(tmp_path, "rms", 1, 7)[0]
    assert digest(path) != digest(sample / path.name)


@pytest.mark.parametrize("name", NAMES.values())
def test_the_first_sheet_says_synthetic_in_three_languages(sample: Path, name: str) -> None:
    first, cells = next(iter(sheets(sample / name).items()))
    assert first == "about"
    assert cells[1] == ["SYNTHETIC DATA", "СИНТЕТИЧЕСКИЕ ДАННЫЕ", "СИНТЕТИКАЛЫК МААЛЫМАТТАР"]


def test_the_rounds_file_says_synthetic() -> None:
    rounds = load_operation("kgz").rounds
    assert len(rounds) == 8 and all(
        r.is_synthetic and r.title and "SYNTHETIC" in r.title.en and r.source for r in rounds
    )


def test_generated_places_say_so(sample: Path) -> None:
    cells = list(sheets(sample / NAMES["bma", 3]).values())[1]
    code, name = (cells[0].index(f"Location/{c}") for c in ("Village code", "Village or microdistrict"))
    assert all("-G" in row[code] and "(generated)" in row[name] for row in cells[1:])


def known(book: Codebook, sheet: Sheet, number: int, label: str) -> Column | str | None:
    """The column that a header belongs to, "ignored", or None; written anew, without the engine."""
    text = folded(label)
    for column in sheet.columns:
        asked = [folded(one) for one in column.labels]
        listed = book.code_lists[column.options] if column.type == "choices" and column.options else []
        parts = [f"{q}/{folded(t)}" for q in asked for o in listed for t in [o.code, *o.labels]]
        if text in [*asked, *parts] or (column.pattern and re.fullmatch(column.pattern, text)):
            return column if covers(column.rounds, number) else None
    return "ignored" if any(text == g or (g.endswith("*") and text.startswith(g[:-1])) for g in sheet.ignored) else None


def covers(rounds: str | None, number: int) -> bool:
    if rounds is None:
        return True
    low, dash, high = rounds.partition("-")
    return int(low) <= number <= int(high or (99 if dash else low))


@pytest.mark.parametrize(("component", "number"), NAMES)
def test_every_header_is_known_to_the_codebook(sample: Path, component: str, number: int) -> None:
    book = next(b for b in load_operation("kgz").codebooks if b.component == component)
    parts = [book.main, *(s for s in book.sheets if s.role == "repeat")]
    delivered = list(sheets(sample / NAMES[component, number]).values())[1:]
    assert len(delivered) == len(parts)
    for sheet, cells in zip(parts, delivered, strict=True):
        header = [str(cell) for cell in cells[0]]
        assert len({folded(label) for label in header}) == len(header)
        assert [label for label in header if known(book, sheet, number or 4, label) is None] == []
        found = {c.field for label in header if isinstance(c := known(book, sheet, number or 4, label), Column)}
        assert {c.field for c in sheet.columns if c.required} <= found


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_codebook_counts_what_the_form_means(number: int) -> None:
    book = next(b for b in load_operation("kgz").codebooks if b.component == "bma")
    for key, label in bma_columns(load_layout("bma", number), load_figures(), number):
        column = known(book, book.main, number, label)
        if "." not in key and not key.endswith("_total"):
            assert column == "ignored" or (isinstance(column, Column) and column.field == key), label
            continue
        assert isinstance(column, Column) and column.measure is not None, label
        measure = column.measure
        category, dimension, *item = key.replace("_total", ".total").split(".")
        if dimension in ("sex", "sex_age"):
            assert (measure.dimension, [measure.sex, measure.age_group][: len(item)]) == ("sex_age", item)
        elif dimension == "year":
            assert column.pattern and (m := re.fullmatch(column.pattern, folded(label))) and m["item"] == item[0]
        else:
            assert (measure.dimension, [measure.item] if measure.item else []) == (dimension, item)
        assert measure.category == category


def test_apportion_is_exact() -> None:
    assert apportion(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert apportion(7, {"a": 2, "b": 5}) == {"a": 2, "b": 5}
    assert sum(apportion(192885, load_figures().shares["emigrant"]).values()) == 192885


@pytest.mark.parametrize(
    "text", ["", "id;name\n1;2\n", "id,name_ru,soate,type,parent_id\n1,x,41702205805010,Village,9\n"]
)
def test_a_place_list_that_cannot_be_used(tmp_path: Path, text: str) -> None:
    path = tmp_path / "places.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MtmError, match="list of places") as caught:
        make_round(tmp_path / "out", "bma", 1, 2024, path)
    assert caught.value.code == "bad_place_list" and "\n" not in str(caught.value)
