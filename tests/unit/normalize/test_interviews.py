"""How an interview was made: pseudonyms, moments with their time zones, distances, and what is no interview."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.toy import write_rows
from warehouse.codebooks.recognise import Declared
from warehouse.deliveries.vault import Vault
from warehouse.gazetteer.positions import distance_km, position_of
from warehouse.normalize.moments import minutes_between, moments, zone_minutes
from warehouse.normalize.run import normalize
from warehouse.settings import Home

FILES = {
    "operation.yml": """
operation: ina
name: {en: Informantia}
country_iso3: INA
programme: toy programme
credit_line: none
licence: none
""",
    "gazetteer/places.csv": """place_code,place_level,parent_code,place_name_en,place_name_ru,place_name_ky,geography_vintage,latitude,longitude
INA,0,,Informantia,,,,0,0
INA01,1,INA,North,,,,42.5,74.5
INA0101,2,INA01,Near,,,,42.6,74.6
""",
    "codebooks/baseline.yml": """
codebook: ina-baseline
operation: ina
component: baseline
row_grain: informant
unique: uuid
round_number: [{file_name: 'round[ _-]*0*(\\d+)'}]
drop:
  - {reason: test_submission, field: record_type, equals: [test]}
  - {reason: back_check, field: record_type, equals: [check]}
places:
  scheme: gazetteer
  levels:
    - {level: 1, code_field: admin1_code}
    - {level: 2, code_field: admin2_code}
    - {level: 3, code_field: admin3_code}
sheets:
  - name: main
    patterns: ['*']
    columns:
      - {field: admin1_code, labels: [Region], type: code, required: true}
      - {field: admin2_code, labels: [District], type: code}
      - {field: admin3_code, labels: [Village], type: code}
      - {field: record_type, labels: [Kind]}
      - {field: back_check_of, labels: [Checked], type: code}
      - {field: enumerator_code, labels: [Who], column_class: identifier}
      - {field: idp, labels: [People], type: count, required: true, measure: {category: idp}}
      - {field: idp_men, labels: [Men], type: count, measure: {category: idp, dimension: sex_age, sex: male}}
""",
}
# What KoboToolbox adds is not in the codebook: configuration that all operations share recognises it.
HEADER = ["Region", "District", "Village", "Kind", "Checked", "Who", "People", "Men", "start", "end", "deviceid", "_gps_latitude",
          "_gps_longitude", "_gps_precision", "_uuid", "_submission_time"]  # fmt: skip
SENT = "2025-03-01T15:00:00"


def row(people: object, *, uuid: str, kind: str = "", who: str = "KG-1", **more: object) -> list[object]:
    """An interview in the village INA0101-1, an hour long, made 11 km north of its district's centre."""
    cells: dict[str, object] = {
        "Region": "INA01", "District": "INA0101", "Village": "INA0101-1", "Kind": kind, "Who": who, "People": people, "Men": "",
        "start": "2025-03-01T09:00:00.000+06:00", "end": "2025-03-01T10:00:00.000+06:00", "deviceid": "ee.x:77",
        "_gps_latitude": 42.7, "_gps_longitude": 74.6, "_gps_precision": 4.5, "_uuid": uuid, "_submission_time": SENT,
    }  # fmt: skip
    return [(cells | more).get(name, "") for name in HEADER]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Home) -> dict[str, pl.DataFrame]:
    """The tables of five rows: an interview, one without a fix, a back check, a test, and one whose count is no number."""
    for name, text in FILES.items():
        path = tmp_path / "operations" / "ina" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("MTM_OPERATIONS", str(tmp_path / "operations"))
    rows = [
        row(5, uuid="u1", Men=2), row(7, uuid="u2", who="kg-1 ", _gps_latitude=0, _gps_longitude=0),
        row(9, uuid="u3", kind="check", who="KG-2", Checked="u1"), row(1, uuid="u4", kind="test"), row("a few", uuid="u5"),
    ]  # fmt: skip
    path = write_rows(tmp_path / "round_3.xlsx", [list(HEADER), *rows])
    done = normalize(home, Vault(home).receive(path, Declared("ina")).delivery)
    return {
        name: done.table(name)
        for name in ("interview", "assessment", "rejected", "conservation", "answer", "column_map")
    }


def of(made: dict[str, pl.DataFrame], *columns: str) -> list[tuple[Any, ...]]:
    return made["interview"].select(columns).rows()


def test_each_row_says_what_it_is(made: dict[str, pl.DataFrame]) -> None:
    assert of(made, "row_number", "kind", "is_accepted", "reason_code") == [
        (2, "interview", True, None), (3, "interview", True, None), (4, "back_check", False, "back_check"),
        (5, "test", False, "test_submission"), (6, "interview", False, "not_a_whole_number"),
    ]  # fmt: skip
    keys = made["interview"]["interview_key"]
    assert keys[:2].to_list() == made["assessment"]["row_id"].to_list() and keys.n_unique() == 5
    assert made["interview"]["back_check_of"].to_list() == [None, None, keys[0], None, None]


def test_a_back_check_is_counted_and_never_an_interview(made: dict[str, pl.DataFrame]) -> None:
    rows, people = made["conservation"].filter(pl.col("measure").is_in(["rows", "idp.individuals"])).rows(named=True)
    assert (rows["delivered"], rows["accepted"], rows["rejected"]) == (5, 2, 3)
    assert (people["delivered"], people["accepted"], people["rejected"]) == (22, 12, 10)
    assert made["rejected"].filter(pl.col("reason_code") == "back_check")["people"].to_list() == [9]


def test_times_distances_and_what_was_answered(made: dict[str, pl.DataFrame]) -> None:
    first = made["interview"].row(0, named=True)
    assert (first["started_at"], first["minutes"]) == (datetime(2025, 3, 1, 9), 60.0)
    assert (first["gps_km"], first["gps_place_level"], first["gps_accuracy_m"]) == (
        pytest.approx(11.1, abs=0.1),
        2,
        4.5,
    )
    assert of(made, "asked", "answered")[:2] == [(2, 2), (2, 1)]
    assert of(made, "gps_km", "gps_place_level")[1] == (None, None)  # 0, 0 is no position
    assert made["interview"]["content_hash"].n_unique() == 5
    assert date(2025, 3, 1) == first["submitted_at"].date()


def test_identifiers_are_pseudonyms_and_no_position_is_kept(made: dict[str, pl.DataFrame]) -> None:
    who = made["interview"]["enumerator"].to_list()
    assert who[0] == who[1] != who[2] and all(len(w) == 10 and w.startswith("E-") for w in who)
    assert made["interview"]["device"].n_unique() == 1 and made["interview"]["device"][0].startswith("D-")
    text = made["interview"].write_csv() + made["answer"].write_csv()
    assert not [v for v in ("KG-1", "kg-1", "ee.x", "42.7", "74.6") if v in text]
    classes = dict(made["column_map"].select("field", "column_class").iter_rows())
    assert {classes[f] for f in ("gps_latitude", "gps_longitude", "device")} == {"identifier"}


def series(*texts: str) -> pl.Series:
    return pl.Series("t", texts)


def test_moments_keep_the_clock_and_the_zone() -> None:
    texts = series(
        "2025-03-01T09:12:33.000+06:00",
        "2025-03-01 09:12",
        "01.03.2025 21:05",
        "3/15/2025 1:30 PM",
        "2025-03-01",
        "",
        "x 9:30",
    )
    assert moments(texts).to_list() == [
        datetime(2025, 3, 1, 9, 12, 33), datetime(2025, 3, 1, 9, 12), datetime(2025, 3, 1, 21, 5), datetime(2025, 3, 15, 13, 30),
        None, None, None,
    ]  # fmt: skip
    assert zone_minutes(
        series("2025-03-01T09:12:33Z", "2025-03-01T09:12:33-0330", "2025-03-01T09:12:33.5+06", "2025-03-01")
    ).to_list() == [0, -210, 360, None]


def test_minutes_are_those_between_two_zones() -> None:
    started = series("2025-03-01T09:00:00+06:00", "2025-03-01T09:00:00", "2025-03-01")
    ended = series("2025-03-01T04:00:30Z", "2025-03-01T09:20:00Z", "2025-03-01T10:00:00")
    assert minutes_between(started, ended).to_list() == [60.5, 20.0, None]


def test_a_distance_is_the_great_circle() -> None:
    frame = pl.DataFrame({"a": [42.87, 0.0], "b": [74.59, 0.0], "c": [40.53, 0.0], "d": [72.8, 180.0]})
    found = frame.select(distance_km(*map(pl.col, "abcd")).round(0)).to_series().to_list()
    assert found == [pytest.approx(300, abs=2), 20015.0]
    assert position_of({"latitude": "42.9", "longitude": "74.6"}) == (42.9, 74.6)
    assert [
        position_of(r) for r in ({}, {"latitude": "", "longitude": "74"}, {"latitude": "142", "longitude": "74"})
    ] == [None] * 3
