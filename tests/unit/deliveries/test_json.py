"""JSON: answers of APIs and plain lists as sheets, each value exactly; anything else refused with a code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import SHARED
from warehouse.deliveries.readers.json_file import looks_like_json, read_json
from warehouse.deliveries.readers.json_records import Tables
from warehouse.deliveries.readers.sheet import RawSheet, cell_text
from warehouse.deliveries.readers.text import read_text
from warehouse.errors import UnreadableDelivery


def read(value: Any, name: str = "form.json") -> list[RawSheet]:
    return read_json(value if isinstance(value, bytes) else json.dumps(value).encode(), name)


def table(sheet: RawSheet) -> list[dict[str, Any]]:
    header, *rows = ([*row] for row in sheet.rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


SUBMISSIONS = [
    {
        "_id": 7, "_uuid": "u-7", "_submission_time": "2024-09-05T08:30:00", "place/oblast": "osh", "people": "12",
        "families": [
            {"families/size": "4", "families/members": [{"families/members/age": "30"}, {"families/members/age": "5"}]},
            {"families/size": "2"},
        ],
        "_geolocation": [42.87, 74.59], "_attachments": [], "_validation_status": {},
    },
    {
        "_id": 8, "_uuid": "u-8", "_submission_time": "2024-09-06T08:30:00", "place/oblast": "naryn", "remark": "",
        "families": [{"families/size": "1", "families/members": [{"families/members/age": "61"}]}],
        "_validation_status": {"uid": "validation_status_approved", "label": "Approved"},
    },
]  # fmt: skip


def test_repeated_groups_are_sheets_as_in_a_workbook() -> None:
    main, families, members = read({"count": 2, "next": None, "previous": None, "results": SUBMISSIONS})
    assert (main.name, families.name, members.name) == ("form", "families", "members")
    assert [row["_index"] for row in table(main)] == [1, 2]
    assert [(r["families/size"], r["_index"], r["_parent_table_name"], r["_parent_index"], r["_submission__uuid"])
            for r in table(families)] == [("4", 1, "form", 1, "u-7"), ("2", 2, "form", 1, "u-7"), ("1", 3, "form", 2, "u-8")]  # fmt: skip
    assert [(r["families/members/age"], r["_parent_table_name"], r["_parent_index"], r["_submission__id"])
            for r in table(members)] == [("30", "families", 1, 7), ("5", "families", 1, 7), ("61", "families", 3, 8)]  # fmt: skip
    assert [row["_validation_status"] or "" for row in table(main)] == ["", "Approved"]
    assert table(main)[0]["_geolocation"] == "[42.87, 74.59]"
    assert "families" not in table(main)[0]


def test_a_key_that_is_not_there_null_and_an_empty_text_are_told_from_a_zero() -> None:
    records: list[dict[str, Any]] = [{"a": 0, "b": ""}, {"a": None}, {}]
    table_ = Tables("form")
    table_.fill(records, "form.json")
    assert table_.main.rows == [{0: 0, 1: ""}, {0: ""}, {}]  # zero, blank, no cell
    (sheet,) = read(records)
    assert [sheet.texts(i) for i in range(1, 4)] == [["0", ""], ["", ""], ["", ""]]


@pytest.mark.parametrize(
    ("written", "text"),
    [("9223372036854775808", "9223372036854775808"), ("-0", "-0"), ("1.10", "1.1"), ("0.1", "0.1"), ("1e400", "1e400"),
     ("1e-999999999999999999999", "1e-999999999999999999999"), ("0.1000000000000000055", "0.1000000000000000055"),
     ("12", "12"), ("true", "TRUE"), ("1" * 5000, "1" * 5000), ("9007199254740993", "9007199254740993"),
     ('"=1+1"', "=1+1"), ('"\\u0430\\n"', "а\n"), ('"\\ud83d\\ude00"', "😀"), ("[1.10, null]", "[1.10, null]")],
)  # fmt: skip
def test_values_come_through_exactly(written: str, text: str) -> None:
    (sheet,) = read(f'[{{"a": {written}}}]'.encode())
    assert sheet.texts(1) == [text]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'[{"a": 1, "a": 2}]', "duplicate_keys"),
        (b'[{"a": {"b": 1}, "a/b": 2}]', "duplicate_keys"),
        (b'[{"a": NaN}]', "not_json"),
        (b'[{"a": -Infinity}]', "not_json"),
        (b'[{"a": 1}] []', "not_json"),
        (b'[{"a": 01}]', "not_json"),
        (b'[{"a": "tab\tinside"}]', "not_json"),
        (b'[{"a": 1}, {"a": ', "truncated"),
        (b'[{"a": "x', "truncated"),
        (b'{"count": 1, "results": [{"a": 1}]', "truncated"),
        (b"[" * 100_000, "too_deep"),
        (b'[{"a":' * 600 + b"1" + b"}]" * 600, "too_deep"),
        (b'[{"a": "\\ud83d"}]', "bad_encoding"),
        (b'[{"a": ["\\udc00"]}]', "bad_encoding"),
        (b'[{"a": "\xff"}]', "bad_encoding"),
        (b'[{"a": "\\u0000"}]', "nul"),
        (b'{"count": 3, "results": [{"a": 1}]}', "incomplete"),
        (b'{"count": 1, "next": "https://kobo.example/?start=1", "results": [{"a": 1}]}', "incomplete"),
        (b'{"detail": "Not found."}', "api_error"),
        (b'{"result": [], "statusCode": 500, "isSuccess": false, "errorMessages": ["x"]}', "api_error"),
        (b'{"result": [{"a": 1}], "statusCode": 200, "isSuccess": true, "totalRecordsCount": 2}', "incomplete"),
        (b'{"type": "FeatureCollection", "features": []}', "unknown_format"),
        (b'{"a": 1}', "unknown_format"),
        (b'[1, 2]', "unknown_format"),
        (b'{"a": 1}\n{"a": 2}\n', "unknown_format"),
        (json.dumps([{f"k{i}": 1} for i in range(8000)]).encode(), "too_large"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        read(data)
    assert caught.value.code == code and caught.value.where.startswith("form.json")


def test_a_cut_at_any_byte_is_refused() -> None:
    data = json.dumps({"count": 2, "results": SUBMISSIONS}).encode()
    for cut in range(1, len(data)):
        with pytest.raises(UnreadableDelivery):
            read(data[:cut])


def test_sheet_names_are_cut_and_made_unique_as_kobotoolbox_does() -> None:
    long = "a_question_group_that_goes_on_and_on"
    sheets = read([{f"g/{long}_1": [{"x": 1}], f"g/{long}_2": [{"x": 2}], "form": [{"x": 3}]}])
    assert [s.name for s in sheets] == ["form", long[:28] + "...", long[:24] + "... (1)", "form... (1)"]
    assert all(len(s.name) <= 31 for s in sheets)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_is_no_part_of_the_text_and_json_is_told_from_tables(encoding: str) -> None:
    data = json.dumps([{"имя": "Ө"}], ensure_ascii=False).encode(encoding)
    assert [[*row] for row in read(data)[0].rows] == [["имя"], ["Ө"]]
    assert [[*row] for row in read_text(data, "form.csv")[0].rows] == [["имя"], ["Ө"]]
    assert not looks_like_json("[a],[b]\n1,2\n") and looks_like_json('{"a": 1}') and looks_like_json("[]")


def test_answers_of_the_dtm_api_are_read_whole() -> None:
    path = SHARED / "api" / "dtm_v3_admin1_tcd.json"
    if not path.is_file():
        pytest.skip("answers of the API are not at hand: set MTM_SHARED to the folder that holds data/api")
    (sheet,) = read(path.read_bytes(), path.name)
    answer = json.loads(path.read_text(encoding="utf-8"))
    assert [{k: v for k, v in row.items() if v not in (None, "")} for row in table(sheet)] == [
        {k: v for k, v in record.items() if v is not None} for record in answer["result"]
    ]


VALUE = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.floats(allow_nan=False, allow_infinity=False),
                  st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abcd"), VALUE, min_size=1), min_size=1, max_size=5))
def test_flat_records_come_back_value_by_value(records: list[dict[str, Any]]) -> None:
    (sheet,) = read(records)
    header = sheet.texts(0)
    back = [dict(zip(header, sheet.texts(i), strict=True)) for i in range(1, sheet.height)]
    assert back == [{label: cell_text(record.get(label)) for label in header} for record in records]
