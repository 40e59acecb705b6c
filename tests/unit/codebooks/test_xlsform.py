"""`mtm codebook import`: a form becomes the start of a codebook that loads and finds the columns of its exports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from warehouse.cli import cli
from warehouse.codebooks.check import check_file
from warehouse.codebooks.check_files import Checked
from warehouse.codebooks.match import match_sheet
from warehouse.codebooks.model import Codebook, Column
from warehouse.codebooks.xlsform import simple_condition
from warehouse.deliveries.readers.sheet import RawSheet

LONG = "Members of the household with a very long name"
SURVEY: list[list[object]] = [
    ["type", "name", "label::English (en)", "label::Русский (ru)", "relevant", "calculation"],
    ["start", "start"], ["deviceid", "deviceid"], ["audit", "audit"],
    ["begin_group", "general", "General", "Общее"],
    ["date", "interview_date", "Date of interview", "Дата интервью"],
    ["select_one region", "admin1_name", "Region", "Область"],
    ["text", "resp", "Name of respondent", "Имя респондента"],
    ["geopoint", "gps", "GPS", "Координаты"],
    ["select_one yesno", "consent", "Do you agree?", "Согласны?"],
    ["end_group"],
    ["begin_group", "q", "Questions", "Вопросы", "${consent} = 'yes'"],
    ["integer", "age_years", "How old are you?", "Возраст"],
    ["select_one sex", "sex", "Sex", "Пол"],
    ["select_one country", "country_of_return", "Country of return", "Страна возвращения"],
    ["select_multiple needs", "needs", "Needs <b>now</b>", "Нужды", "selected(${sex}, 'male') or selected(${sex}, 'female')"],
    ["decimal", "income", "Income", "Доход", "${age_years} > 18"],
    ["text", "why", "Why?", "Почему?"],
    ["calculate", "c1", "", "", "", "1+1"],
    ["begin_repeat", "members", LONG, "Члены"],
    ["integer", "m_age", "Age", "Возраст"],
    ["end_repeat"], ["end_group"],
]  # fmt: skip
CHOICES: list[list[object]] = [
    ["list_name", "name", "label::English (en)", "label::Русский (ru)"],
    ["region", "r1", "North", "Север"], ["region", "r2", "South", "Юг"],
    ["yesno", "yes", "Yes", "Да"], ["yesno", "no", "No", "Нет"],
    ["sex", "male", "Male", "Мужской"], ["sex", "female", "Female", "Женский"],
    ["needs", "food", "Food", "Еда"], ["needs", "cash", "Cash", "Деньги"],
    ["country", "rus", "Russia", "Россия"], ["country", "kaz", "Kazakhstan", "Казахстан"], ["country", "tur", "Türkiye", "Турция"],
]  # fmt: skip


def padded(rows: list[list[object]]) -> list[list[object]]:
    return [[*row, *[""] * (len(rows[0]) - len(row))] for row in rows]


@pytest.fixture
def draft(workbook: Callable[..., Path], tmp_path: Path) -> Codebook:
    form = workbook(
        "form.xlsx",
        padded(SURVEY),
        sheet="survey",
        choices=padded(CHOICES),
        settings=[["form_title", "version"], ["RMS", "v7"]],
    )
    out = tmp_path / "codebooks" / "rms.yml"
    out.parent.mkdir()
    asked = ["codebook", "import", str(form), "--operation", "wkd", "--component", "rms", "--out", str(out)]
    assert CliRunner().invoke(cli, asked, catch_exceptions=False).exit_code == 0
    assert check_file(out) == []
    return Codebook.model_validate(Checked.read(out).data)


def field(book: Codebook, name: str) -> Column:
    return next(c for c in book.sheets[0].columns if c.field == name)


def test_types_classes_options_and_skip_logic(draft: Codebook) -> None:
    assert field(draft, "interview_date").type == "date"
    assert field(draft, "age_years").type == "number"
    assert field(draft, "country_of_return").type == "country"
    assert field(draft, "needs").type == "choices"
    assert field(draft, "needs").relevant == {"consent": ["yes"], "sex": ["male", "female"]}
    assert field(draft, "income").relevant == {"consent": ["yes"]}  # the other condition is a comment
    identifiers = {c.field for c in draft.sheets[0].columns if c.column_class == "identifier"}
    assert {"device", "informant_name", "position", "position_latitude", "why", "submitted_by"} <= identifiers
    assert [o.code for o in draft.code_lists["sex"]] == ["male", "female"]
    assert draft.code_lists["needs"][0].labels == ["Food", "Еда"]
    assert draft.drop[0].field == "consent"
    assert draft.sheets[1].patterns[:2] == ["members", LONG.lower()[:31]]


@pytest.mark.parametrize(
    "header",
    [
        ["start", "general/interview_date", "general/admin1_name", "general/resp", "general/consent", "q/sex", "q/needs", "q/needs/food", "q/needs/cash", "q/c1", "_uuid", "_index"],
        ["interview_date", "admin1_name", "resp", "consent", "sex", "needs/food", "c1", "_uuid", "_index"],
        ["Общее/Дата интервью", "Общее/Область", "Общее/Имя респондента", "Вопросы/Пол", "Вопросы/Нужды/Еда", "_uuid"],
        ["Date of interview", "Region", "_GPS_latitude", "Needs now/Food", "Needs now", "_submitted_by"],
    ],
)  # fmt: skip
def test_exports_with_names_or_labels_are_known_whole(draft: Codebook, header: list[str]) -> None:
    raw = RawSheet("RMS", [list(header), ["x"] * len(header)])
    match = match_sheet(draft, draft.sheets[0], raw, None)
    assert match is not None
    assert match.unknown == []
    assert match.duplicated == []


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("${q} = 'a'", ("q", ["a"])),
        ('selected(${q}, "a")', ("q", ["a"])),
        ("${q}='a' or ${q}='b'", ("q", ["a", "b"])),
        ("(${q} = 'a')", ("q", ["a"])),
        ("${q} = 'a' or ${r} = 'b'", None),
        ("${q} != 'a'", None),
        ("not(selected(${q}, 'a'))", None),
        ("${age} > 18", None),
        ("count-selected(${q}) = 2", None),
    ],
)
def test_only_simple_conditions_are_taken(text: str, simple: tuple[str, list[str]] | None) -> None:
    assert simple_condition(text) == simple


def test_what_is_no_form_is_refused(workbook: Callable[..., Path]) -> None:
    for rows in ([["a", "b"], [1, 2]], [["type", "name", "label"], ["select_one nowhere", "x", "X"]]):
        path = workbook("form.xlsx", rows, sheet="survey")
        result = CliRunner().invoke(cli, ["codebook", "import", str(path), "--operation", "wkd", "--component", "bma"])
        assert getattr(result.exception, "code", "") == "bad_form"


def test_json(workbook: Callable[..., Path]) -> None:
    form = workbook("form.xlsx", padded(SURVEY), sheet="survey", choices=padded(CHOICES))
    answer = json.loads(
        CliRunner()
        .invoke(cli, ["codebook", "import", str(form), "--operation", "wkd", "--component", "bma", "--json"])
        .stdout
    )
    assert answer["repeats"] == ["members"]
    assert "TODO measure" in answer["yaml"]
