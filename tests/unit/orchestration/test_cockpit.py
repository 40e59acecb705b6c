"""What people read in the UI: groups, owners and tags of every asset, families of checks, columns with origins, charts."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration import charts, families, texts
from orchestration.lineage import column_metadata
from orchestration.tables import together
from tests.unit.orchestration.test_tables import check, verdict
from warehouse.settings import DBT_PROJECT
from warehouse.trace.column_shapes import shapes
from warehouse.trace.column_sql import origins
from warehouse.trace.columns import Column, Columns
from warehouse.trace.python_models import declared


def node(name: str, kind: str = "model", **more: Any) -> dict[str, Any]:
    return {
        "unique_id": f"{kind}.mtm.{name}",
        "resource_type": kind,
        "name": name,
        "schema": "s",
        "columns": {},
        **more,
    }


def test_every_asset_has_a_group_owners_tags_kinds_and_says_what_can_go_wrong(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.executable_asset_keys:
        told = graph.get(key)
        assert re.match(r"\d\d_", told.group_name or ""), key
        assert told.owners and all(owner.startswith("team:") for owner in told.owners), key
        assert {"stage", "component", "sensitivity"} <= set(told.tags), key
        assert told.kinds and "If it goes wrong" in (told.description or ""), key


def test_groups_read_as_the_way_of_the_data(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.executable_asset_keys:
        for parent in graph.get(key).parent_keys:
            assert (graph.get(parent).group_name or "") <= (graph.get(key).group_name or ""), (parent, key)


def test_what_holds_rows_of_single_people_is_tagged_so() -> None:
    assert texts.tags("communities")["sensitivity"] == "inside"
    assert texts.tags("communities", {"row_id": {}})["sensitivity"] == "microdata"


def test_an_installation_names_its_own_teams_and_no_persons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "common").mkdir()
    monkeypatch.setenv("MTM_OPERATIONS", str(tmp_path))
    for text, expected in (("team:info-management", ["team:info-management"]), ("someone@example.org", None)):
        (tmp_path / "common" / "owners.yml").write_text(f"owners: {{gate: ['{text}']}}\n", encoding="utf-8")
        texts._owners.cache_clear()
        try:
            if expected is None:
                with pytest.raises(Exception, match=r"owners\.yml"):
                    texts.owners("gate")
            else:
                assert texts.owners("gate") == expected and texts.owners("marts")[0] == "team:data-engineering"
        finally:
            texts._owners.cache_clear()


def test_a_family_says_what_was_seen_and_what_to_do() -> None:
    found = {str(r.check_name): r for r in families.results(verdict(check("total", "block", False)))}
    assert len(found) == len(families.specs()) == 18
    assert all("nothing was looked at" in str(r.description) for r in found.values())  # `total` is of no family
    from dataclasses import replace

    bad = [replace(check("total", severity, False), family=8) for severity in ("block", "review")]
    for failed, severity in zip(bad, (dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN), strict=True):
        told = {str(r.check_name): r for r in families.results(verdict(failed))}["08_arithmetic"]
        assert not told.passed and told.severity == severity
        assert "Seen 3 rows, allowed 0 rows. To do: look at it." in str(told.description)


def test_a_round_may_be_refused_again_and_again() -> None:
    told = families.results(verdict(check("total", "block", False)))
    with dg.DagsterInstance.ephemeral() as instance:
        for evaluation in [*families.evaluations(told), *families.evaluations(told)]:
            instance.report_runless_asset_event(evaluation)
        key = dg.AssetCheckKey(dg.AssetKey("verdict"), str(told[0].check_name))
        assert len(instance.event_log_storage.get_asset_check_execution_history(key, limit=5)) == 2


def test_columns_and_their_origins_are_read_from_the_sql() -> None:
    codes = node("codes", "seed", original_file_path="seeds/place_groups.csv", config={})
    total = node("total", columns={"people": {"data_type": "bigint", "description": "People"}}, constraints=[])
    broken = node("broken", columns={"x": {}}, constraints=[])
    parents = {"model.mtm.total": ["seed.mtm.codes"], "model.mtm.broken": ["model.mtm.total"]}
    manifest = {"sources": {}, "nodes": {n["unique_id"]: n for n in (codes, total, broken)}, "parent_map": parents}
    sql = {
        "model.mtm.total": "with c as (select * from build.s.codes) select operation, count(*) as people, max(place_code) || '!' as last from c group by 1  -- done",
        "model.mtm.broken": "select nonsense(",
    }
    known = origins(manifest, sql, shapes(manifest, sql))
    made = {c.name: (c.data_type, c.made_from) for c in known["model.mtm.total"].columns}
    assert made == {
        "operation": ("VARCHAR", [("seed.mtm.codes", "operation")]),
        "people": ("BIGINT", []),
        "last": ("VARCHAR", [("seed.mtm.codes", "place_code")]),
    }
    assert known["model.mtm.broken"].problem and [c.name for c in known["model.mtm.broken"].columns] == ["x"]
    told = column_metadata(total, known)
    assert told["dagster/column_lineage"].deps_by_column["last"] == [
        dg.TableColumnDep(dg.AssetKey("codes"), "place_code")
    ]
    assert [c.description for c in told["dagster/column_schema"].columns] == ["Made from codes.operation.", "People", "Made from codes.place_code."]  # fmt: skip
    assert "column lineage" in column_metadata(broken, known)


def test_every_model_in_python_says_what_its_columns_are_made_from() -> None:
    for path in (DBT_PROJECT / "models").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        read = {name for pair in re.findall(r'(?:ref\("(\w+)"|source\("\w+", "(\w+)")', text) for name in pair if name}
        columns = declared(path.stem)
        assert columns, f"warehouse/trace/python_models.yml says nothing of {path.stem}"
        for name, column in columns.items():
            assert {origin.split(".")[0] for origin in column.made_from} <= read, (path.stem, name)


def test_a_column_of_a_key_is_told_so() -> None:
    mart = node("m", constraints=[{"type": "primary_key", "columns": ["a"]}])
    told = column_metadata(mart, {"model.mtm.m": Columns([Column("a", "VARCHAR")])})["dagster/column_schema"]
    assert told.columns[0].constraints.other == ["part of the key"] and told.constraints.other == ["primary key (a)"]


def test_a_chart_is_a_picture_that_says_what_it_shows_and_no_withheld_figure() -> None:
    chart = charts.bars("People <b>", [("Osh", 63053), ("Nar]yn", None)], "emigrant", "people")
    alt, data = re.fullmatch(r"!\[(.*)\]\(data:image/svg\+xml;base64,(.*)\)", chart.md_str or "").groups()  # type: ignore[union-attr]
    svg = base64.b64decode(data).decode()
    assert alt == "People <b>: Osh 63,053, Nar)yn withheld people"
    assert "63,053" in svg and "withheld" in svg and "<b>" not in svg
    assert "\n\n" in str(together(chart, charts.pairs("x", [("a", 1, None)])).value)
