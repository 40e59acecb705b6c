"""Tables that an older version made: what is new in today's shape is empty or null, and nothing that was there is lost."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.normalize import older
from warehouse.normalize.identity import content_hash
from warehouse.normalize.older import as_of_today, completed
from warehouse.normalize.schema import TABLES, empty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Tables without the newest one, and one without two of its columns."""
    for name in TABLES:
        table = empty(name)
        if name == "population":
            table = pl.concat([table, pl.DataFrame({"round_key": ["r"], "value": [7]})], how="diagonal_relaxed").drop(
                "place_code", "unit"
            )
        if name != "interview":
            table.write_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "normalized.json").write_text(json.dumps({"round_key": "r", "content_hash": content_hash(tmp_path)}))
    return tmp_path


def test_they_are_completed_once(folder: Path) -> None:
    assert completed(folder) == folder
    for name, schema in TABLES.items():
        assert pl.read_parquet(folder / f"{name}.parquet").schema == pl.Schema(schema), name
    row = pl.read_parquet(folder / "population.parquet").row(0, named=True)
    assert (row["value"], row["place_code"], row["unit"]) == (7, None, None)
    assert json.loads((folder / "normalized.json").read_text())["content_hash"] == content_hash(folder)
    was = {p: p.stat().st_mtime_ns for p in folder.iterdir()}
    completed(folder)
    assert {p: p.stat().st_mtime_ns for p in folder.iterdir()} == was


def test_what_was_altered_before_stays_altered_and_a_kill_is_taken_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(older, "_complete", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            completed(folder)
    completed(folder)
    note = json.loads((folder / "normalized.json").read_text())
    assert note["content_hash"] == content_hash(folder) and "completing" not in note
    (folder / "normalized.json").write_text(json.dumps(note | {"content_hash": "another"}))
    (folder / "interview.parquet").unlink()
    completed(folder)
    assert json.loads((folder / "normalized.json").read_text())["content_hash"] == "another"


def test_a_question_sees_what_is_lacking_as_null(folder: Path) -> None:
    with duckdb.connect() as con:
        for name, schema in TABLES.items():
            found = con.execute(as_of_today(name, folder))
            assert {c[0] for c in found.description or []} == set(schema)
            assert len(found.fetchall()) == (1 if name == "population" else 0)
        assert con.execute(f"SELECT place_code, value FROM ({as_of_today('population', folder)})").fetchall() == [
            (None, 7)
        ]
