"""`mtm codebook check` finds every problem of every file, with its line; the project's own files have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.toy import TOY
from warehouse.codebooks.check import check_file, check_paths
from warehouse.codebooks.check_files import Problem
from warehouse.codebooks.check_links import everywhere
from warehouse.settings import PROJECT

GOOD = TOY["codebooks/baseline.yml"]


def problems(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "codebooks" / "baseline.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return check_file(path)


def told(tmp_path: Path, old: str, new: str, base: str = GOOD) -> Problem:
    """The one problem of the toy's codebook with one change, at the line of the change."""
    assert old in base
    text = base.replace(old, new, 1)
    found = [p for p in problems(tmp_path, text) if p.key]  # what the model says of the whole file has no key
    assert len(found) == 1, found
    return found[0]


def test_the_projects_own_operations_have_no_problem() -> None:
    folders = sorted(path.parent for path in (PROJECT / "operations").glob("*/operation.yml"))
    found, files = check_paths(folders)
    assert found == []
    assert files > 10


def test_the_toy_has_no_problem(toy: Path) -> None:
    assert check_paths([toy])[0] == []


IDP = "{field: idp, labels: [Displaced people], type: count, required: true, measure: {category: idp}}"
CHANGES = [
    ("type: count, required: true", "type: counts, required: true", "type", "not one of those that are known"),
    ("labels: [Test]", "label: [Test]", "", "not known"),
    ("row_grain: site", "row_grain: site\nrounds: 4-2", "rounds", "no range of rounds"),
    ("row_grain: site", "row_grain: sight", "row_grain", "not one of those"),
    ("[Region, Область]", "[Region, Область, displaced_people]", "labels", "'displaced people' is a label of admin1_name too"),
    ("(?P<item>\\d{4})", "(?P<item\\d{4})", "pattern", "no regular expression"),
    ("(?P<item>\\d{4})", "(?P<year>\\d{4})", "measure", "no such group"),
    ("'displaced in ", "'Displaced in ", "pattern", "capitals"),
    ("labels: [Test]", "labels: [Test], rounds: '3-1'", "rounds", "no range of rounds"),
    ("labels: [Test]", "labels: [Test], rounds: 'first'", "rounds", "no range of rounds"),
    ("labels: [Test]", "labels: [Test], type: choice, options: nope", "options", "no code list 'nope'"),
    ("labels: [Test]", "labels: [Test], type: choice", "type", "needs its options"),
    ("labels: [Test]", "labels: [Test], type: share", "type", "needs its scale"),
    ("labels: [Test]", "labels: [Test], measure: {category: idp, dimension: x}", "type", "counts nobody"),
    ("labels: [Test]", "labels: []", "", "neither labels nor a pattern"),
    (", column_class: identifier", "", "", "looks like a personal identifier"),
    ("name_field: admin2_name", "name_field: admin9_name", "levels", "carries admin9_name"),
    ("unique: uuid", "unique: uid", "unique", "carries uid"),
    ("field: test, equals", "field: tset, equals", "field", "carries tset"),
    ("reason: test_submission", "reason: testing", "reason", "is no reason"),
    ("'in.progress'", "'in.(progress'", "partial_file_name", "no regular expression"),
    ("round[ _-]*0*(\\d+)'", "round[ _-]*0*\\d+'", "file_name", "0 groups"),
    ("{field: round_number}, ", "{field: nowhere}, ", "field", "carries nowhere"),
    ("{field: admin2_name", "{field: admin1_name", "field", "admin1_name stands twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "what"), CHANGES, ids=[c[1] or "class" for c in CHANGES])
def test_each_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, key: str, what: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = [p for p in problems(tmp_path, text) if what in p.what]
    assert found, problems(tmp_path, text)
    assert key in found[0].key
    at = "Displaced people" if key == "labels" else old  # the second of two columns with one label is told
    assert found[0].line == GOOD[: GOOD.index(at)].count("\n") + 1 + new.count("\n")


def test_all_problems_are_listed_not_only_the_first(tmp_path: Path) -> None:
    text = GOOD
    for old, new, _, _ in (CHANGES[0], CHANGES[1], CHANGES[7], CHANGES[16]):
        text = text.replace(old, new, 1)
    assert len(problems(tmp_path, text)) >= 4


def test_a_total_is_asked_for(tmp_path: Path) -> None:
    assert (
        "no column has its total"
        in told(
            tmp_path, "measure: {category: idp, dimension: year", "measure: {category: returned, dimension: year"
        ).what
    )
    nobody = "\n".join(line for line in GOOD.splitlines() if "measure" not in line)
    assert any("nobody is counted" in p.what for p in problems(tmp_path, nobody))


REPEAT = (
    GOOD
    + """
  - name: countries
    role: repeat
    columns:
      - {field: parent, labels: [_parent_index]}
      - {field: country, labels: [Country], type: country}
      - {field: number, labels: [Number], type: count}
    parent_key: parent
    measure: {category: idp, dimension: country, item_field: country, value_field: number}
controls:
  - {measure: {category: idp}, sheet: totals, label: Total}
code_lists:
  sizes: [{code: a, labels: [One]}, {code: b, labels: [Two]}]
"""
)


def test_repeats_controls_and_options(tmp_path: Path) -> None:
    whole = REPEAT.replace(
        "    columns:\n      - {field: uuid", "    row_key: uuid\n    columns:\n      - {field: uuid", 1
    )
    whole = whole.replace(
        "\n  - name: countries", "\n  - {name: totals, patterns: [totals], role: control}\n  - name: countries", 1
    )
    assert problems(tmp_path, whole) == []
    known = everywhere()  # with KoboToolbox's own fields known, its keys need not be said
    assert "index" in known or "no main sheet has a row_key" in told(tmp_path, "    row_key: uuid\n", "", whole).what
    assert "parent_index" in known or "has no parent_key" in told(tmp_path, "    parent_key: parent\n", "", whole).what
    assert "carries numbers (value_field)" in told(tmp_path, "value_field: number", "value_field: numbers", whole).what
    assert "no sheet with role control" in told(tmp_path, "sheet: totals", "sheet: sums", whole).what
    assert (
        "no column counts emigrant"
        in told(tmp_path, "measure: {category: idp}, sheet", "measure: {category: emigrant}, sheet", whole).what
    )
    assert "'a' stands twice" in told(tmp_path, "code: b", "code: a", whole).what
    assert "means a too" in told(tmp_path, "labels: [Two]", "labels: [ONE]", whole).what
    assert told(tmp_path, "{code: b", "{code: no", whole).expected.startswith("a text (in quotes")
    assert "stands twice" in told(tmp_path, "unique: uuid", "unique: uuid\nunique: uuid", whole).what


def test_broken_yaml_has_a_line(tmp_path: Path) -> None:
    found = problems(tmp_path, "codebook: x\nsheets: [a\n")
    assert len(found) == 1
    assert found[0].line >= 2
    assert "no YAML" in found[0].what


def test_the_other_files_of_an_operation(toy: Path) -> None:
    (toy / "rounds.yml").write_text(
        "rounds:\n  - {component: baseline, number: 1, fieldwork_start: 2024-02-01, fieldwork_end: 2024-01-01}\n"
        "  - {component: baseline, number: 1}\n  - {component: bml, number: 2}\n", encoding="utf-8")  # fmt: skip
    (toy / "gate.yml").write_text(
        "thresholds:\n  - {check: nope, severity: block, value: 1, since: 2024-01-01, reason: x}\n", encoding="utf-8"
    )
    (toy / "published.yml").write_text(
        "figures:\n  - {round_key: kgz-bma-r01, figure_code: idp, name: x, value: 1, unit: x, source: x}\n"
        "  - {round_key: toy-baseline-r01, figure_code: idb, name: x, value: 1, unit: x, source: x}\n"
        "  - {round_key: toy-baseline-r01, figure_code: rank.idp.1, name: x, value: 1, unit: x, source: x}\n",
        encoding="utf-8",
    )
    (toy / "survey.yml").write_text(
        "surveys:\n  - component: rms\n    raking:\n      margins:\n"
        "        - {by: [oblast], component: baseline, category: idp}\n        - {by: [sex], component: baseline, category: idb}\n",
        encoding="utf-8",
    )
    (toy / "gazetteer").mkdir()
    (toy / "gazetteer" / "places.csv").write_text(
        "place_code,place_level,parent_code,place_name_en,place_name_ru,place_name_ky\nT,0,,Toy,,\nT1,1,X,North,,\nT1,1,T,,,\n",
        encoding="utf-8",
    )
    found = {(p.file, p.line): p.what for p in check_paths([toy])[0]}
    assert "lies before" in found["toy/rounds.yml", 2]
    assert "stands twice" in found["toy/rounds.yml", 3]
    assert "not one of those" in found["toy/rounds.yml", 4]
    assert "no threshold nope" in found["toy/gate.yml", 2]
    assert "no round of the operation" in found["toy/published.yml", 2]
    assert "no figure is called idb" in found["toy/published.yml", 3] and ("toy/published.yml", 4) not in found
    assert (
        "no codebook of the component counts idb" in found["toy/survey.yml", 6] and ("toy/survey.yml", 5) not in found
    )
    assert "parent" in found["toy/gazetteer/places.csv", 3]
    assert ("toy/gazetteer/places.csv", 4) in found


def test_a_codebook_of_another_operation_is_told(toy: Path) -> None:
    path = toy / "codebooks" / "baseline.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("operation: toy", "operation: toi"), encoding="utf-8")
    assert [p.key for p in check_paths([toy])[0]] == ["operation"]
