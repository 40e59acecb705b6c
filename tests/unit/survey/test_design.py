"""A design is read as people write it, and refused in one line where it can't be true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.survey.r_numbers import rows
from tests.unit.survey.test_against_r import ask, sample_of
from warehouse.errors import MtmError
from warehouse.survey.design import Design, load_design

TOTALS = [
    "poststrata: {cat: {x: 400, y: 250, z: 150}}",
    "poststrata: {column: cat, totals: {x: 400, y: 250, z: 150}}",
    "poststrata: {columns: [cat], totals: {x: 400, y: 250, z: 150}}",
    "poststrata: {column: cat, totals: [{cat: x, total: 400}, {cat: y, total: 250}, {cat: z, total: 150}]}",
    "poststrata: [{column: cat, totals: {x: 400, y: 250, z: 150}}]",
    "poststrata: cat\ntotals: {x: 400, y: 250, z: 150}",
    "poststrata: [{cat: x, Freq: 400}, {cat: y, Freq: 250}, {cat: z, Freq: 150}]",
]


def load(folder: Path, text: str) -> Design:
    path = folder / "design.yml"
    path.write_text(text, encoding="utf-8")
    return load_design(path)


@pytest.mark.parametrize("text", TOTALS)
def test_totals_of_poststrata_may_be_written_in_several_ways(tmp_path: Path, text: str) -> None:
    found = load(tmp_path, text).poststrata
    assert found is not None
    assert (found.columns, found.totals) == (["cat"], {"x": 400, "y": 250, "z": 150})


def test_two_columns_make_poststrata_together(tmp_path: Path) -> None:
    nested = load(tmp_path, "poststrata: {columns: [a, b], totals: {E: {Yes: 1, No: 2}}}").poststrata
    flat = load(tmp_path, "poststrata: {'a, b': {'E, Yes': 1, 'E,No': 2}}").poststrata
    listed = load(tmp_path, "poststrata: [{a: E, b: Yes, total: 1}, {a: E, b: No, total: 2}]").poststrata
    assert nested == flat == listed
    assert nested is not None and nested.totals == {"E,Yes": 1, "E,No": 2}


def test_one_column_or_several_and_nothing_at_all(tmp_path: Path) -> None:
    assert load(tmp_path, "strata: a\nclusters: [b, c]\nfpc: d\n") == Design(
        strata=["a"], clusters=["b", "c"], fpc=["d"]
    )
    nothing = "strata:\nclusters: none\nweight: null\nfpc: []\nwith_replacement:\npoststrata: null\nlonely_psu: ~\n"
    assert load(tmp_path, "{}") == load(tmp_path, nothing) == Design()
    assert load(tmp_path, "clusters: [a, b]\nstrata: [null, s]").strata == [None, "s"]
    assert load(tmp_path, "weight: w\n").weight == "w"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weights: w", "weights: there is no such key"),
        ("lonely_psu: certainty", "lonely_psu"),
        ("strata: [a, b]\nclusters: c", "strata has 2 columns, for 1 stages"),
        ("fpc: [a, b]", "fpc has 2 columns, for 1 stages"),
        ("poststrata: cat", "takes the column and its totals"),
        ("poststrata: {a: {x: 1}, b: {y: 2}}", "several margins"),
        ("poststrata: {a: {x: 0}}", "greater than 0"),
        ("poststrata: {a: {x: many}}", "valid number"),
        ("poststrata: [{a: x, total: 1}, {a: x, total: 2}]", "two totals for x"),
        ("poststrata: [{a: x, total: 1}, {b: y, total: 2}]", "each row"),
        ("strata: {a: b}", "strata"),
        ("- a", "it holds no keys"),
        ("", "it holds no keys"),
        ("strata: [", "flow"),
        ("strata: a\nstrata: b", "strata twice"),
    ],
)
def test_a_design_that_cannot_be_used_says_why(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MtmError) as caught:
        load(tmp_path, text)
    assert caught.value.code == "bad_design" and caught.value.exit_code == 1
    assert said in str(caught.value) and "\n" not in str(caught.value)


def changed(column: str, **cells: Any) -> dict[str, list[object]]:
    """The handmade column with some cells changed, by row (`r5`)."""
    values = list(rows()[column])
    for row, value in cells.items():
        values[int(row[1:])] = value
    return {column: values}


@pytest.mark.parametrize(
    ("design", "cells", "code", "said"),
    [
        ("{weight: pw}", {}, "no_column", "'pw'"),
        ("{strata: dom2}", {}, "no_column", "did you mean dom?"),
        ("{weight: w}", changed("w", r0="", r7="NA"), "bad_weight", "is missing in rows 2, 9"),
        ("{weight: w}", changed("w", r3=-1), "bad_weight", "is negative in row 5"),
        ("{weight: w}", changed("w", r3="12,5"), "not_a_number", "in row 5"),
        ("{weight: w}", changed("w", r3="1e999"), "not_a_number", "in row 5"),
        ("{weight: w}", {"w": [0] * 60}, "bad_weight", "every weight is 0"),
        ("{strata: h}", changed("h", r1=None), "row_without_unit", "h is missing in row 3"),
        ("{clusters: psu}", changed("psu", r59=""), "row_without_unit", "psu is missing in row 61"),
        ("{strata: h, clusters: psu, fpc: N1}", changed("N1", r4=41), "bad_fpc", "differs within a stratum: row 6"),
        ("{strata: h, clusters: psu, fpc: N1}", {"N1": [1 + (i < 48) * 9 for i in range(60)]}, "bad_fpc", "smaller than"),
        ("{strata: h, clusters: psu, fpc: N1}", changed("N1", r4=0.5), "bad_fpc", "mixes counts and fractions"),
        ("{strata: h, clusters: [psu, ssu], fpc: [f1, N2]}", {}, "bad_fpc", "mixes counts and fractions"),
        ("{strata: h, clusters: psu, fpc: N1}", changed("N1", r4=0), "bad_fpc", "not above 0 in row 6"),
        ("{strata: h, clusters: psu, fpc: N1}", changed("N1", r4=""), "bad_fpc", "missing or not above 0 in row 6"),
        ("{clusters: [psu, ssu], fpc: N1}", {"N1": [40] * 60}, "no_weight", "a stage has no fpc"),
        ("{strata: h, clusters: local, nest: false}", {}, "cluster_in_two_strata", "two strata in rows 26"),
        ("{strata: lone, clusters: psu}", {}, "lonely_psu", "a stratum has a single unit at stage 1: rows 56, 57"),
        ("{strata: psu, clusters: psu, lonely_psu: remove}", {}, "lonely_psu", "no stratum is left"),
        ("{clusters: all}", {}, "lonely_psu", "a single unit at its first stage"),
        ("{poststrata: {cat: {x: 4, y: 2}}}", {}, "bad_poststratum", "has no total in the design"),
        ("{poststrata: {cat: {x: 4, y: 2, z: 3, q: 1}}}", {}, "bad_poststratum", "'q' of the design has nobody"),
        ("{poststrata: {cat: {x: 4, y: 2, z: 3}}}", changed("cat", r9=""), "bad_poststratum", "is missing in row 11"),
    ],
)  # fmt: skip
def test_rows_that_contradict_the_design_are_named(design: str, cells: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(MtmError) as caught:
        sample_of(design, **cells)
    assert (caught.value.code, caught.value.exit_code) == (code, 1)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_stratum_that_was_taken_whole_is_not_lonely() -> None:
    whole = {"NL": [1 if i > 53 else size for i, size in enumerate(rows()["NL"])]}
    sample = sample_of("{strata: lone, clusters: psu, weight: w, fpc: NL}", **whole)
    # the same design in R, with fpc 1 in stratum d: SE(svymean(~y, s))
    assert ask(sample, "mean:y")[None, "all"].se == pytest.approx(WHOLE_STRATUM, abs=1e-9)


WHOLE_STRATUM = 1.00380450255


def test_what_was_assumed_is_told() -> None:
    assert "no weight" in sample_of("{}").notes[0]
    assert "local that come again in another stratum" in sample_of("{strata: h, clusters: local, weight: w}").notes[0]
    lonely = sample_of("{strata: lone, clusters: psu, weight: w, lonely_psu: adjust}").notes
    assert "lonely_psu: adjust" in lonely[0]


def test_weights_follow_from_the_fpc_and_from_the_totals() -> None:
    drawn = sample_of("{strata: h, clusters: [psu, ssu], fpc: [N1, N2]}")
    assert drawn.weights[0] == pytest.approx(40 / 4 * 5 / 3)
    met = sample_of("{weight: w, poststrata: {cat: {x: 400, y: 250, z: 150}}}")
    groups = np.array(rows()["cat"])
    assert [met.weights[groups == label].sum() for label in "xyz"] == pytest.approx([400, 250, 150])


def test_later_stages_without_an_fpc_are_drawn_with_replacement() -> None:
    """As R does with an fpc of Inf there: svydesign(~psu+ssu, strata=~h, weights=~w, fpc=~N1+rep(Inf, 60))."""
    short = sample_of("{strata: h, clusters: [psu, ssu], weight: w, fpc: N1}")
    endless = sample_of("{strata: h, clusters: [psu, ssu], weight: w, fpc: [N1, end]}", end=["Inf"] * 60)
    se = ask(short, "mean:y")[None, "all"].se
    assert se == ask(endless, "mean:y")[None, "all"].se == pytest.approx(ENDLESS, abs=1e-9)


ENDLESS = 1.03209857203


def test_a_weight_of_0_keeps_the_row_in_the_design_and_out_of_the_figures() -> None:
    """As R: svymean(~y, s); degf(s), with w[1:6] = 0, s <- svydesign(~psu, strata=~h, weights=~w, data=d)."""
    sample = sample_of("{strata: h, clusters: psu, weight: w}", w=[0] * 6 + list(rows()["w"])[6:])
    answer = ask(sample, "mean:y")[None, "all"]
    assert (answer.n, answer.df) == (54, ZERO[2])
    assert (answer.estimate, answer.se) == pytest.approx(ZERO[:2], abs=1e-9)


ZERO = (57.08380681818, 1.15906211484, 6)
