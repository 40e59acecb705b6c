"""Which values of a delivery are looked for, and which columns stop a round."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse.codebooks.recognise import recognise
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.vault import Vault
from warehouse.normalize.people import key_of, pseudonym
from warehouse.normalize.run import normalize
from warehouse.personal.values import nobodys, remembered, values_of, values_path
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
HEAD: list[object] = ["_uuid", "Region", "Displaced people", "Contact phone"]
UUIDS = [f"0f0e0d0c-1111-2222-3333-44445555666{i}" for i in range(4)]
ROWS: list[list[object]] = [[UUIDS[i], f"Region {i}", 10 + i, f"+999 700 55000{i}"] for i in range(4)]
Book = Callable[..., Path]


def collected(path: Path) -> frozenset[str]:
    return values_of(recognise(read_file(path, path.name, keep_errors=True), path.name), path.name)


def codes(home: Home, path: Path) -> dict[str, str]:
    table = normalize(home, Vault(home).receive(path).delivery).table("finding")
    return dict(table.select("code", "severity").rows())


def test_cells_of_identifiers_and_what_looks_personal_anywhere(workbook: Book) -> None:
    more: list[list[object]] = [["Имя", "Note"], ["x", "write to a.b@posta.example"]]
    rows = [[*HEAD, "remark"], *([*row, "21203198001234" if i else ""] for i, row in enumerate(ROWS))]
    found = collected(workbook("round1 +999 123 456 789.xlsx", rows, extra=more))
    assert {"+999 700 550001", "a.b@posta.example", "21203198001234", "+999 123 456 789", UUIDS[0]} <= found
    assert not {"Region 1", "10"} & found


def test_codes_of_places_are_nobodys_number(workbook: Book) -> None:
    rows = [[*HEAD, "Region code", "remark"], *([*row, f"51700{i}000", f"51700{i}000"] for i, row in enumerate(ROWS))]
    assert not any(v.startswith("5170") for v in collected(workbook("round1.xlsx", rows)))


def test_what_the_projects_own_files_say_is_nobodys() -> None:
    assert nobodys(["Ошская область", "Zurzbek Qvatman", "Region"]) == {"Ошская область", "Region"}


def test_values_are_kept_for_the_owner_only(home: Home, workbook: Book) -> None:
    delivery = Vault(home).receive(workbook("round1.xlsx", [HEAD, *ROWS])).delivery
    assert remembered(home, delivery) is None
    normalize(home, delivery)
    kept = remembered(home, delivery)
    assert kept and "+999 700 550001" in kept
    assert values_path(home, delivery.sha256).stat().st_mode & 0o077 == 0


SHEETS: dict[str, tuple[list[Any], dict[str, Any], str]] = {
    "phones under a harmless header": (["Info"], {}, "block"),
    "personal numbers": (["Case"], {}, "block"),
    "positions": (["A", "B"], {}, "block"),
    "a sheet that nobody knows, with names": ([], {"extra": [["ФИО", "x"], ["Zurzbek Qvatman", "y"]]}, "block"),
    "a sheet that nobody knows, with phones": ([], {"extra": [["n", "v"], *([i, f"+999 700 44000{i}"] for i in range(5))]}, "block"),
    "nothing of the kind": (["Weather"], {"extra": [["n", "v"], [1, 2], [3, 4]]}, ""),
}  # fmt: skip
CELLS = {
    "Info": lambda i: f"+999 700 33000{i}", "Case": lambda i: f"1120319800{i}234", "A": lambda i: f"42.87{i}613",
    "B": lambda i: f"74.56{i}917", "Weather": lambda i: f"fine {i}",
}  # fmt: skip


@pytest.mark.parametrize("case", SHEETS)
def test_a_new_identifier_column_stops_the_round(home: Home, workbook: Book, case: str) -> None:
    heads, more, severity = SHEETS[case]
    rows = [[*HEAD, *heads], *([*row, *(CELLS[h](i) for h in heads)] for i, row in enumerate(ROWS))]
    assert codes(home, workbook("round1.xlsx", rows, **more)).get("unknown_identifier_column", "") == severity


def test_one_phone_among_remarks_is_for_a_person_to_look_at(home: Home, workbook: Book) -> None:
    rows = [[*HEAD, "Info"], *([*row, "call +999 700 330001" if i == 0 else "nothing"] for i, row in enumerate(ROWS))]
    assert codes(home, workbook("round1.xlsx", rows)).get("personal_text") == "review"


def test_no_word_of_a_canonical_table_tells_a_person(home: Home, workbook: Book) -> None:
    """Names of the file and of sheets, headers: hidden; cells of rejected rows stay whole, for the field."""
    rows = [[*HEAD, "Zurzbek Qvatman", "note +999 700 330009"], *([*r, 1, 2] for r in ROWS), [*ROWS[0], 1, 2]]
    path = workbook("round1 a.b@posta.example.xlsx", rows, sheet="Zurzbek Qvatman", **{"+999 700 330008": [["a"], [1]]})
    delivery = Vault(home).receive(path).delivery
    done = normalize(home, delivery)
    words = "".join(
        str(done.table(name).drop("cells", strict=False).to_dicts())
        for name in ("finding", "rejected", "column_map", "assessment")
    )
    for value in ("Zurzbek", "330009", "330008", "posta"):
        assert value not in words + str(delivery), value
    assert "+999 700 550000" in done.table("rejected")["cells"][0]


def test_the_key_may_come_from_the_environment(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    own = key_of(home)
    assert own == key_of(home) and (home.vault / "pseudonym.key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("MTM_KEY", "a secret of the mission")
    assert pseudonym(key_of(home), "u1") != pseudonym(own, "u1")
