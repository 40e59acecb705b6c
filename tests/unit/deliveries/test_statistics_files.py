"""SPSS and Stata files: labels and codes, missing values, dates and letters exactly; damaged ones refused."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from warehouse.deliveries.readers.formats import detect
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.statistics_file import read_dta, read_sav
from warehouse.errors import UnreadableDelivery

NAMES = ["Область Баткенская", "Кадамжайский район", "Село Марказ", "Айылный аймак", "Посёлок Советский"]


def written(path: Path, columns: dict[str, list[Any]], **options: Any) -> bytes:
    import pandas as pd
    import pyreadstat

    write = pyreadstat.write_dta if path.suffix == ".dta" else pyreadstat.write_sav
    write(pd.DataFrame(columns), path, **options)
    return path.read_bytes()


def rows(sheet: RawSheet) -> list[list[Any]]:
    """The cells; a blank one is None."""
    return [[None if cell == "" else cell for cell in row] for row in sheet.rows]


def code(read: Any, data: bytes) -> str:
    with pytest.raises(UnreadableDelivery) as caught:
        read(data, "x.sav")
    return caught.value.code


def test_spss_cells_carry_labels_and_a_sheet_leads_back_to_the_codes(tmp_path: Path) -> None:
    data = written(
        tmp_path / "a.sav",
        {"q1": [1.0, 2.0, 99.0, 7.0, None], "who": ["Ө", "", "x" * 400, "a", "b"], "n": [1.5, 3.0, 1e15, -2.0, 0.1]},
        column_labels={"q1": "Уехал?"},
        variable_value_labels={"q1": {1.0: "Yes", 2.0: "No", 99.0: "Refused"}},
        missing_ranges={"q1": [99.0]},
    )
    cases, labels = read_sav(data, "round3.sav")
    assert rows(cases) == [
        ["q1", "who", "n"], ["Yes", "Ө", 1.5], ["No", None, 3.0], ["Refused", "x" * 400, 1e15], [7.0, "a", -2.0], [None, "b", 0.1],
    ]  # fmt: skip
    assert (cases.name, labels.name) == ("round3", "labels")
    assert rows(labels)[:5] == [
        ["variable", "variable label", "value", "label", "missing"], ["q1", "Уехал?", None, None, None],
        ["q1", "Уехал?", 1.0, "Yes", None], ["q1", "Уехал?", 2.0, "No", None], ["q1", "Уехал?", 99.0, "Refused", "yes"],
    ]  # fmt: skip


@pytest.mark.parametrize("labels", [{1.0: "Yes", 2.0: "Yes"}, {1.0: "2", 3.0: "3"}])
def test_labels_that_do_not_tell_codes_apart_leave_the_codes(tmp_path: Path, labels: dict[float, str]) -> None:
    data = written(tmp_path / "a.sav", {"q": [1.0, 2.0]}, variable_value_labels={"q": labels})
    cases, _ = read_sav(data, "a.sav")
    assert rows(cases) == [["q"], [1.0], [2.0]]
    assert [n.code for n in cases.notices] == ["codes_kept"]


@pytest.mark.parametrize("ending", ["sav", "zsav", "dta"])
def test_dates_and_times_are_dates_and_times(tmp_path: Path, ending: str) -> None:
    columns: dict[str, list[Any]] = {
        "d": [date(2024, 9, 5), None, date(1899, 1, 2)],
        "t": [datetime(2024, 9, 5, 8, 30, 1), datetime(1970, 1, 1), None],
    }
    if ending != "dta":
        columns["c"] = [time(8, 30), None, time(0, 0)]
    options = {"compress": True} if ending == "zsav" else {}
    data = written(tmp_path / f"a.{ending}", columns, **options)
    cases, _ = (read_dta if ending == "dta" else read_sav)(data, f"a.{ending}")
    assert rows(cases) == [list(columns), *map(list, zip(*columns.values(), strict=True))]


def test_the_kinds_of_missing_of_stata_are_told_apart(tmp_path: Path) -> None:
    data = written(
        tmp_path / "a.dta", {"q": [1.0, 2.0, "a", "b", None]}, missing_user_values={"q": ["a", "b"]},
        variable_value_labels={"q": {1: "Yes", "a": "Refused"}},
    )  # fmt: skip
    cases, labels = read_dta(data, "a.dta")
    assert rows(cases) == [["q"], ["Yes"], [2.0], ["Refused"], [".b"], [None]]
    assert ["q", None, ".a", "Refused", "yes"] in rows(labels)


def in_page(data: bytes, names: list[str], page: str) -> bytes:
    """The same file with its texts in a code page (no longer than in UTF-8, so nothing moves)."""
    for name in names:
        mangled = name.encode(page).decode("latin-1").encode()
        data = data.replace(mangled, name.encode(page).ljust(len(mangled), b"\0"))
    return data


def test_letters_of_old_files_pass_the_strict_test_or_the_file_is_refused(tmp_path: Path) -> None:
    for page, certain in (("cp1251", True), ("koi8-r", False), ("utf-8", True)):
        columns = {"place": [name.encode(page).decode("latin-1") for name in NAMES]}
        data = in_page(written(tmp_path / "a.dta", columns, version=12), NAMES, page)
        if certain:
            assert [row[0] for row in rows(read_dta(data, "a.dta")[0])][1:] == NAMES, page
        else:
            assert code(read_dta, data) == "bad_encoding"


@pytest.mark.parametrize(
    ("ending", "options"),
    [("sav", {}), ("sav", {"row_compress": True}), ("zsav", {"compress": True}), ("dta", {}), ("dta", {"version": 8})],
)
def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path: Path, ending: str, options: dict[str, Any]) -> None:
    columns = {"n": [float(i) for i in range(60)], "s": [f"place {i}" for i in range(60)]}
    data = written(tmp_path / f"a.{ending}", columns, **options)
    read = read_dta if ending == "dta" else read_sav
    whole = rows(read(data, "a")[0])
    assert len(whole) == 61
    for cut in range(8, len(data), 23):
        try:
            assert rows(read(data[:cut], "a")[0]) == whole  # only what follows the cases was cut
        except UnreadableDelivery as error:
            assert error.code in {"unreadable_file", "truncated", "bad_encoding"}


def test_a_file_that_hides_its_length_is_noticed(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path / "a.sav", {"n": [1.0, 2.0]}))
    data[80:84] = b"\xff\xff\xff\xff"
    cases, _ = read_sav(bytes(data), "a.sav")
    assert rows(cases) == [["n"], [1.0], [2.0]]
    assert [(n.code, n.severity) for n in cases.notices] == [("unknown_length", "review")]


def is_stata(data: bytes) -> bool:
    return bool(data) and detect(data, "a.dta") == "dta"


def test_stata_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    for version in (8, 10, 12, 13, 14, 15):
        assert is_stata(written(tmp_path / "a.dta", {"n": [1.0]}, version=version)), version
    assert not any(map(is_stata, (b"name,idp\n", b"region;x\n", b"s", b"")))
