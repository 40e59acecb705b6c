"""Every chart: all rows are in it, what is withheld has no number anywhere, the same input gives the same bytes, texts fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.gazetteer.tiles import load_tiles
from warehouse.serving import charts
from warehouse.serving.charts import Picture
from warehouse.serving.charts.lettering import width
from warehouse.serving.charts.palette import contrast
from warehouse.serving.words import tongue
from warehouse.settings import PROJECT

T = tongue("en")
SECRET = 0.04321  # what a withheld row of these tests would give away
CODES = ["KG02000000000", "KG03000000000", "KG04000000000", "KG05000000000"]
LABELS = ["Ысык-Көл", "Жалал-Абад", "Нарын", "Баткен"]
Row = dict[str, Any]


def rows(values: list[float | None] | None = None, labels: list[str] | None = None) -> list[Row]:
    """Four rows: two shown, one withheld (its figure is given all the same), one without a figure."""
    values, labels = values or [0.5, 0.25, SECRET, None], labels or LABELS
    return [
        {"name": label, "place_code": code, "value": value, "low": value and value / 2, "high": value and value * 1.25,
         "before": value and value * 0.9, "is_suppressed": value == SECRET, "year": 2020 + i, "cut": i == 1,
         "sex": ("male", "female")[i % 2], "age": f"{i // 2 * 20}+", "share": value, "comparability": "comparable"}
        for i, (label, code, value) in enumerate(zip(labels, CODES, values, strict=True))
    ]  # fmt: skip


def squares(codes: list[str]) -> dict[str, Any]:
    """A square for each code, side by side."""
    ring = lambda i: [[i, 40], [i, 41], [i + 1, 41], [i + 1, 40], [i, 40]]  # noqa: E731
    return {"type": "FeatureCollection", "mtm": {"source": "Кыргызстан", "licence": "CC BY"}, "features": [
        {"type": "Feature", "properties": {"place_code": code}, "geometry": {"type": "MultiPolygon", "coordinates": [[ring(70 + i)]]}}
        for i, code in enumerate(codes)]}  # fmt: skip


TILES = load_tiles(PROJECT / "operations" / "kgz")
assert TILES is not None
CHARTS: dict[str, Callable[[list[Row]], Picture]] = {
    "bars": lambda r: charts.bars(r, T, label="name", value="value", low="low", high="high", unit="share"),
    "grouped": lambda r: charts.grouped_bars(r, T, label="age", group="sex", value="value", unit="share"),
    "columns": lambda r: charts.columns(r, T, x="year", y="value", partial="cut", unit="share"),
    "lines": lambda r: charts.lines(r, T, x="year", y="value", unit="share", breaks=[{"before": 2021, "text": "Башка терезе"}]),
    "intervals": lambda r: charts.intervals(r, T, label="name", value="value", low="low", high="high", unit="share"),
    "dots": lambda r: charts.dots(r, T, label="name", before="before", after="value", before_name="3", after_name="4", unit="share"),
    "stacked": lambda r: charts.stacked(r, T, part="name", value="value"),
    "pyramid": lambda r: charts.pyramid(r, T, age="age", value="value", unit="share"),
    "links": lambda r: charts.links(r, T, label="name", value="value", share="share"),
    "tiles": lambda r: charts.tile_map(TILES, r, T, value="value", unit="share"),
    "boundaries": lambda r: charts.boundary_map(squares(CODES[:3]), r, T, value="value", label="name", unit="share"),
}  # fmt: skip


def data(spec: dict[str, Any]) -> Iterator[Row]:
    """All data of a spec."""
    for layer in spec["layer"]:
        yield from layer["data"]["values"]


@pytest.mark.parametrize("kind", CHARTS)
def test_every_shown_row_is_drawn_and_what_is_withheld_is_nowhere(kind: str) -> None:
    picture = CHARTS[kind](rows())
    for spec in (picture.spec, picture.narrow_spec):
        drawn = [row for row in data(spec) if "value" in row]
        assert {row["value"] for row in drawn} >= {0.5, 0.25}
        assert all(row["value"] is None for row in drawn if row.get("state") in ("withheld", "missing"))
    told = json.dumps([picture.spec, picture.narrow_spec]) + picture.alt
    assert "0.0432" not in told and '"4%"' not in told and " 4%" not in picture.alt
    assert "withheld" in json.dumps(picture.spec) and picture.alt.count("ithheld") == 1


@pytest.mark.parametrize("kind", ["bars", "lines", "tiles", "boundaries"])
def test_the_same_rows_give_the_same_safe_svg(kind: str) -> None:
    first, again = CHARTS[kind](rows()), CHARTS[kind](rows())
    assert first.svg == again.svg
    root = ElementTree.fromstring(first.svg)
    assert root.get("role") == "img" and root.get("aria-label") == first.alt
    assert not any(bad in first.svg for bad in ("<script", "<style", " style=", "href", "@import", "NaN", "undefined"))
    other = CHARTS[kind](rows([0.4, 0.2, SECRET, None]))
    ids = [
        set(part.get("id") for part in ElementTree.fromstring(p.svg).iter() if part.get("id")) for p in (first, other)
    ]
    assert ids[0] and not ids[0] & ids[1]  # many stand in one page
    assert "Ысык-Көл" in first.svg or kind in ("lines", "tiles")
    assert first.png(1).startswith(b"\x89PNG")


def boxes(spec: dict[str, Any]) -> list[tuple[str, float, float, float, float]]:
    """The text of each label and what it covers, less a pixel, in the width that the layout reckons with."""
    found = {}
    for layer in spec["layer"]:
        mark = layer["mark"]
        if mark["type"] != "text" or "strokeWidth" in mark:  # the rim of a text is the text
            continue
        for row in layer["data"]["values"]:
            size = mark["fontSize"]
            wide = width(row["text"], size * 0.94)
            left = row["x"] - {"left": 0, "center": wide / 2, "right": wide}[mark["align"]]
            found[row["text"], left, row["y"]] = (
                row["text"],
                left,
                row["y"] - size * 0.45,
                left + wide,
                row["y"] + size * 0.45,
            )
    return list(found.values())


words = st.text(alphabet="абвгдеёжңөүшщMmWil", min_size=1, max_size=16)
labels = st.lists(st.lists(words, min_size=1, max_size=6).map(" ".join), min_size=4, max_size=4, unique=True)
numbers = st.lists(st.one_of(st.none(), st.just(SECRET), st.floats(0.0001, 1)), min_size=4, max_size=4)


@pytest.mark.parametrize("kind", CHARTS)
@given(named=labels, values=numbers)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
def test_no_text_leaves_the_picture_or_covers_another(kind: str, named: list[str], values: list[float | None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "T", tongue("ky"))  # its words are the longest
        picture = CHARTS[kind](rows(values, named))
    for spec in (picture.spec, picture.narrow_spec):
        texts = boxes(spec)
        for text, left, top, right, bottom in texts:
            assert left >= -2 and right <= spec["width"] + 2, (text, left, right)
            assert top >= -3 and bottom <= spec["height"] + 3, (text, top, bottom)
        for i, one in enumerate(texts):
            for other in texts[i + 1 :]:
                apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
                assert apart, (one, other)


def test_no_rows_make_a_picture_that_says_so() -> None:
    for kind, chart in CHARTS.items():
        if kind != "tiles":  # its places are those of the layout
            assert "No figure" in chart([]).alt, kind
            assert chart([]).spec["height"] > 0


def test_lines_are_cut_at_a_break_and_where_a_figure_is_withheld() -> None:
    found = rows([0.1, 0.2, 0.3, 0.4])
    whole = charts.lines(found, T, x="year", y="value", unit="share")
    cut = charts.lines(found, T, x="year", y="value", unit="share", breaks=[{"before": 2022, "text": "Башка терезе"}])
    pieces = lambda p: {row["line"] for row in data(p.spec) if "line" in row}  # noqa: E731
    assert len(pieces(whole)) == 1 and len(pieces(cut)) == 2
    assert "Башка терезе" in cut.alt and any("Башка" in str(row.get("text")) for row in data(cut.spec))


def test_two_rounds_that_cannot_be_compared_are_not_joined() -> None:
    found = [{**row, "comparability": "not_comparable"} for row in rows([0.1, 0.2, 0.3, 0.4])]
    picture = CHARTS["dots"](found)
    assert not [
        row for row in data(picture.spec) if "x2" in row and "y2" in row and "fill" not in row and row["x"] != row["x2"]
    ]
    assert "can't be compared" in picture.alt


def test_a_share_below_one_percent_does_not_read_as_nothing() -> None:
    picture = charts.bars(rows([0.004, 0.2, 0.3, 0.4]), tongue("en"), label="name", value="value", unit="share")
    assert {"0.4%", "20%"} <= {str(row.get("text")) for row in data(picture.spec)}


def test_texts_stand_where_vega_puts_them() -> None:
    import vl_convert

    picture = charts.bars(
        rows(labels=["A & <b>", "\\1 “ң”", "Нарын", "Баткен"]), T, label="name", value="value", unit="share"
    )

    def texts(svg: str, *, by: str) -> list[tuple[str, ...]]:
        found = []
        for group in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}g"):
            for one in group.findall("{http://www.w3.org/2000/svg}text"):
                place = one.get("transform", "")[10:-1] if by == "vega" else f"{one.get('x')},{one.get('y')}"
                x, y = (round(float(v), 1) for v in place.split(","))
                font = [one.get(k) or group.get(k) for k in ("text-anchor", "font-size", "font-weight", "fill")]
                found.append((one.text or "", str(x), str(y), *map(str, font)))
        return found

    ours, vegas = texts(picture.svg, by="us"), texts(vl_convert.vegalite_to_svg(picture.spec), by="vega")
    assert len(ours) == 8 and ours == vegas


@pytest.mark.parametrize("kind", ["columns", "lines"])
def test_many_years_stand_apart_on_a_phone(kind: str) -> None:
    found = [{"year": 2010 + i, "value": 123456 + i * 7, "is_suppressed": i == 5, "cut": i == 14} for i in range(15)]
    chart = {"columns": charts.columns(found, T, x="year", y="value", partial="cut"),
             "lines": charts.lines(found, T, x="year", y="value")}[kind]  # fmt: skip
    for spec in (chart.spec, chart.narrow_spec):
        texts = boxes(spec)
        assert all(left >= -2 and right <= spec["width"] + 2 for _, left, _, right, _ in texts)
        for i, one in enumerate(texts):
            for other in texts[i + 1 :]:
                assert one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2], (
                    one,
                    other,
                )
        assert len([row for row in data(spec) if row.get("value") is not None]) >= 14


def test_part_of_a_year_is_not_set_beside_whole_years() -> None:
    rows = [
        {"year": str(year), "value": n, "cut": cut}
        for year, n, cut in ((2022, 20, False), (2023, 30, False), (2024, 5, True))
    ]
    said = charts.columns(rows, T, x="year", y="value", partial="cut").alt
    assert "smallest: 2022, 20" in said and "Not whole years: 2024" in said


def test_a_part_of_a_year_is_striped_in_its_own_colour() -> None:
    picture = charts.columns(rows(), T, x="year", y="value", partial="cut", unit="share", color="emigrant")
    ink = charts.palette().category["emigrant"]
    fills = {row["label"]: row["fill"] for row in data(picture.spec) if row.get("state") == "shown"}
    assert fills == {"2020": ink, "2021": ink + "8c"}, "the year that is cut is not filled as a whole one"
    assert f"-part-{ink[1:]})" in picture.svg and f'-part-{ink[1:]}"' in picture.svg and ink + "8c" not in picture.svg


def test_intervals_of_bars_have_their_ends_on_a_bar_that_shows_them() -> None:
    picture = charts.bars(
        rows(), T, label="name", value="value", low="low", high="high", unit="share", color="international"
    )
    bar = next(row["fill"] for row in data(picture.spec) if row.get("state") == "shown")
    assert contrast(bar, charts.palette().role["interval"]) >= 3
    ends = [
        row["x"]
        for row in data(picture.spec)
        if row.get("stroke") == charts.palette().role["interval"] and "x2" not in row
    ]
    assert sorted(ends) == [0.125, 0.25, 0.3125, 0.625]


def test_a_map_has_a_number_at_each_break_and_the_colour_of_its_category() -> None:
    picture = charts.tile_map(TILES, rows([0.5, 0.25, 0.1, 0.05]), T, value="value", unit="share", color="internal")
    inks = {row["fill"] for row in data(picture.spec) if row.get("value") is not None}
    assert inks <= set(charts.palette().ramp("internal")) and len(inks) > 1
    texts = [row["text"] for row in data(picture.spec) if "text" in row]
    assert len([text for text in texts if text.endswith("%")]) > 4, "the figures, and the breaks"
