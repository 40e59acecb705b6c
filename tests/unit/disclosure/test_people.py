"""A person-level file: only allowed columns, made coarse, safe by numbers that another count confirms, written down, never in a release."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.cli import cli
from warehouse.disclosure.people import Columns, banded
from warehouse.disclosure.people_export import LOG
from warehouse.disclosure.people_steps import Demands, PeopleFile, make_safe
from warehouse.normalize.schema import TABLES
from warehouse.settings import Home

ROUND = "kgz-rms-r02"
OBLASTS = ("KG03000000000", "KG07000000000")


def answer(key: str, question: str, option: str | None, number: float | None = None) -> dict[str, Any]:
    return {"round_key": ROUND, "response_key": key, "question_code": question, "option_code": option, "value_number": number,
            "value_status": "reported", "delivered_value": "as delivered +996 700 123456"}  # fmt: skip


def respondents(count: int) -> dict[str, list[dict[str, Any]]]:
    """Interviews in two oblasts; the last one is the only woman of 60 and more in the second."""
    response, answers = [], []
    for n in range(count):
        key, last = f"key-{n:04}", n == count - 1
        group = ("18-29", "30-44")[n % 2] if not last else "60+"
        sex = "male" if n % 4 < 2 and not last else "female"
        response.append({"round_key": ROUND, "response_key": key, "row_number": n + 2, "place_code": "KG03211000000" if n % 3 and not last else "KG07200000000",
                         "place_level": 2, "cluster": f"cluster {n}", "sex": sex, "age_years": 20 + n % 40, "age_group": group})  # fmt: skip
        answers += [
            answer(key, "sex", sex),
            answer(key, "sector", ("=farm", "trade")[n % 2]),
            answer(key, "months_abroad", None, n % 37),
        ]
        answers += [answer(key, "debt", ("yes", "no", "no_answer")[n // 3 % 3]), answer(key, "comments", "secret text")]
        answers += [
            answer(key, "needs", o, float((n // 4 + k) % 2)) for k, o in enumerate(("food", "housing", "health"))
        ]
    classes = {"sex": "quasi", "age_years": "quasi", "sector": "plain", "months_abroad": "plain", "debt": "sensitive", "needs": "sensitive",
               "comments": "identifier", "uuid": "plain"}  # fmt: skip
    column_map = [{"field": f, "mapping": "mapped", "column_class": c} for f, c in classes.items()]
    places = [{"place_code": "KG", "place_level": 0}, *({"place_code": o, "place_level": 1, "parent_code": "KG"} for o in OBLASTS),
              {"place_code": "KG03211000000", "place_level": 2, "parent_code": OBLASTS[0]},
              {"place_code": "KG07200000000", "place_level": 2, "parent_code": OBLASTS[1]}]  # fmt: skip
    return {"response": response, "answer": answers, "column_map": column_map, "place": places}


def home_with(tmp_path: Path, count: int) -> Path:
    folder = Home(tmp_path).normalized / ROUND / "abc"
    folder.mkdir(parents=True)
    for table, rows in respondents(count).items():
        pl.DataFrame(rows, schema=TABLES[table]).write_parquet(folder / f"{table}.parquet")
    release = Home(tmp_path).releases / "r000001"
    release.mkdir(parents=True)
    version = {"round_key": ROUND, "delivery_id": "d", "delivery_seq": 1, "sha256": "0", "normalized_id": "abc"}
    manifest = {"release_id": "r000001", "parent": None, "published_at": "", "content_hash": "", "code_version": "", "models_hash": "",
                "rounds": [version], "brought": [ROUND]}  # fmt: skip
    (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    Home(tmp_path).current.symlink_to("releases/r000001")
    return tmp_path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTM_HOME", str(tmp_path))
    return home_with(tmp_path, 400)


def export(out: Path, *more: str) -> Result:
    return CliRunner().invoke(
        cli, ["disclosure", "export-people", ROUND, "--out", str(out), "--reason", "for a partner", *more]
    )


def rows_of(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted(rows: list[dict[str, str]], keys: list[str], sensitive: list[str]) -> tuple[int, int, float]:
    """k, l and the mean of 1/f of a file that was read back: counted with plain dictionaries, blanks as an answer."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[k] for k in keys)].append(row)
    kinds = [len({r[s] for r in g if r[s]}) for g in groups.values() for s in sensitive if any(r[s] for r in g)]
    return min(map(len, groups.values())), min(kinds), len(groups) / len(rows)


def test_the_file_is_safe_by_another_count_and_tells_its_numbers(home: Path) -> None:
    out = home / "people.csv"
    result = export(out)
    assert result.exit_code == 0, result.output
    rows, about = rows_of(out), json.loads((home / "people.csv.json").read_text(encoding="utf-8"))
    assert len(rows) == 400
    keys, sensitive = about["columns"]["keys"], about["columns"]["sensitive"]
    assert (keys, sensitive) == (["oblast", "sex", "age_group"], ["debt", "needs"])
    k, kinds, risk = counted(rows, keys, sensitive)
    assert k == about["k"] >= 5 and kinds >= 2 and about["l"] >= 2
    assert risk == pytest.approx(about["global_risk"], abs=1e-6) and risk < 0.03
    assert about["blanked"]["age_group"] >= 1  # the only one of 60 and more
    assert {r["is_synthetic"] for r in rows} == {"true"} and about["synthetic"] is True


def test_nothing_but_allowed_columns_made_coarse_comes_out(home: Path) -> None:
    out = home / "people.csv"
    assert export(out).exit_code == 0
    text = out.read_text(encoding="utf-8") + (home / "people.csv.json").read_text(encoding="utf-8")
    text = re.sub(r"\b[0-9a-f]{64}\b", "", text)  # a hash holds any three digits sooner or later
    for never in (
        "key-",
        "cluster",
        "secret",
        "996",
        "KG03211000000",
        "comments",
        "as delivered",
        "row_number",
        "uuid",
    ):
        assert never not in text
    rows = rows_of(out)
    assert {r["oblast"] for r in rows} <= {*OBLASTS, ""}
    assert {r["sector"] for r in rows} == {"'=farm", "trade"}  # no spreadsheet takes it for a formula
    assert len({r["months_abroad"] for r in rows}) <= 4


def test_the_order_says_nothing_of_the_delivery(home: Path) -> None:
    for name in ("a.csv", "b.csv"):
        assert export(home / name).exit_code == 0
    a, b = rows_of(home / "a.csv"), rows_of(home / "b.csv")
    assert a != b
    assert Counter(map(str, a)) == Counter(map(str, b))


def test_a_file_that_would_tell_too_much_is_refused_with_its_numbers_and_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTM_HOME", str(tmp_path))
    home = home_with(tmp_path, 40)
    result = export(home / "people.csv", "--keys", "oblast,sex,age_group")
    assert result.exit_code == 1 and getattr(result.exception, "exit_code", None) == 3
    assert "global risk" in str(result.exception)
    assert not (home / "people.csv").exists() and not (home / "people.csv.json").exists()
    line = json.loads((Home(home).exports / LOG).read_text(encoding="utf-8"))
    assert line["result"] == "refused" and line["why"]
    # Who stand for many people are harder to find: that is said by hand, and stands in the numbers.
    assert export(home / "people.csv", "--keys", "oblast,sex", "--population", "100000").exit_code == 0
    assert json.loads((home / "people.csv.json").read_text(encoding="utf-8"))["population"] == "100000 people"


def test_every_file_is_written_down_before_it_is_there(home: Path) -> None:
    assert export(home / "people.csv").exit_code == 0
    log = Home(home).exports / LOG
    line = json.loads(log.read_text(encoding="utf-8"))
    assert (line["reason"], line["result"], line["round_key"]) == ("for a partner", "written", ROUND)
    assert oct(log.parent.stat().st_mode & 0o777) == "0o700"
    assert line["sha256"] == json.loads((home / "people.csv.json").read_text(encoding="utf-8"))["sha256"]


def test_a_second_file_with_other_columns_is_refused_until_the_first_is_withdrawn(home: Path) -> None:
    assert export(home / "a.csv").exit_code == 0
    other = export(home / "b.csv", "--keys", "oblast,sex", "--plain", "sector")
    assert getattr(other.exception, "exit_code", None) == 3
    assert "other columns" in str(other.exception)
    assert export(home / "b.csv", "--keys", "oblast,sex", "--plain", "sector", "--earlier-withdrawn").exit_code == 0
    assert export(home / "c.csv", "--keys", "oblast,sex", "--plain", "sector").exit_code == 0  # the first is forgotten


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--keys", "comments"), "unknown_column"),
        (("--plain", "uuid"), "unknown_column"),
        (("--plain", "sex"), "class_lowered"),
        (("--plain", "debt"), "class_lowered"),
        (("--sensitive", "age_group"), "class_lowered"),
        (("--keys", "none"), "no_keys"),
        (("--population", "0"), "bad_population"),
        (("--reason", " "), "no_reason"),
    ],
)
def test_what_can_not_be_asked_for(home: Path, more: tuple[str, ...], code: str) -> None:
    result = export(home / "people.csv", *more)
    assert getattr(result.exception, "code", None) == code
    assert getattr(result.exception, "exit_code", None) == 2


def test_a_file_is_never_put_into_a_release_nor_over_another(home: Path) -> None:
    assert getattr(export(home / "published" / "people.csv").exception, "code", None) == "in_release"
    (home / "there.csv").write_text("mine", encoding="utf-8")
    assert getattr(export(home / "there.csv").exception, "code", None) == "bad_out"
    assert (home / "there.csv").read_text(encoding="utf-8") == "mine"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 4), st.integers(0, 2)), min_size=5, max_size=90
    )
)
def test_however_the_answers_lie_a_file_that_passes_is_safe(rows: list[tuple[int, ...]]) -> None:
    frame = pl.DataFrame(
        [[None if v == 0 and k != 1 else f"v{v}" for k, v in enumerate(row)] for row in rows],
        schema={n: pl.String for n in ("a", "b", "c", "s")},
        orient="row",
    )
    demands = Demands(risk=0.2, blanked=1.0)
    file, found = make_safe(
        PeopleFile(frame, Columns(("a", "b", "c"), ("s",), ()), frozenset(), None), demands, may_leave_out=True
    )
    said = [{c: v or "" for c, v in r.items()} for r in file.frame.iter_rows(named=True)]
    groups = Counter(tuple(r[k] for k in file.columns.keys) for r in said)
    assert found.k == min(groups.values())
    kinds = defaultdict(set)
    for r in said:
        kinds[tuple(r[k] for k in file.columns.keys)] |= {r["s"]} - {""}
    assert all(len(v) != 1 for v in kinds.values())
    if not found.fails(demands):
        assert min(groups.values()) >= 5 and len(groups) / len(said) < 0.2
    assert len(said) == len(rows)


def test_an_option_that_a_whole_group_chose_is_blanked() -> None:
    frame = pl.DataFrame({"a": ["x"] * 6 + ["y"] * 6, "s": ["food", "food health"] * 3 + ["food", "health"] * 3})
    file, found = make_safe(
        PeopleFile(frame, Columns(("a",), ("s",), ()), frozenset({"s"}), None),
        Demands(risk=1.0, blanked=1.0),
        may_leave_out=False,
    )
    assert file.frame["s"].to_list() == [None] * 6 + ["food", "health"] * 3
    assert found.blanked == {"a": 0, "s": 6}


def test_numbers_become_bands_of_whole_numbers() -> None:
    said = banded(pl.Series("n", [1, 2, 3, 4, 5, 6, 7, 8, None, float("nan")], dtype=pl.Float64)).to_list()
    assert said[-2:] == [None, None]
    assert len(set(said[:-2])) == 4 and said[0] == said[1] == "2 or less" and said[7] == "more than 6"
    assert banded(pl.Series("n", [3.0, 3.0])).to_list() == [None, None]  # one value says nothing
    assert banded(pl.Series("n", [], dtype=pl.Float64)).to_list() == []
