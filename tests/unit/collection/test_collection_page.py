"""The daily page: one private file in each language, safe, without a person in it; new is told from old; who is behind a pseudonym."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.unit.collection.made_round import START, made_round, name
from tests.unit.collection.planted import planted
from warehouse.collection.checks import run
from warehouse.collection.checks.result import CHECK
from warehouse.collection.page import write
from warehouse.collection.who import who
from warehouse.deliveries.vault import Vault
from warehouse.errors import UsageError
from warehouse.normalize.run import normalize
from warehouse.operations import load_operation
from warehouse.settings import Home

KEY = "kgz-rms-r04"
LANGS = {"latest.html": "en", "latest.ru.html": "ru", "latest.ky.html": "ky"}


def progress_frame() -> pl.DataFrame:
    whole = {
        "round_key": KEY, "place_level": 0, "place_code": "KG", "parent_code": None, "place_name_en": "Kyrgyz Republic",
        "place_name_ru": "Кыргызская Республика", "place_name_ky": "Кыргыз Республикасы", "progress_unit": "communities",
        "planned_communities": 90, "communities": 60, "communities_missing": 30, "planned_interviews": None, "interviews": 400,
        "progress_percent": 66.7, "projected_end": date(2025, 5, 20), "fieldwork_end": date(2025, 5, 9), "is_suppressed": False,
    }  # fmt: skip
    oblast = whole | {
        "place_level": 1,
        "place_code": "KG0",
        "parent_code": "KG",
        "place_name_en": "Batken <b>",
        "progress_percent": 50.0,
    }
    rayons = [oblast | {"place_level": 2, "place_code": f"KG0{i}", "parent_code": "KG0", "place_name_en": f"Rayon {i}", "communities_missing": i} for i in range(20)]  # fmt: skip
    return pl.DataFrame([whole, oblast, *rayons], infer_schema_length=None)


def day_frame() -> pl.DataFrame:
    return pl.DataFrame([
        {"round_key": KEY, "place_level": 0, "collection_day": START + timedelta(days=i), "interviews": 9, "interviews_so_far": 9 * i,
         "communities_new": 1, "communities_so_far": i, "planned_so_far": 1.5 * i} for i in range(40)
    ])  # fmt: skip


@cache
def defective() -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    tables = planted(made_round(1000, 2)).tables()
    return tables, run(tables, load_operation("kgz"), KEY)


def written(folder: Path, checks: pl.DataFrame | None = None, tables: Any = None) -> str:
    of, found = defective()
    path = write(
        folder, KEY, tables=of if tables is None else tables, checks=found if checks is None else checks,
        progress=progress_frame(), days=day_frame(),
    )  # fmt: skip
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection") / KEY
    written(folder)
    return folder


@pytest.mark.parametrize("file", LANGS)
def test_a_page_is_one_safe_file(pages: Path, file: str) -> None:
    text = (pages / file).read_text(encoding="utf-8")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    sha = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{sha}'" in text.replace("&#39;", "'")
    assert "<script" not in text and not re.search(r"\sstyle=|\son\w+=", text)
    assert not re.findall(r"(?:src|href)=\"(?!#|latest)", text) and "url(http" not in text
    assert f'<html lang="{LANGS[file]}"' in text
    assert "Batken <b>" not in text  # a name of a place is text, never markup
    assert "SYNTHETIC" in text


def test_everything_is_private(pages: Path) -> None:
    assert pages.stat().st_mode & 0o077 == 0
    assert [p.name for p in pages.iterdir() if p.stat().st_mode & 0o077] == []
    assert len(list(pages.iterdir())) == 7


def test_no_page_names_an_interview_a_device_or_an_answer(pages: Path) -> None:
    tables, _ = defective()
    keys = set(tables["interview"]["interview_key"]) | set(tables["interview"]["device"])
    for path in pages.glob("*.html"):
        words = set(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
        assert not words & keys, path.name


def test_what_must_not_stand_comes_first_and_enumerators_are_in_the_table(pages: Path) -> None:
    text = (pages / "latest.html").read_text(encoding="utf-8")
    top = text[text.index('id="todo"') : text.index('id="far"')]
    assert [top.index(x) for x in ("Test left in", "Near copy", "Ends before it starts")] == sorted(
        top.index(x) for x in ("Test left in", "Near copy", "Ends before it starts")
    )
    heat = text[text.index('class="heat"') : text.index('id="later"')]
    assert all(name(i) in heat for i in (0, 1, 3, 12))
    assert "11 days late" in text and "Rayon 19" in text and "Rayon 1<" not in text


@pytest.mark.parametrize(("file", "letters"), [("latest.ru.html", "ы"), ("latest.ky.html", "ң")])
def test_a_page_is_in_its_language(pages: Path, file: str, letters: str) -> None:
    text = re.sub(
        r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", (pages / file).read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert letters in text
    known = {"SYNTHETIC", "English", "MTM", "Batken", "Rayon", "km", "Place", "age", "months", "needs", "reasons", "lt", "gt", "amp", "quot", "b"}  # fmt: skip
    latin = set(re.findall(r"\b[A-Za-z]{2,}\b", re.sub(r"E-[A-Z]{8}|KG\w+-?\d*", "", text)))
    assert not latin - known - {"html"}, latin - known


def test_new_and_gone_are_told_against_the_day_before(tmp_path: Path) -> None:
    _, checks = defective()
    clean = made_round(1000, 2).tables()
    first = run(clean, load_operation("kgz"), KEY, date(2025, 4, 20))
    text = written(tmp_path, first, clean)
    assert "Since" not in text and "new:" not in text  # nothing is new on the first day
    again = written(tmp_path)
    found = len(
        {
            (r["check_code"], r["unit"], r["item"])
            for r in checks.filter(pl.col("outcome") == "found").iter_rows(named=True)
        }
    )
    assert f"Since 20 April 2025: {found} new" in again
    assert written(tmp_path) == again  # the same day again: the same page
    back = written(tmp_path, run(clean, load_operation("kgz"), KEY, date(2025, 4, 30)), clean)
    assert f"0 new, {found} gone" in back
    assert set(json.loads((tmp_path / "checks.json").read_text())["days"]) == {
        "2025-04-20",
        "2025-04-30",
        str(checks["as_of"][0]),
    }


def test_a_broken_memory_only_forgets_what_is_new(tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text('{"days": [', encoding="utf-8")
    assert "new:" not in written(tmp_path)


def test_a_round_without_anything_has_a_page(tmp_path: Path) -> None:
    checks = run({}, load_operation("kgz"), KEY)
    path = write(tmp_path, KEY, tables={}, checks=checks, progress=progress_frame().clear(), days=day_frame().clear())
    text = path.read_text(encoding="utf-8")
    assert "Nothing needs action today." in text and "There are no interviews yet." in text
    assert checks.schema == CHECK


HEADER = ["intro/round", "intro/interview_date", "intro/enumerator_code", "intro/consent", "intro/adm1_pcode", "intro/community_code",
          "profile/sex", "profile/age", "migration/country_return", "plans/intention", "_uuid", "_index"]  # fmt: skip


def test_who_is_behind_a_pseudonym_is_read_from_the_raw_delivery(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [[4, "2024-11-05", code, "yes", "KG05000000000", "x", "male", 30, "KAZ", "stay", f"u-{i}", i]
            for i, code in enumerate(("AB-17", "ab-17 ", "CD-18"), 1)]  # fmt: skip
    file = tmp_path / "rms_r04.csv"
    file.write_text("\n".join(";".join(map(str, row)) for row in [HEADER, *rows]), encoding="utf-8")
    home = Home(tmp_path / "home").ensure()
    delivery = Vault(home).receive(file).delivery
    pseudonyms = normalize(home, delivery).table("interview")["enumerator"].to_list()
    assert len(set(pseudonyms)) == 2
    assert who(home, delivery.round_key, pseudonyms[0].lower()) == ["AB-17", "ab-17"]
    assert who(home, delivery.round_key, pseudonyms[2]) == ["CD-18"]
    for wrong, code in (("E-XXXXXXXX", "unknown_enumerator"), ("AB-17", "no_pseudonym")):
        with pytest.raises(UsageError) as caught:
            who(home, delivery.round_key, wrong)
        assert caught.value.code == code and "AB-17" not in str(caught.value)
    kept = [
        p
        for p in home.root.rglob("*")
        if p.is_file() and p.suffix in (".json", ".html", ".log") and b"CD-18" in p.read_bytes()
    ]
    assert kept == [] and capsys.readouterr().out == ""


def test_the_command_names_the_page_and_refuses_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from warehouse.cli.collected import tell_page

    home = Home(tmp_path / "home").ensure()
    (home.collection / KEY).mkdir(parents=True)
    with pytest.raises(UsageError) as caught:
        tell_page(home, KEY, None, "en", as_json=False)
    assert caught.value.code == "no_page"
    for name_of_file in ("latest.ky.html", "2025-03-04.html", "2025-03-04.ky.html"):
        (home.collection / KEY / name_of_file).write_text("x", encoding="utf-8")
    tell_page(home, KEY, None, "ky", as_json=True)
    assert json.loads(capsys.readouterr().out)["page"].endswith(f"{KEY}/latest.ky.html")
    with pytest.raises(UsageError, match="one of 2025-03-04 "):
        tell_page(home, KEY, date(2025, 3, 9), "en", as_json=False)
