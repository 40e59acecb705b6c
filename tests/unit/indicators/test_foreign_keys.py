"""Foreign keys between marts: real ones only, declared once, in the served database, and told by verify."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from warehouse.indicators.marts import marts
from warehouse.releases.contents import opened, shape
from warehouse.releases.serving import write_serving
from warehouse.settings import DBT_PROJECT


def test_every_key_leads_to_the_whole_primary_key_of_another_mart() -> None:
    known = marts()
    keys = [(m.name, k) for m in known.values() for k in m.foreign_keys]
    assert len(keys) > 60
    for name, key in keys:
        target = {c.name: c.data_type for c in known[key.mart].columns}
        own = {c.name: c.data_type for c in known[name].columns}
        assert key.fields == known[key.mart].key and key.mart != name
        assert [own[c] for c in key.columns] == [target[f] for f in key.fields], name


def test_no_key_is_declared_in_vain_or_twice() -> None:
    """What `meta: foreign_keys` says all arrives: a wrong number of columns would drop the key without a word."""
    for path in (DBT_PROJECT / "models" / "marts").glob("*/*.yml"):
        for model in yaml.safe_load(path.read_bytes())["models"]:
            declared = model.get("config", {}).get("meta", {}).get("foreign_keys", [])
            held = [(k.columns, k.mart) for k in marts()[model["name"]].foreign_keys]
            assert all(held.count((k["columns"], k["mart"])) == 1 for k in declared), model["name"]


def test_primary_keys_that_are_led_to_have_the_order_of_their_columns() -> None:
    for name in {k.mart for m in marts().values() for k in m.foreign_keys}:
        [model] = yaml.safe_load((DBT_PROJECT / f"models/marts/{marts()[name].folder}/{name}.yml").read_bytes())[
            "models"
        ]
        [stated] = [c["columns"] for c in model["constraints"] if c["type"] == "primary_key"]
        assert stated == marts()[name].key


ROWS = {
    "dim_operation": "(operation VARCHAR PRIMARY KEY)",
    "dim_indicator": "(operation VARCHAR, component VARCHAR, indicator_code VARCHAR, population_category VARCHAR, "
    "PRIMARY KEY (operation, component, indicator_code))",
    "dim_indicator_option": "(operation VARCHAR, component VARCHAR, indicator_code VARCHAR, option_code VARCHAR)",
}


def _build(path: Path, indicator: str) -> Path:
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA marts")
        for name, columns in ROWS.items():
            con.execute(f"CREATE TABLE marts.{name} {columns}")
        con.execute("INSERT INTO marts.dim_operation VALUES ('kgz')")
        con.execute("INSERT INTO marts.dim_indicator VALUES ('kgz', 'rms', 'plans', NULL)")
        con.execute("INSERT INTO marts.dim_indicator_option VALUES ('kgz', 'rms', ?, 'stay')", [indicator])
    return path


def test_the_served_tables_have_their_keys_and_a_null_is_no_error(tmp_path: Path) -> None:
    build = _build(tmp_path / "build.duckdb", "plans")
    (tmp_path / "release").mkdir()
    written = write_serving(build, tmp_path / "release", tmp_path)
    assert list(written) == sorted(ROWS)
    with opened(tmp_path / "release") as con:
        found = shape(con, "release")
    assert found["dim_indicator_option"]["foreign_keys"] == [
        {"columns": ["operation"], "mart": "dim_operation", "fields": ["operation"]},
        {"columns": ["operation", "component", "indicator_code"], "mart": "dim_indicator",
         "fields": ["operation", "component", "indicator_code"]},
    ]  # fmt: skip
    assert found["dim_indicator"]["foreign_keys"] == [  # dim_population_category is no mart of this build
        {"columns": ["operation"], "mart": "dim_operation", "fields": ["operation"]}
    ]


def test_a_row_that_leads_nowhere_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    with pytest.raises(duckdb.ConstraintException):
        write_serving(_build(tmp_path / "build.duckdb", "unknown"), tmp_path / "release", tmp_path)
