"""Boundaries: what is read and refused, which place a feature is, and that thinning opens no gap."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from warehouse.cli.places import gazetteer
from warehouse.errors import MtmError
from warehouse.gazetteer.boundaries.geometry import area, closed, east_of_180, wound
from warehouse.gazetteer.boundaries.simplify import simplified
from warehouse.gazetteer.boundaries.take_in import TakenIn, load_boundaries, take_in
from warehouse.operations import Operation
from warehouse.settings import Home

OBLASTS = {"KG02000000000": "Issyk-Kul", "KG03000000000": "Jalal-Abad", "KG04000000000": "Naryn", "KG05000000000": "Batken",
           "KG06000000000": "Osh", "KG07000000000": "Talas", "KG08000000000": "Chui", "KG11000000000": "Bishkek (city)",
           "KG21000000000": "Osh (city)"}  # fmt: skip
SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]


def ring(left: int, bottom: int) -> list[list[float]]:
    """A square whose sides waver, the same from both sides: neighbours share every point."""
    side = [
        (i / 200, 0.02 * math.sin(i / 200 * math.pi * 2) + 0.0003 * math.sin(i * 2.3) * (0 < i < 200))
        for i in range(201)
    ]
    below = [[left + x, bottom + y] for x, y in side]
    right = [[left + 1 + y, bottom + x] for x, y in side]
    above = [[left + x, bottom + 1 + y] for x, y in side][::-1]
    return [*below, *right[1:], *above[1:], *[[left + y, bottom + x] for x, y in side][::-1][1:]]


def features(codes: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    return [{"type": "Feature", "properties": {"PCODE": code, "NAME": name, "nothing": None, **more},
             "geometry": {"type": "Polygon", "coordinates": [ring(70 + i % 3, 40 + i // 3)]}}
            for i, (code, name) in enumerate(codes.items())]  # fmt: skip


def took(path: Path, kgz: Operation, home: Home, data: Any, **more: Any) -> TakenIn:
    path.write_text(
        data if isinstance(data, str) else json.dumps({"type": "FeatureCollection", "features": data}), "utf-8"
    )
    return take_in(path, kgz, home, 1, **{"source": "Somebody", "licence": "CC BY", **more})


def test_codes_match_and_neighbours_keep_their_common_border(tmp_path: Path, kgz: Operation, home: Home) -> None:
    done = took(tmp_path / "a.geojson", kgz, home, features(OBLASTS))
    assert (done.places, done.by_code, done.by_name, done.code_field) == (9, 9, 0, "PCODE")
    assert done.points < done.points_before / 3
    kept = load_boundaries(home, "kgz", 1)
    assert kept is not None and kept["mtm"]["source"] == "Somebody" and kept["mtm"]["licence"] == "CC BY"
    edges = [(tuple(a), tuple(b)) for f in kept["features"] for p in f["geometry"]["coordinates"] for r in p
             for a, b in itertools.pairwise(r)]  # fmt: skip
    inner = [edge for edge in edges if (edge[1], edge[0]) in edges]
    outer = [edge for edge in edges if (edge[1], edge[0]) not in edges]
    assert len(inner) > 24 and len(edges) == len(set(edges))
    on_rim = [
        min(abs(v - w) for v, w in ((a[0], 70), (a[0], 73), (a[1], 40), (a[1], 43))) for edge in outer for a in edge
    ]
    assert max(on_rim) < 0.03  # an edge that only one place has lies on the rim of the country
    assert all(area(p[0]) < 0 for f in kept["features"] for p in f["geometry"]["coordinates"])


def test_names_match_where_codes_are_missing(tmp_path: Path, kgz: Operation, home: Home) -> None:
    rows = features(OBLASTS)
    rows[0]["properties"]["PCODE"] = "41702"  # a SOATE code cut short
    rows[1]["properties"].update(PCODE=None, NAME="Жалал-Абад облусу")
    done = took(tmp_path / "a.geojson", kgz, home, rows)
    assert (done.by_code, done.by_name, done.name_field) == (8, 1, "NAME")


def test_a_level_that_is_not_whole_is_refused_and_nothing_changes(tmp_path: Path, kgz: Operation, home: Home) -> None:
    took(tmp_path / "a.geojson", kgz, home, features(OBLASTS))
    before = load_boundaries(home, "kgz", 1)
    part = features({**dict(list(OBLASTS.items())[:7]), "XX01": "Elsewhere"})
    with pytest.raises(MtmError, match=r"1 features? .*feature 8.*2 places have no shape") as refused:
        took(tmp_path / "b.geojson", kgz, home, part)
    assert refused.value.code == "boundaries_incomplete" and load_boundaries(home, "kgz", 1) == before
    done = took(tmp_path / "b.geojson", kgz, home, part, partial=True)
    assert done.unknown == [8] and done.without == ["KG11000000000", "KG21000000000"] and done.places == 7


BAD: dict[str, Any] = {
    "no JSON": "{",
    "no FeatureCollection": "[1]",
    "no features": [],
    "no area": [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [70, 40]}}],
    "outside of the Earth": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[8e6, 5e6], [8e6, 6e6], [9e6, 5e6]]]}}],
    "no pair of numbers": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[["a", 1]]]}}],
    "only a line or a point": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1]]]}}],
    "another system": '{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:32643"}}, "features": [1]}',
    "no feature is a place": features({"XX": "Nowhere"}),
}  # fmt: skip


@pytest.mark.parametrize("said", BAD)
def test_a_bad_file_is_one_line(tmp_path: Path, kgz: Operation, home: Home, said: str) -> None:
    with pytest.raises(MtmError, match=said) as refused:
        took(tmp_path / "bad.geojson", kgz, home, BAD[said])
    assert "\n" not in str(refused.value) and refused.value.code and refused.value.todo
    assert load_boundaries(home, "kgz", 1) is None


def test_a_map_has_a_source_and_a_licence(tmp_path: Path, kgz: Operation, home: Home) -> None:
    with pytest.raises(MtmError, match="source"):
        took(tmp_path / "a.geojson", kgz, home, features(OBLASTS), licence=" ")


def test_the_command_says_what_it_kept(tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_HOME", str(home.root))
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features(OBLASTS)}), "utf-8")
    given = ["boundaries", "import", str(path), "--operation", "kgz", "--level", "1", "--source", "S", "--licence", "L"]
    done = CliRunner().invoke(gazetteer, [*given, "--json"], catch_exceptions=False)
    assert done.exit_code == 0 and json.loads(done.output)["places"] == 9
    shown = CliRunner().invoke(gazetteer, ["boundaries", "show", "--json"], catch_exceptions=False)
    assert json.loads(shown.output)[0] | {"vintage": ""} == {
        "operation": "kgz", "level": 1, "places": 9, "vintage": "", "source": "S", "licence": "L"}  # fmt: skip


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=4, max_size=30, unique=True))
@examples(max_examples=40, deadline=None)
def test_thinning_keeps_a_place_and_takes_no_point_from_elsewhere(points: list[tuple[float, float]]) -> None:
    made = closed(points)
    if len(made) < 4 or area(made) == 0:
        return
    (thin,) = simplified([[[made]]], detail=50)
    assert thin and thin[0][0][0] == thin[0][0][-1] and set(thin[0][0]) <= set(made) and area(wound(thin[0])[0]) <= 0


def test_a_country_on_both_sides_of_180_stays_whole() -> None:
    west, east = [(x - 180, y) for x, y in SQUARE], [(x + 178.5, y) for x, y in SQUARE]
    moved = east_of_180([[[west]], [[east]]])
    assert {x for shape in moved for poly in shape for r in poly for x, _ in r} == {180.0, 181.0, 178.5, 179.5}
    assert east_of_180([[[closed([(x, y) for x, y in SQUARE])]]])[0][0][0][0] == (0.0, 0.0)
