"""From a doubtful place to a person's decision, and back into the round."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.gazetteer.check import check_operation
from warehouse.gazetteer.decisions import FILE, read_decisions, write_decisions
from warehouse.gazetteer.store import overlay_folder
from warehouse.normalize.place_decide import decided
from warehouse.normalize.place_review import as_csv, as_yaml, review
from warehouse.normalize.run import normalize
from warehouse.operations import load_operation
from warehouse.serving.field_report.report import FieldReport
from warehouse.settings import Home

HEADER = ["Round", "Region", "Region code", "District", "Displaced people"]
GAZETTEER = """place_code,place_level,parent_code,place_name_en,geography_vintage
T,0,,Toyland,v1
T1,1,T,North,v1
T2,1,T,South,v1
T11,2,T1,Kabala,v1
T12,2,T1,Kamaka,v1
T21,2,T2,Zuru,v1
"""


def received(home: Home, path: Path) -> str:
    return Vault(home).receive(path, source="test").delivery.round_key


def filled(path: Path, text: str, **cells: str) -> Path:
    path.write_text(text, encoding="utf-8")
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows([rows[0] | cells, *rows[1:]])
    return path


@pytest.fixture
def listed(toy: Path) -> Path:
    """The toy operation with a gazetteer."""
    (toy / "gazetteer").mkdir()
    (toy / "gazetteer" / "places.csv").write_text(GAZETTEER, encoding="utf-8")
    book = toy / "codebooks" / "baseline.yml"
    book.write_text(book.read_text(encoding="utf-8").replace("scheme: names", "scheme: gazetteer"), encoding="utf-8")
    return toy


def test_a_decision_settles_the_place_for_all_rounds(
    home: Home, listed: Path, workbook: Callable[..., Path], tmp_path: Path
) -> None:
    rows: list[list[object]] = [
        HEADER,
        [1, "North", "T1", "Kabulaa", 10],
        [1, "South", "", "Zuru", 5],
        [1, "North", "T1", "Kabulaa", 2],
    ]
    key = received(home, workbook("toy round 1.xlsx", rows))
    first = normalize(home, Vault(home).current(key))
    assert first.counts() | {} == first.counts() and first.counts()["people_rejected"] == 12
    doubt = review(home, key)[0]
    assert (doubt.reason, doubt.rows, doubt.people, doubt.first_row, doubt.candidates[0].code) == (
        "unknown_place",
        2,
        12,
        2,
        "T11",
    )
    file = filled(tmp_path / "p.csv", as_csv([doubt]), place="T11", by="A person", why="a spelling of the field team")
    operation, decisions, left = decided(file, home)
    assert (operation, left) == ("toy", 0)
    assert write_decisions(overlay_folder(home, "toy"), decisions) == {"added": 1, "replaced": 0, "unchanged": 0}
    second = normalize(home, Vault(home).current(key))
    assert second.normalized_id != first.normalized_id
    assert second.counts()["people_rejected"] == 0
    assert "place_decided" in second.table("finding")["code"]
    assert review(home, key) == []
    assert check_operation(load_operation("toy"), home) == []


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"place": "T9", "by": "A person", "why": "because"}, "place is not a code"), ({"place": "T1", "by": "A person", "why": "because"}, "place is not a code"),
        ({"place": "T11", "why": "because"}, "by is missing"), ({"place": "T11", "by": "A person"}, "why is missing"),
    ],
)  # fmt: skip
def test_a_wrong_line_decides_nothing(
    home: Home, listed: Path, workbook: Callable[..., Path], tmp_path: Path, cells: dict[str, str], problem: str
) -> None:
    key = received(home, workbook("toy round 1.xlsx", [HEADER, [1, "North", "T1", "Kabulaa", 10]]))
    file = filled(tmp_path / "p.csv", as_csv(review(home, key)), **cells)
    with pytest.raises(MtmError, match=problem):
        decided(file, home)


def test_not_a_place_and_hostile_names(home: Home, listed: Path, workbook: Callable[..., Path], tmp_path: Path) -> None:
    key = received(home, workbook("toy round 1.xlsx", [HEADER, [1, "North", "T1", "+cmd|'x'!A1", 10]]))
    doubts = review(home, key)
    assert "'+cmd" in as_csv(doubts) and "+cmd" in as_yaml(doubts)
    file = filled(tmp_path / "p.csv", as_csv(doubts), place="Not a place", by="A person", why="a remark of the form")
    write_decisions(overlay_folder(home, "toy"), decided(file, home)[1])
    done = normalize(home, Vault(home).current(key))
    assert done.table("rejected")["reason_code"].to_list() == ["not_a_place"]
    assert done.counts()["people_rejected"] == 10


def test_decisions_that_do_nothing_or_contradict_are_reported(home: Home, listed: Path) -> None:
    text = """decisions:
  - {level: 2, parent: T1, name: Nowhere, place: T99, by: A person, when: 2026-01-01, why: because}
  - {level: 2, parent: T1, name: Somewhere, place: T11, by: A person, when: 2026-01-01, why: because}
  - {level: 2, parent: T1, name: somewhere, place: T12, by: B person, when: 2026-01-02, why: because}
  - {level: 2, parent: T1, code: T12, name: Kamaka, place: T11, by: A person, when: 2026-01-01, why: because}
"""
    (listed / FILE).write_text(text, encoding="utf-8")
    assert len(read_decisions(listed)) == 4
    assert sorted(t.code for t in check_operation(load_operation("toy"), home)) == [
        "decision_conflict", "decision_without_effect", "decisions_clash",
    ]  # fmt: skip


def test_spellings_are_suggested_and_not_merged(
    home: Home, toy: Path, workbook: Callable[..., Path], tmp_path: Path
) -> None:
    rows: list[list[object]] = [HEADER, [1, "North", "", "Kabala", 10], [1, "North", "", "Kabala ", 5], [1, "North", "", "Kabbala", 7],
                                [1, "North", "", "Ward I", 1], [1, "North", "", "Ward II", 1]]  # fmt: skip
    key = received(home, workbook("toy round 1.xlsx", rows))
    done = normalize(home, Vault(home).current(key))
    assert set(done.table("assessment")["place_code"]) == {
        "TOY/NORTH/KABALA",
        "TOY/NORTH/KABBALA",
        "TOY/NORTH/WARD-I",
        "TOY/NORTH/WARD-II",
    }
    found = done.table("finding").filter(code="place_spelling")
    assert found.select("severity", "row_number", "rows", "people").rows() == [("review", 4, 1, 7)]
    assert "Kabbala" not in " ".join(found["what"])
    file = filled(
        tmp_path / "p.csv", as_csv(review(home, key)), place="TOY/NORTH/KABALA", by="A person", why="one place"
    )
    write_decisions(overlay_folder(home, "toy"), decided(file, home)[1])
    merged = normalize(home, Vault(home).current(key))
    assert set(merged.table("assessment")["place_code"]) == {
        "TOY/NORTH/KABALA",
        "TOY/NORTH/WARD-I",
        "TOY/NORTH/WARD-II",
    }
    assert merged.counts() == done.counts()


def test_codes_at_several_places(home: Home, toy: Path, workbook: Callable[..., Path]) -> None:
    received(home, workbook("toy round 1.xlsx", [HEADER, [1, "North", "X1", "", 10], [1, "South", "X1", "", 5]]))
    first = normalize(home, Vault(home).current("toy-baseline-r01"))
    assert first.table("finding").filter(code="place_code_reused").select("severity", "rows", "people").rows() == [
        ("review", 2, 15)
    ]
    assert first.counts()["people_accepted"] == 15  # names decide in this operation
    assert [d.reason for d in review(home, "toy-baseline-r01")] == ["place_code_reused"]


def test_a_code_of_the_delivery_in_two_parents_is_rejected(
    home: Home, listed: Path, workbook: Callable[..., Path]
) -> None:
    text = (listed / "gazetteer" / "places.csv").read_text(encoding="utf-8")
    (listed / "gazetteer" / "places.csv").write_text(
        "\n".join(x for x in text.split("\n") if ",2," not in x), encoding="utf-8"
    )
    book = listed / "codebooks" / "baseline.yml"
    book.write_text(book.read_text(encoding="utf-8").replace(
        "{level: 2, name_field: admin2_name", "{level: 2, code_field: admin2_code, name_field: admin2_name").replace(
        "      - {field: test,", "      - {field: admin2_code, labels: [District code]}\n      - {field: test,"), encoding="utf-8")  # fmt: skip
    head = [*HEADER, "District code"]
    rows: list[list[object]] = [head, [1, "North", "T1", "A", 1, "D1"], [1, "South", "T2", "A", 2, "D1"], [1, "South", "T2", "B", 4, "D2"],
                                [1, "South", "T2", "C", 8, "D2"], [1, "South", "T2", "C", 16, "D3"]]  # fmt: skip
    key = received(home, workbook("toy round 1.xlsx", rows))
    done = normalize(home, Vault(home).current(key))
    reasons = dict(done.table("rejected").select("row_number", "reason_code").iter_rows())
    assert reasons == {2: "code_reused", 3: "code_reused", 5: "code_name_disagree", 6: "code_name_disagree"} or reasons == {
        2: "code_reused", 3: "code_reused", 5: "code_name_disagree"}  # fmt: skip
    assert done.counts()["people_in"] == done.counts()["people_accepted"] + done.counts()["people_rejected"] == 31


def test_a_code_that_moved_since_an_earlier_round_is_told(home: Home, toy: Path, workbook: Callable[..., Path]) -> None:
    for number, region in ((1, "North"), (2, "Northern Isles"), (3, "Nort-h")):
        rows: list[list[object]] = [HEADER, [number, region, "X1", "", 10], [number, "South", "X2", "", 5]]
        received(home, workbook(f"toy round {number}.xlsx", rows))
    done = [normalize(home, Vault(home).current(f"toy-baseline-r0{n}")) for n in (1, 2, 3)]
    assert [[d.reason for d in review(home, n.round_key)] for n in done] == [
        [],
        ["place_code_renamed"],
        ["place_code_renamed"],
    ]
    assert "place_code_renamed" in [line.code for line in FieldReport(done[1], "en").lines]
    again = normalize(home, Vault(home).current("toy-baseline-r01"))
    assert again.normalized_id == done[0].normalized_id  # what other rounds an installation has changes no round


@pytest.mark.parametrize("place", ["T9", "T1", "TOY/NORTH/KABLA"])
def test_a_place_that_nobody_offered_is_refused(
    home: Home, toy: Path, workbook: Callable[..., Path], tmp_path: Path, place: str
) -> None:
    rows: list[list[object]] = [HEADER, [1, "North", "", "Kabala", 10], [1, "North", "", "Kabbala", 7]]
    key = received(home, workbook("toy round 1.xlsx", rows))
    file = filled(tmp_path / "p.csv", as_csv(review(home, key)), place=place, by="A person", why="one place")
    with pytest.raises(MtmError, match="place is not a code"):
        decided(file, home)
    own = filled(
        tmp_path / "q.csv", as_csv(review(home, key)), place="TOY/NORTH/KABALA", by="A person", why="two places"
    )
    write_decisions(overlay_folder(home, "toy"), decided(own, home)[1])
    assert review(home, key) == []
    assert normalize(home, Vault(home).current(key)).table("assessment")["place_code"].n_unique() == 2
