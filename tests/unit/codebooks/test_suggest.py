"""`mtm codebook suggest`: a draft that loads, says its scores, decides nothing that is not certain, and repeats no person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from warehouse.cli import cli
from warehouse.codebooks.check import check_file
from warehouse.codebooks.check_files import Checked
from warehouse.codebooks.model import Codebook
from warehouse.codebooks.similar import LIKELY, score

Suggest = Callable[..., Result]

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PEOPLE = [f"Aigul{a} Asanova{b}" for a in LETTERS[:6] for b in LETTERS[:7]]
HEADER: list[object] = [
    "Region", "ADM1Code", "District", "Collected by", "Contact", "Head of the family", "IDP households", "IDPs (individuals)",
    "Displaced in 2021", "Displaced in 2022", "Share of women, %", "Kind of shelter", "Needs/food", "Needs/cash", "Needs/water",
    "Zone", "Date of interview", "Remarks [free]",
]  # fmt: skip


def rows(n: int = 42) -> list[list[object]]:
    return [
        [f"North{i % 3}a", f"XY{i % 3:02d}", f"District {LETTERS[i % 20]}", "Bakyt Toktomamatov" if i % 2 else "Nurlan Isakov",
         f"+996 555 12{i:04d}", PEOPLE[i], i + 1, (i + 1) * 5, i, i * 4 + 5, 40 + i % 9, ("tent", "house", "school")[i % 3],
         i % 2, 1, 0, f"z{LETTERS[i % 9]}", f"2024-05-{i % 28 + 1:02d}", "seen by " + PEOPLE[i]]
        for i in range(n)
    ]  # fmt: skip


@pytest.fixture
def suggest(tmp_path: Path, toy: Path) -> Suggest:
    def run(path: Path, *more: str) -> Result:
        return CliRunner().invoke(cli, ["codebook", "suggest", str(path), *more], catch_exceptions=False)

    return run


def loaded(text: str, tmp_path: Path) -> Codebook:
    path = tmp_path / "codebooks" / f"draft{len(text)}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    book = Checked.read(path).parse(Codebook)
    assert isinstance(book, Codebook), check_file(path)
    return book


def test_a_new_layout_is_drafted(suggest: Suggest, workbook: Callable[..., Path], tmp_path: Path) -> None:
    path = workbook("wkd round 3.xlsx", [["DTM Wakanda"], [], HEADER, *rows()], notes=[["about"]])
    out = tmp_path / "codebooks" / "draft.yml"
    out.parent.mkdir()
    result = suggest(path, "--operation", "wkd", "--out", str(out))
    text = out.read_text(encoding="utf-8")
    assert result.exit_code == 0
    assert check_file(out) == []
    book = Codebook.model_validate(Checked.read(out).data)
    fields = {c.field: c for c in book.sheets[-1].columns}
    assert fields["idp_individuals"].measure is not None
    assert fields["idp_households"].measure is not None
    assert fields["idp_households"].measure.unit == "households"
    assert {fields[n].column_class for n in ("phone", "enumerator", "head_of_the_family")} == {"identifier"}
    assert fields["interview_date"].type == "date"
    assert [(p.level, p.name_field, p.code_field) for p in book.places.levels] == [
        (1, "admin1_name", "admin1_code"), (2, "admin2_name", None)]  # fmt: skip
    assert "row 3 of sheet 'data'" in text
    assert "(?P<item>\\d{4})" in text
    assert '"Needs/*"' in text
    assert 'labels: ["Share of women, %"]' in text
    assert "score 100" in text
    assert 'name: "notes"' in text


def test_no_person_and_no_number_is_repeated(suggest: Suggest, workbook: Callable[..., Path]) -> None:
    path = workbook("wkd.xlsx", [HEADER, *rows()])
    for more in ((), ("--json",)):
        shown = suggest(path, "--operation", "wkd", *more).output
        assert "Asanova" not in shown
        assert "Toktomamatov" not in shown
        assert "996" not in shown


def test_a_known_layout_gets_only_the_lines_that_it_lacks(suggest: Suggest, workbook: Callable[..., Path]) -> None:
    path = workbook(
        "round1.xlsx",
        [["Region", "Displaced people, total", "Contact mobile", "Weather"], ["A", 5, "0555 123456", "dry"]],
    )
    answer = json.loads(suggest(path, "--operation", "toy", "--json").stdout)
    assert answer["known"] == "toy-baseline"
    assert 'add to its labels:\nlabels: ["Displaced people, total"]' in answer["yaml"]
    assert "column_class: identifier" in answer["yaml"]
    assert '- "Weather"' in answer["yaml"]
    assert "Region" not in answer["yaml"]
    same = workbook("round2.xlsx", [["Region", "Displaced people"], ["A", 5]])
    assert "it knows every column" in suggest(same, "--operation", "toy").stdout


def test_two_header_rows_and_merged_cells(suggest: Suggest, workbook: Callable[..., Path], tmp_path: Path) -> None:
    bands = ["Lieu", "", "PDI", "", "Retournés", ""]
    names = ["Province", "Territoire", "Ménages", "Individus", "Ménages", "Individus"]
    data = [[f"Kivu {LETTERS[i % 2]}", f"T {LETTERS[i % 9]}", i, i * 5, i, i * 4] for i in range(20)]
    path = workbook("r3.xlsx", [["DTM, ronde 3"], bands, names, *data])
    text = json.loads(suggest(path, "--operation", "wkd", "--json").stdout)["yaml"]
    sheet = loaded(text, tmp_path).sheets[-1]
    assert sheet.header_rows == 2
    assert {"PDI/Ménages", "PDI/Individus"} <= {label for c in sheet.columns for label in c.labels}


@pytest.mark.parametrize(
    "header",
    [
        ["Region", 'IDPs "x"\n# y: {z}', "a: b"],
        ["Region", "- [x] *y* ?", "&anchor *alias"],
        ["Регион", "ВПЛ {{ jinja }}", "'; drop table --"],
        ["المحافظة", "عدد النازحين", "\u202eRTL\ufeff"],
        ["=1+1|cmd", "@SUM(A1)", "\x85\u2028"],
    ],
)
def test_whatever_a_header_says_the_draft_loads(
    suggest: Suggest, workbook: Callable[..., Path], tmp_path: Path, header: list[object]
) -> None:
    path = tmp_path / "hostile.csv"
    lines = ["\t".join('"' + str(h).replace('"', '""') + '"' for h in header), *(f"a{i}\t{i}\tx y" for i in range(12))]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = suggest(path, "--operation", "wkd", "--json")
    loaded(json.loads(result.stdout)["yaml"], tmp_path)


def test_an_existing_file_is_not_overwritten(suggest: Suggest, workbook: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "mine.yml"
    out.write_text("mine", encoding="utf-8")
    runner = CliRunner().invoke(
        cli,
        ["codebook", "suggest", str(workbook("r.xlsx", [HEADER, *rows(3)])), "--operation", "wkd", "--out", str(out)],
    )
    assert getattr(runner.exception, "code", "") == "file_exists"
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_file_without_a_header_is_refused(workbook: Callable[..., Path], toy: Path) -> None:
    path = workbook("r.xlsx", [[1, 2], [3, 4]])
    result = CliRunner().invoke(cli, ["codebook", "suggest", str(path), "--operation", "wkd"])
    assert getattr(result.exception, "code", "") == "no_header"


@pytest.mark.real
def test_drafts_of_real_layouts_load_and_find_their_totals(deliveries: Path, suggest: Suggest, tmp_path: Path) -> None:
    for name, total in (
        ("mli/Baseline_Assessment_Round_12.xlsx", "idp_individuals"),
        ("nga/round22.xlsx", "idp_individuals"),
    ):
        text = json.loads(suggest(deliveries / name, "--operation", "xyz", "--json").stdout)["yaml"]
        book = loaded(text, tmp_path)
        assert total in {c.field for c in book.sheets[-1].columns}
        assert [level.level for level in book.places.levels][:3] == [1, 2, 3]


def test_the_band_above_says_who_is_counted() -> None:
    """ "Individuals" of another country's codebook are its displaced people; under a band they may be anybody."""
    assert score("Guests/Individuals (IND)", "Individuals") < LIKELY
    assert score("Individuals (IND)", "Individuals") >= LIKELY
    assert score("Migrants/Individuals", "migrants individuals") >= LIKELY


def test_a_sheet_can_be_named(suggest: Suggest, workbook: Callable[..., Path]) -> None:
    places: list[list[object]] = [
        ["Municipality", "Nationality", "People"],
        *[[f"m{x}", "Niger", 4] for x in LETTERS[:9]],
    ]
    path = workbook("round1.xlsx", [["Region", "IDPs"], ["North", 1], ["South", 2]], **{"Long ": places})
    assert "sheet 'Long '" in suggest(path, "--operation", "new", "--sheet", "long").stdout
    wrong = CliRunner().invoke(cli, ["codebook", "suggest", str(path), "--operation", "new", "--sheet", "none"])
    assert wrong.exit_code and "no sheet 'none'" in str(wrong.exception)


def test_weights_with_decimals_are_no_coordinates(suggest: Suggest, workbook: Callable[..., Path]) -> None:
    """Dropped as an identifier, they would leave estimates unweighted; a latitude stays one."""
    body: list[list[object]] = [
        [f"r{x}", round(0.71234 + i / 7, 4), round(41.23456 + i / 9, 5)] for i, x in enumerate(LETTERS)
    ]
    path = workbook("round1.xlsx", [["Region", "wgt", "Latitude"], *body])
    told = json.loads(suggest(path, "--operation", "new", "--component", "rms", "--json").stdout)
    classes = {c["label"]: (c["field"], c["class"]) for c in told["columns"]}
    assert classes["wgt"] == ("weight", "plain")
    assert classes["Latitude"][1] == "identifier"
