"""The commands about indicators, as a person and as a program use them, and the page of the manual about them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from warehouse.cli import cli
from warehouse.errors import UsageError
from warehouse.indicators.model import Indicators
from warehouse.settings import PROJECT


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["indicators", *arguments])


def test_list_and_show_answer_in_a_language() -> None:
    listed = json.loads(run("list", "--operation", "kgz", "--lang", "ru", "--json").output)
    assert {"code": "stock.returned", "name": "Вернувшиеся мигранты"}.items() <= {r["code"]: r for r in listed}[
        "stock.returned"
    ].items()
    shown = run("show", "months_abroad", "--lang", "ky").output
    assert "Чет өлкөдө болгон айлар (months_abroad; kgz)" in shown and "rounds 1-2: not asked" in shown
    (data,) = json.loads(run("show", "intention", "--json").output)
    assert data["operations"] == ["kgz"] and [o["code"] for o in data["options"]][-1] == "uncertain"


@pytest.mark.parametrize(
    ("arguments", "near"), [(("show", "stock.retuned"), "stock.returned"), (("list", "--operation", "zzz"), "kgz")]
)
def test_a_wrong_code_is_answered_with_the_likeliest(arguments: tuple[str, ...], near: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, UsageError) and near in str(error) and error.exit_code == 2


def test_the_check_passes_and_tells_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("check").exit_code == 0
    folder = tmp_path / "xx"
    folder.mkdir()
    (folder / "operation.yml").write_text(
        "{operation: xx, name: {en: X}, country_iso3: KGZ, programme: P, credit_line: C, licence: L}", encoding="utf-8"
    )
    (folder / "indicators.yml").write_text("without: [nothing]\nindicators: []\n", encoding="utf-8")
    monkeypatch.setenv("MTM_OPERATIONS", str(tmp_path))
    answer = run("check", "--operation", "xx", "--json")
    assert answer.exit_code == 1
    assert [(p["file"], p["line"]) for p in json.loads(answer.output)["problems"]] == [("xx/indicators.yml", 1)]


def test_the_dictionary_as_page_rows_and_data(tmp_path: Path) -> None:
    table = list(csv.DictReader(io.StringIO(run("dictionary", "--format", "csv").output)))
    data = json.loads(run("dictionary", "--format", "json").output)
    assert len(table) == len(data) > 300 and {r["kind"] for r in table} == {"indicator", "answer", "table", "column"}
    page = tmp_path / "page.md"
    assert run("dictionary", "--lang", "ky", "--out", str(page)).exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("# Маалымат сөздүгү\n")
    assert isinstance(run("dictionary", "--format", "csv", "--out", str(page)).exception, UsageError)


def test_the_manuals_examples_load() -> None:
    text = (PROJECT / "docs" / "indicators.md").read_text(encoding="utf-8")
    whole, series = (block.split("```")[0] for block in text.split("```yaml\n")[1:])
    said = Indicators.model_validate(yaml.safe_load(whole))
    assert [e.code for e in said.indicators] == ["education", "has_contract"] and said.without == ["marital_status"]
    one = {"code": "x", **yaml.safe_load(series.replace("    comparability", "comparability", 1))}
    assert len(Indicators.model_validate({"indicators": [one]}).indicators[0].comparability or []) == 2
